import ArgumentParser
import GitTypes
import Glibc
import ModelRegistry
import RegistryCore

/// Which repository, and how much is said: options of every command that opens one.
struct CommonOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "Local folder or URL of the repository")
    var repo: String?

    @Flag(name: [.short, .long], help: "Leave out reminders and progress")
    var quiet = false

    @Flag(name: .customLong("no-index"), help: "Read every tag again instead of what is new")
    var readsAllTags = false

    /// The registry that the options name.
    func registry() throws -> Registry {
        var environment = RegistryEnvironment.current
        if let program = Executable.path { environment.program = program }
        environment.usesIndex = !readsAllTags && environment.variables["GIT_MODEL_NO_INDEX"] == nil
        let printer = printer
        if isatty(STDERR_FILENO) != 0 { environment.announce = { printer.note($0.terminalSafe() + " …") } }
        return try Registry(RepositoryLocation(argument: repo), environment: environment)
    }

    var printer: Printer { Printer(isQuiet: quiet) }
}

/// How a writing command makes its tags: GTO's options, and ours.
struct WriteOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("Message of the tag (default: what it does)", valueName: "text"))
    var message: String?

    @Option(
        help: ArgumentHelp(
            "Leave the counter out of the tag's name, churn#prod for churn#prod#5; auto: of all but stage tags",
            valueName: "when"))
    var simple: SimpleOption = .auto

    @Flag(help: "Add a tag although it changes nothing, or for an inactive version")
    var force = false

    @Flag(help: "Push the tags to origin; with -r URL they are always pushed")
    var push = false

    @OptionGroup var pushing: PushOptions

    @Flag(inversion: .prefixedNo, help: "Sign the tags (default: tag.gpgSign of Git's configuration)")
    var sign: Bool?

    @Flag(help: "Say what would be done, and do nothing")
    var dryRun = false

    @Flag(help: "Print the result as JSON")
    var json = false

    var requests: WriteRequest {
        WriteRequest(
            message: message, form: simple.form, isForced: force, pushes: push, pushMode: pushing.mode,
            signs: sign, isDryRun: dryRun)
    }
}

/// How tags are parted into pushes.
struct PushOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: "Push all tags as one or none, or one by one (default: at most 3 at once, all of them or none)")
    var atomic: Bool?

    var mode: PushMode { atomic.map { $0 ? .whole : .separate } ?? .fitting }
}

/// GTO's `--simple`.
enum SimpleOption: String, ExpressibleByArgument, CaseIterable {
    case auto
    case `true`
    case `false`

    var form: TagForm {
        switch self {
        case .auto: .auto
        case .true: .simple
        case .false: .counted
        }
    }
}
