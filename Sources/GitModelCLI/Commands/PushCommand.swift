import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct PushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Push the tags that a remote does not have yet",
        usage: "git model push [<name> ...] [<options>]",
        discussion: """
            The oldest event goes first, and at most 3 tags go at once, because hosting services start no pipeline \
            for the tags of a larger push. Each push arrives whole or not at all. A tag that the remote has with \
            another id stays as it is on both sides; the exit status is 5 then.

            Examples:
              git model push
              git model push churn fraud --dry-run
              git model push churn@v1.2.0 --remote upstream
            """)

    @Argument(help: "Artifacts or selectors whose tags are pushed (default: all)")
    var name: [String] = []

    @Option(help: "Remote to push to")
    var remote = "origin"

    @OptionGroup var pushing: PushOptions

    @Flag(help: "Say what would be pushed, and push nothing")
    var dryRun = false

    @Flag(help: "Print the result as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let request = PushRequest(
            try name.map { try Selector($0) }, remote: try remoteName(), mode: pushing.mode, isDryRun: dryRun)
        let printer = common.printer
        let isJSON = json
        let isDryRun = dryRun
        let receipt = try await common.registry().push(request) { names in
            if isJSON { return }
            for name in names.map({ $0.description.terminalSafe() }) {
                printer.data(
                    isDryRun ? "Would push git tag \(name)" : "Successfully pushed git tag \(name) on remote.")
            }
        }
        Self.show(receipt, printer, asJSON: json)
        if let failure = receipt.failure { throw failure }
    }

    private func remoteName() throws -> RemoteName {
        do {
            return try RemoteName(remote)
        } catch {
            throw RegistryError(error, hints: ["to see the remotes: git remote"])
        }
    }

    private static func show(_ receipt: PushReceipt, _ printer: Printer, asJSON: Bool) {
        for warning in receipt.warnings { printer.warning("warning: \(warning.terminalSafe())") }
        for tag in receipt.moved where !asJSON {
            printer.warning(
                "warning: tag \(tag.tag.description.terminalSafe()) is \(tag.here) here and \(tag.there) at "
                    + receipt.remote.terminalSafe())
        }
        if asJSON { return printer.json(json(receipt)) }
        let remote = receipt.remote.terminalSafe()
        if receipt.pushes.isEmpty {
            if receipt.failure == nil { printer.data("Nothing to push: \(remote) has all the tags") }
            return
        }
        let count = receipt.pushes.count
        printer.note("The remote is \(remote); \(count == 1 ? "1 push" : "\(count) pushes").")
    }

    private static func json(_ receipt: PushReceipt) -> JSONValue {
        [
            "remote": .string(receipt.remote),
            "pushes": .array(receipt.pushes.map { .array($0.map { .string($0.description) }) }),
            "moved": .array(
                receipt.moved.map { tag in
                    [
                        "tag": .string(tag.tag.description), "here": .string(tag.here.description),
                        "there": .string(tag.there.description),
                    ]
                }),
            "up_to_date": .integer(receipt.upToDateCount),
            "dry_run": .bool(receipt.isDryRun),
        ]
    }
}
