import GitTypes
import ModelRegistry
import RegistryCore

/// The whole registry as `show` prints it: an artifact a row, a stage a column.
struct RegistryView {
    struct Row {
        let artifact: Artifact
        let latest: String?
        /// The versions in each stage, by the stage's name.
        let stages: [StageName: String]
        let latestShort: String?
        let stagesShort: [StageName: String]

        /// The name, with GTO's star in front where only a file speaks of the artifact.
        var displayName: String { artifact.isRegistered ? artifact.name.description : "*\(artifact.name)" }
    }

    /// The artifacts in GTO's order, as its `--json` has them.
    let rows: [Row]
    /// The columns: the allowed stages, then those in use that are not allowed.
    let stages: [StageName]
    private let unexpected: Set<StageName>
    private let stagesOrigin: String
    /// How many artifacts are left out because they are deprecated.
    let hiddenCount: Int

    init(_ snapshot: RegistrySnapshot, _ query: ShowQuery) {
        let used = snapshot.state.stagesInUse
        let allowed = snapshot.configuration.allowedStages
        let unexpected = allowed.map { Set(used).subtracting($0) } ?? []
        self.unexpected = unexpected
        self.stages = allowed.map { $0 + used.filter(unexpected.contains) } ?? used
        self.stagesOrigin = snapshot.configuration.stagesOrigin
        self.hiddenCount = query.includesDeprecated ? 0 : snapshot.state.artifacts.count { !$0.isActive }
        self.rows = snapshot.state.artifacts.filter { $0.isActive || query.includesDeprecated }.map { artifact in
            let holders = artifact.stageHolders(
                isRegisteredOnly: query.isRegisteredOnly, stagesPerVersion: query.stagesPerVersion,
                versionsPerStage: query.versionsPerStage, by: query.order)
            func texts(_ label: (VersionLabel) -> String) -> [StageName: String] {
                Dictionary(
                    uniqueKeysWithValues: holders.filter { !$0.holders.isEmpty }.map { stage, holders in
                        (stage, holders.map { label($0.version) }.joined(separator: ", "))
                    })
            }
            let latest = artifact.latestVersion?.label
            return Row(
                artifact: artifact, latest: latest?.description, stages: texts(\.description),
                latestShort: latest?.short, stagesShort: texts(\.short))
        }
    }

    var json: JSONValue {
        .object(
            rows.map { row in
                JSONValue.Member(
                    row.artifact.name.description,
                    [
                        "version": .optional(row.latest),
                        "stage": .object(
                            stages.map { JSONValue.Member($0.description, .optional(row.stages[$0])) }),
                        "registered": .bool(row.artifact.isRegistered),
                        "active": .bool(row.artifact.isActive),
                    ])
            })
    }

    /// The artifacts by name, as tables and lists have them.
    var rowsByName: [Row] { rows.sorted { $0.artifact.name < $1.artifact.name } }

    var table: TextTable {
        return TextTable(
            headers: ["name", "latest"] + stages.map { unexpected.contains($0) ? "#\($0)*" : "#\($0)" },
            rows: rowsByName.map { row in [row.displayName, row.latestShort] + stages.map { row.stagesShort[$0] } })
    }

    var notes: [String] {
        unexpected.isEmpty ? [] : ["* not among the stages that \(stagesOrigin.terminalSafe()) allows"]
    }
}
