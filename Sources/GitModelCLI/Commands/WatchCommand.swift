import ArgumentParser
import GitTypes
import Glibc
import ModelRegistry
import RegistryCore

struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Run hooks as soon as a remote has new tags",
        discussion: """
            Lists the remote's tags at each interval, fetches those that are new, and runs the hooks that they call for, \
            each once and in the order of their events, as git model trigger --all-pending does. What is there at the \
            first look ever is history. A tag that was moved or deleted is reported, and not followed. While the \
            remote cannot be reached, it waits longer each time, up to 15 minutes or ten intervals. SIGTERM ends it, \
            and the hook that is running, which runs again at the next start.

            A systemd unit and a cron line are in Examples/watch.

            Examples:
              git model watch
              git model watch --once
              git model watch -r https://example.com/models.git --interval 30s
              git model watch -r git@example.com:models.git --json
            """)

    @Option(help: ArgumentHelp("Time between two looks: 30s, 5m, 1h, or seconds", valueName: "time"))
    var interval = "30s"

    @Flag(help: "Look once, run what waits, and end")
    var once = false

    @Option(help: ArgumentHelp("Remote of the repository here (default: origin)", valueName: "name"))
    var remote: String?

    @Flag(help: "Run hooks that nobody allowed, as GIT_MODEL_ALLOW_HOOKS=1 does")
    var allow = false

    @Option(name: [.short, .long], help: "How many artifacts' hooks run side by side (1 to 64)")
    var jobs = 1

    @Flag(help: "Print what happens as JSON, an object a line")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let registry = try common.registry()
        var request = WatchRequest(
            program: "/proc/self/exe", arguments: try arguments(jobs: TriggerCommand.checked(jobs: jobs)))
        request.interval = try WatchInterval(interval).duration
        request.isOnce = once
        if let remote {
            if case .remote = registry.location {
                throw RegistryError(
                    .invalidArguments, "--remote is for a repository here, and -r names one at a URL",
                    subject: "--remote", hints: ["leave out --remote"])
            }
            request.remote = try RemoteName(remote)
        }
        let view = WatchView(printer: common.printer.outlivingReader, isJSON: json)
        if !once { view.showStart(repository: common.repo, remote: request.remote.description, interval: interval) }
        let report = try await registry.watch(request) { view.show($0) }
        guard once || Interruption.signal == nil else {
            // A service that was told to stop did what it was told.
            if Interruption.signal == SIGTERM { return view.showEnd() }
            throw CancellationError()
        }
        if Interruption.signal != nil { throw CancellationError() }
        if report.status != 0 { throw ExitCode(report.status) }
    }

    /// What the program is called with that runs the hooks: ourselves.
    private func arguments(jobs: Int) -> [String] {
        var arguments = ["trigger", "--all-pending", "--watched"]
        if let repository = common.repo { arguments += ["--repo", repository] }
        if allow { arguments.append("--allow") }
        if jobs > 1 { arguments += ["--jobs", "\(jobs)"] }
        if common.quiet { arguments.append("--quiet") }
        if json { arguments.append("--json") }
        return arguments
    }
}
