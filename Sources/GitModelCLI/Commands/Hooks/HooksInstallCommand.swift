import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct HooksInstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Install Git hooks that check or react to tags",
        usage: "git model hooks install --pre-receive --post-receive [<options>]",
        discussion: """
            A hook that is there already is kept beside ours and called first. A push does not wait for the registry's \
            hooks: they run in the background, by the user that the push runs as.

            Examples:
              git model hooks install --pre-receive --post-receive -r /srv/models.git
              git model hooks install --pre-push
              git model hooks install --reference-transaction --dry-run
            """)

    @OptionGroup var which: GitHookOptions

    @Flag(help: "Print the scripts, and write nothing")
    var dryRun = false

    @Flag(help: "Print the result as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        if which.hooks.isEmpty {
            throw RegistryError(
                .invalidArguments, "no Git hook is named",
                hints: [
                    "on a Git server: git model hooks install --pre-receive --post-receive",
                    "in a clone: git model hooks install --pre-push",
                ])
        }
        let installation = try await common.registry().installGitHooks(which.hooks, isDryRun: dryRun)
        let printer = common.printer
        if json {
            return printer.json([
                "dry_run": .bool(dryRun), "hooks": .gitHooks(installation.receipts),
                "history": installation.historyCount.map { .integer($0) } ?? .null,
                "not_allowed": .array(installation.unapproved.map { .string($0) }),
            ])
        }
        for receipt in installation.receipts {
            if dryRun {
                printer.note("\(receipt.file.terminalSafe()) would be \(receipt.change.rawValue):")
                // The text ends with a line break of its own.
                printer.data(String(receipt.script.dropLast()))
            } else {
                printer.data("\(receipt.file.terminalSafe()): \(receipt.change.rawValue)")
            }
            if let other = receipt.other { printer.note("\(other.terminalSafe()) is called first") }
        }
        if let count = installation.historyCount, count > 0 {
            printer.note(
                "\(count) tags that are here already count as history; for their hooks: git model trigger --since")
        }
        if let error = installation.configurationError {
            printer.warning("warning: no hook would run: \(error.message.terminalSafe())")
            for hint in error.hints { printer.warning("hint: \(hint.terminalSafe())") }
        }
        if !installation.unapproved.isEmpty {
            let names = installation.unapproved.map { $0.terminalSafe() }.joined(separator: ", ")
            printer.note("no one allowed these hooks yet: \(names)")
            printer.note("hint: as the user that Git runs as here: git model hooks allow")
        }
    }
}
