import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct FetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Bring the tags that are new at a remote",
        usage: "git model fetch [<options>]",
        discussion: """
            No tag that is here is changed or deleted. One that the remote has with another id is named with both; \
            one that the remote had and has no more is reported as withdrawn upstream, and kept. The exit status is 5 \
            then, and show and doctor tell it until it is dealt with.

            Examples:
              git model fetch
              git model fetch --remote upstream --dry-run
            """)

    @Option(help: "Remote to fetch from")
    var remote = "origin"

    @Flag(help: "Say what would be fetched, and fetch nothing")
    var dryRun = false

    @Flag(help: "Print the result as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let name: RemoteName
        do { name = try RemoteName(remote) } catch {
            throw RegistryError(error, hints: ["to see the remotes: git remote"])
        }
        let receipt = try await common.registry().fetch(FetchRequest(remote: name, isDryRun: dryRun))
        if json { common.printer.json(Self.json(receipt)) } else { Self.show(receipt, common.printer) }
        if let failure = receipt.failure { throw failure }
    }

    private static func show(_ receipt: FetchReceipt, _ printer: Printer) {
        let remote = receipt.remote.description.terminalSafe()
        for tag in receipt.fetched {
            let name = tag.description.terminalSafe()
            printer.data(receipt.isDryRun ? "Would fetch git tag \(name)" : "Fetched git tag \(name)")
        }
        for tag in receipt.moved {
            printer.warning(
                "warning: tag \(tag.tag.description.terminalSafe()) is \(tag.here) here and \(tag.there) at \(remote), "
                    + "first seen \(tag.firstSeen.iso8601)")
        }
        for tag in receipt.withdrawn {
            printer.warning(
                "warning: tag \(tag.tag.description.terminalSafe()), which is \(tag.id), was withdrawn upstream; it is "
                    + "kept here")
        }
        if receipt.fetched.isEmpty, receipt.failure == nil {
            printer.data("Nothing to fetch: all tags of \(remote) are here")
        }
    }

    private static func json(_ receipt: FetchReceipt) -> JSONValue {
        [
            "remote": .string(receipt.remote.description),
            "fetched": .array(receipt.fetched.map { .string($0.description) }),
            "moved": .array(
                receipt.moved.map { tag in
                    [
                        "tag": .string(tag.tag.description), "here": .string(tag.here.description),
                        "there": .string(tag.there.description), "first_seen": .string(tag.firstSeen.iso8601),
                    ]
                }),
            "withdrawn": .array(
                receipt.withdrawn.map { tag in
                    ["tag": .string(tag.tag.description), "id": .string(tag.id.description)]
                }),
            "up_to_date": .integer(receipt.upToDateCount),
            "dry_run": .bool(receipt.isDryRun),
        ]
    }
}
