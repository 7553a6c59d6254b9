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

    /// The registry that the options name.
    func registry() throws -> Registry {
        var environment = RegistryEnvironment.current
        let printer = printer
        if isatty(STDERR_FILENO) != 0 { environment.announce = { printer.note($0.terminalSafe() + " …") } }
        return try Registry(RepositoryLocation(argument: repo), environment: environment)
    }

    var printer: Printer { Printer(isQuiet: quiet) }
}

/// How a writing command makes its tags: GTO's options, and ours.
struct WriteOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("Message to annotate the Git tag with", valueName: "text"))
    var message: String?

    @Option(
        help: ArgumentHelp(
            "Use simple notation, e.g. rf#prod instead of rf#prod#5",
            discussion: "auto leaves out the counter for versions and deprecations, and keeps it for stages.",
            valueName: "auto|true|false"))
    var simple: SimpleOption = .auto

    @Flag(help: "Create the Git tag even if it already exists and is in effect")
    var force = false

    @Flag(help: "Push the Git tags to 'origin' (a repository given by URL is always pushed to)")
    var push = false

    @Flag(inversion: .prefixedNo, help: "Sign the tags (default: tag.gpgSign of Git's configuration)")
    var sign: Bool?

    @Flag(help: "Say what would be done, and do nothing")
    var dryRun = false

    @Flag(help: "Print the result as JSON")
    var json = false

    var requests: WriteRequest {
        WriteRequest(
            message: message, form: simple.form, isForced: force, pushes: push, signs: sign, isDryRun: dryRun)
    }
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
