import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct TriggerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger",
        abstract: "Run the hooks that Git tags call for, each once",
        usage: """
            git model trigger <ref> ... [<options>]
            git model trigger --all-pending [<options>]
            git model trigger --since <time> [<options>]
            """,
        discussion: """
            Reads the tag, and runs each hook of .registry.yaml that matches its event, in the file's order; the \
            first that fails stops the rest. What ran is remembered in the repository, so a second call runs what is \
            not done yet, and two calls at once run a hook once. Hooks run only after git model hooks allow.

            Examples:
              git model trigger churn#prod#3
              git model trigger "$GITHUB_REF" --allow
              git model trigger --all-pending
              git model trigger --since 2026-11-01 --dry-run
            """)

    @Argument(help: "Names of tags, with or without refs/tags/")
    var refs: [String] = []

    @Flag(help: "All events whose hooks have not run, in their order")
    var allPending = false

    @Option(
        help: ArgumentHelp(
            "All events since then, also older ones: 2026-11-01, 2026-11-01T12:00:00Z, 90m, 12h or 7d",
            valueName: "time"))
    var since: String?

    @Flag(help: "Run hooks again that are done")
    var again = false

    @Flag(help: "Run hooks that nobody allowed, as GIT_MODEL_ALLOW_HOOKS=1 does")
    var allow = false

    @Option(name: [.short, .long], help: "How many artifacts' hooks run side by side (1 to 64)")
    var jobs = 1

    @Flag(help: "Name the hooks that would run, and run none")
    var dryRun = false

    @Flag(help: .hidden)
    var watched = false

    @Flag(help: "Print the result as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        var request = TriggerRequest(try events())
        request.isDryRun = dryRun
        request.runsAgain = again
        request.allowsAll = allow
        request.jobs = try Self.checked(jobs: jobs)
        // What watch has fetched, and nothing that came or moved since.
        request.isFetching = !watched
        // Hooks go on where nobody listens any more.
        let registry = try common.registry()
        var report = HookReport(printer: common.printer.outlivingReader, isJSON: json)
        report.isWatched = watched
        if case .remote = registry.location { report.isRemote = watched }
        let view = report
        let result = try await registry.trigger(request) { view.show($0) }
        try view.show(result, isDryRun: dryRun)
        if watched, result.isLeftToAnother { throw ExitCode(WatchRequest.leftToAnother) }
    }

    private func events() throws -> TriggerRequest.Events {
        switch (refs.isEmpty, allPending, since) {
        case (false, false, nil): return .tags(refs)
        case (true, true, nil): return .pending
        case (true, false, let since?): return .since(try PointInTime(since).timestamp)
        default:
            throw RegistryError(
                .invalidArguments, "name tags, or say --all-pending or --since, one of them",
                hints: ["git model trigger churn#prod#3", "git model trigger --all-pending"])
        }
    }

    static func checked(jobs: Int) throws -> Int {
        guard (1...64).contains(jobs) else {
            throw RegistryError(
                .invalidArguments, "--jobs is \(jobs), and may be 1 to 64", subject: "--jobs", hints: ["--jobs 4"])
        }
        return jobs
    }
}
