import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show who did what, the newest first",
        usage: "git model history [<name>] [<options>]",
        discussion: """
            Examples:
              git model history
              git model history churn#prod
              git model history churn@v1.2.0 --json
            """)

    @Argument(help: "Artifact or selector; without it everything is shown")
    var name: String?

    @Flag(help: "Print the events as JSON")
    var json = false

    @Flag(help: "Print the table without lines, for grep")
    var plain = false

    @Flag(name: [.long, .customLong("asc")], help: "Show the oldest first")
    var ascending = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        if json, plain {
            throw RegistryError(
                .invalidArguments, "only one output format may be chosen", hints: ["keep one of --json, --plain"])
        }
        let selector = try name.map { try Selector($0) }
        let snapshot = try await common.registry().snapshot(
            selector.map { .artifact($0.artifact) } ?? .everything)
        common.printer.warn(of: snapshot)
        let events = try snapshot.state.history(of: selector, isAscending: ascending)
        let printer = common.printer
        if events.isEmpty, let selector, selector.target != .artifact {
            throw snapshot.state.nothingHappened(to: selector)
        }
        if json { return printer.json(events.lazy.map { JSONValue.historyRow($0) }) }
        if events.isEmpty { return printer.data("Nothing found in the current workspace") }
        let table = TextTable(
            headers: ["timestamp", "artifact", "event", "version", "stage", "commit", "ref"],
            rows: events.map { event in
                [
                    event.time.tableText, event.artifact.description, event.kind.rawValue, event.version?.short,
                    event.stage?.description, event.commit.short, event.tag.description,
                ]
            })
        printer.data(table.lines(plain ? .plain : .outlined))
    }
}
