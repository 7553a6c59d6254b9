import GitTypes
import RegistryCore

/// One artifact as `show NAME` prints it: a version a row.
struct ArtifactView {
    /// A version with those of its stages that the filters leave.
    struct Entry {
        let version: Version
        let stages: [VersionStage]
    }

    let artifact: Artifact
    let versions: [Entry]
    let facts: [ObjectID: CommitFacts]

    /// The versions that a selector and the filters leave, the greatest first.
    static func versions(of artifact: Artifact, _ target: Selector.Target, _ query: ShowQuery) -> [Entry] {
        guard artifact.isActive || query.includesDeprecated else { return [] }
        let holders = artifact.stageHolders(
            isRegisteredOnly: query.isRegisteredOnly, stagesPerVersion: query.stagesPerVersion,
            versionsPerStage: query.versionsPerStage, by: query.order)
        let entries = artifact.versions(isActiveOnly: !query.includesDeprecated, includesUnregistered: true)
            .map { version in
                Entry(
                    version: version,
                    stages: holders.flatMap(\.holders).filter { $0.version == version.label })
            }
        return switch target {
        case .artifact: entries
        case .latest: Array(entries.prefix(1))
        case .version(let name): entries.filter { $0.version.label == .semantic(name) }
        case .stage(let stage): entries.filter { $0.stages.contains { $0.stage == stage } }
        }
    }

    var json: JSONValue {
        .array(versions.map { .version($0.version, stages: $0.stages, facts: facts[$0.version.commit]) })
    }

    var table: TextTable {
        TextTable(
            headers: ["artifact", "version", "stage", "created_at", "ref"],
            rows: versions.map { entry in
                [
                    displayName, entry.version.label.short, stageText(entry),
                    Authoring(entry.version, facts: facts[entry.version.commit]).time?.tableText, ref(entry),
                ]
            })
    }

    /// One column alone.
    func values(_ field: ShowField) -> [String] {
        versions.map { entry in
            switch field {
            case .name, .version: entry.version.label.short
            case .stage: stageText(entry)
            case .ref: ref(entry)
            }
        }
    }

    /// The names of the versions, each once, though it be registered on several commits.
    var labels: [String] {
        values(.version).reduce(into: []) { labels, label in if !labels.contains(label) { labels.append(label) } }
    }

    private var displayName: String { artifact.isRegistered ? artifact.name.description : "*\(artifact.name)" }

    private func stageText(_ entry: Entry) -> String {
        entry.stages.map(\.stage.description).joined(separator: ", ")
    }

    private func ref(_ entry: Entry) -> String {
        guard let event = entry.version.authoringEvent else { return entry.version.commit.short }
        return event.tag.description.terminalSafe()
    }
}
