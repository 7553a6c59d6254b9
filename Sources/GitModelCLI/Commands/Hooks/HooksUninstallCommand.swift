import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct HooksUninstallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall",
        abstract: "Take installed Git hooks out again",
        discussion: """
            Without options all of ours. A hook that was there before takes its place again; others are left alone.

            Examples:
              git model hooks uninstall
              git model hooks uninstall --pre-receive -r /srv/models.git
            """)

    @OptionGroup var which: GitHookOptions

    @Flag(help: "Say what would be done, and do nothing")
    var dryRun = false

    @Flag(help: "Print the result as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let named = which.hooks
        let receipts = try await common.registry().uninstallGitHooks(
            named.isEmpty ? GitHook.allCases : named, isDryRun: dryRun)
        let printer = common.printer
        if json { return printer.json(["dry_run": .bool(dryRun), "hooks": .gitHooks(receipts)]) }
        for receipt in receipts {
            let file = receipt.file.terminalSafe()
            switch receipt.change {
            case .removed:
                printer.data("\(file): \(dryRun ? "would be removed" : "removed")")
                if let other = receipt.other { printer.note("\(other.terminalSafe()) is \(file) again") }
            case .foreign where !named.isEmpty: printer.note("\(file) is not ours, and stays")
            default: break
            }
        }
        if receipts.allSatisfy({ $0.change != .removed }) { printer.note("no Git hook of ours is installed") }
    }
}
