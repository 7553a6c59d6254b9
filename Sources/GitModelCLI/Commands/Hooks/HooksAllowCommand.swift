import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct HooksAllowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allow",
        abstract: "Allow hooks to run as they are now",
        usage: "git model hooks allow [<name> ...] [--withdraw] [<options>]",
        discussion: """
            An approval is for the repository, the hook's entry in .registry.yaml and the content of the script that it \
            names; when one of them changes, the hook stops running until it is allowed again. What a script calls in \
            turn is not looked at. It is kept in $XDG_DATA_HOME/git-model, for you alone.

            Examples:
              git model hooks list
              git model hooks allow
              git model hooks allow deploy
              git model hooks allow --withdraw
            """)

    @Argument(help: "Hooks (default: all)")
    var names: [String] = []

    @Flag(help: "Take the approval back")
    var withdraw = false

    @Flag(help: "Print the hooks as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let changed = try await common.registry().allowHooks(names, withdraws: withdraw)
        let printer = common.printer
        if json {
            return printer.json([
                "allowed": .bool(!withdraw), "hooks": .array(changed.map { .string($0.name) }),
            ])
        }
        if changed.isEmpty { printer.note(withdraw ? "none was allowed" : "no hook is configured") }
        for rule in changed {
            printer.data("\(rule.name.terminalSafe()): \(withdraw ? "not allowed any more" : "allowed")")
        }
    }
}
