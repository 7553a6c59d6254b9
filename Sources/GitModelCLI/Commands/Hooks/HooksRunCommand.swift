import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

/// What an installed script calls, with the standard input that Git gave it.
struct HooksRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Do the work of an installed Git hook",
        usage: "git model hooks run <hook> [<arguments> ...] [<options>]",
        discussion: """
            Examples:
              echo "$old $new $ref" | git model hooks run pre-receive
            """,
        shouldDisplay: false)

    @Argument(help: "Name of the Git hook")
    var hook: String

    @Argument(help: "What Git gave it as arguments")
    var arguments: [String] = []

    @OptionGroup var common: CommonOptions

    /// The most bytes of standard input: some 500,000 refs.
    private static let inputLimit = 64 << 20
    /// The most refusals that are printed.
    private static let shownLimit = 20

    mutating func run() async throws {
        guard let hook = GitHook(rawValue: hook) else {
            throw RegistryError(
                .invalidArguments, "'\(hook)' is no Git hook that can be installed", subject: hook,
                hints: ["one of them: " + GitHook.allCases.map(\.rawValue).joined(separator: ", ")])
        }
        guard let input = StandardInput.read(limit: Self.inputLimit) else {
            throw RegistryError(
                .tooLarge, "the list of refs is longer than \(Self.inputLimit >> 20) MiB",
                hints: ["push fewer refs at once"])
        }
        let verdict = try await common.registry().runGitHook(hook, state: arguments.first, input: input)
        let printer = common.printer
        for warning in verdict.warnings.prefix(Self.shownLimit) {
            printer.warning("warning: \(warning.terminalSafe(limit: 1000))")
        }
        for refusal in verdict.refusals.prefix(Self.shownLimit) {
            printer.warning("error: \(refusal.message.terminalSafe(limit: 1000))")
            if let hint = refusal.hint { printer.warning("hint: \(hint.terminalSafe(limit: 1000))") }
        }
        let hidden = verdict.refusals.count - Self.shownLimit
        if hidden > 0 { printer.warning("error: and \(hidden) tags more") }
        if !verdict.refusals.isEmpty { throw ExitCode.failure }
    }
}
