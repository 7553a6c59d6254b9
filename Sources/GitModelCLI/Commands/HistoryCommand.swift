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
        let snapshot = try await common.registry().snapshot()
        common.printer.warn(of: snapshot)
        if let selector { _ = try snapshot.state.requireArtifact(selector.artifact) }
        let events = try snapshot.state.history(of: selector?.artifact, isAscending: ascending).filter(
            filter(selector, snapshot.state))
        let printer = common.printer
        if events.isEmpty, let selector, selector.target != .artifact { throw Self.nothingFound(selector) }
        if json { return printer.json(.array(events.map { .historyRow($0) })) }
        if events.isEmpty { return printer.data("Nothing found in the current workspace") }
        let table = TextTable(
            headers: ["timestamp", "artifact", "event", "version", "stage", "commit", "ref"],
            rows: events.map { event in
                [
                    event.time.tableText, event.artifact.description, event.kind.rawValue, event.version?.short,
                    event.stage?.description, event.commit.short, event.tag.description,
                ]
            })
        table.lines(plain ? .plain : .outlined).forEach { printer.data($0) }
    }

    /// What never happened is not found; an artifact that only files speak of has an empty history.
    private static func nothingFound(_ selector: Selector) -> RegistryError {
        let hints = ["to see all that happened: git model history \(selector.artifact)"]
        guard case .stage(let stage) = selector.target else {
            return RegistryError(
                .versionNotFound, "there never was a \(selector)", subject: selector.description, hints: hints)
        }
        return RegistryError(
            .stageEmpty, "no version of \(selector.artifact) was ever in stage \(stage)",
            subject: selector.description, hints: hints)
    }

    /// Which events a selector keeps: those of a version, or those about a stage.
    private func filter(_ selector: Selector?, _ state: RegistryState) throws -> (RegistryEvent) -> Bool {
        switch selector?.target {
        case nil, .artifact: return { _ in true }
        case .stage(let stage): return { $0.stage == stage }
        case .version(let version): return { $0.version == .semantic(version) }
        case .latest:
            guard let selector else { return { _ in true } }
            let label = try state.version(of: selector, allowsInactive: true).label
            return { $0.version == label }
        }
    }
}
