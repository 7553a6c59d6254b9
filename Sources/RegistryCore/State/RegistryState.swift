public import GitTypes

/// The state of a registry: the fold of its tags.
///
/// The same tags give the same state, in whatever order they arrive. Where equal seconds leave a choice it is GTO's;
/// `docs/format.md` has the rules with an example each.
public struct RegistryState: Sendable {
    /// The artifacts, in GTO's order: by their first deprecation, then registration, then stage tag, then by HEAD's
    /// annotations.
    public internal(set) var artifacts: [Artifact]
    /// What is odd about the tags.
    public internal(set) var findings: [Finding]
    var positions: [ArtifactName: Int]

    /// The state of a repository without tags.
    public init() {
        self.artifacts = []
        self.findings = []
        self.positions = [:]
    }

    /// Folds tags into a state.
    public init(_ records: some Sequence<TagRecord>) {
        var fold = TagFold()
        fold.add(records)
        self = fold.state
    }

    /// The artifact of that name.
    public func artifact(_ name: ArtifactName) -> Artifact? {
        positions[name].map { artifacts[$0] }
    }

    /// The stages that an active version of any artifact is in, by name.
    public var stagesInUse: [StageName] {
        artifacts.reduce(into: Set()) { $0.formUnion($1.stagesInUse) }.sorted()
    }

    /// Every event, newest first, as GTO's `history` orders them.
    ///
    /// Equal seconds are ordered by ``EventKind/priority``, the greater first.
    public func history(of name: ArtifactName? = nil, isAscending: Bool = false) -> [RegistryEvent] {
        let events = artifacts.flatMap(\.eventsNewestFirst).stablySorted { left, right in
            (left.time.seconds, left.kind.priority) < (right.time.seconds, right.kind.priority)
        }
        let wanted = name.map { name in events.filter { $0.artifact == name } } ?? events
        return isAscending ? wanted : wanted.reversed()
    }

    /// Every event, oldest first: the order in which tags are pushed and hooks run.
    ///
    /// Within one second a registration comes before a stage, and of several the one with the smaller version, counter or
    /// name first: whoever made them in one second made them in that order.
    public var eventsInOrder: [RegistryEvent] {
        let events = artifacts.flatMap(\.eventsNewestFirst).map { event in
            (event: event, tag: RegistryTag(event.tag))
        }
        return events.sorted { left, right in
            let (one, other) = (left.event, right.event)
            if one.time.seconds != other.time.seconds { return one.time.seconds < other.time.seconds }
            if one.kind.priority != other.kind.priority { return one.kind.priority < other.kind.priority }
            if let version = left.tag?.action.version, let second = right.tag?.action.version, version != second {
                return version.precedes(second)
            }
            let counters = (left.tag?.counter ?? 0, right.tag?.counter ?? 0)
            return counters.0 != counters.1 ? counters.0 < counters.1 : one.ref < other.ref
        }.map(\.event)
    }

    /// The event of the tag that calls itself by that name inside its object.
    public func event(ofTag name: TagName, artifact: ArtifactName) -> RegistryEvent? {
        self.artifact(artifact)?.eventsNewestFirst.first { $0.tag == name }
    }

    /// Adds what the files of HEAD say.
    ///
    /// An artifact of GTO's `artifacts.yaml` also gets HEAD as a nameless version unless a version is registered
    /// there, as in GTO. One of `dvc.yaml`, which GTO does not read, gets one only where no tag speaks of it.
    public mutating func addAnnotations(_ annotations: [ArtifactAnnotation], at head: ObjectID) {
        for annotation in annotations {
            let isGTOs = !annotation.file.hasSuffix("dvc.yaml")
            let isNew = positions[annotation.name] == nil
            let position = findOrAddArtifact(annotation.name)
            if artifacts[position].annotation == nil { artifacts[position].annotation = annotation }
            guard isGTOs || isNew else { continue }
            if !artifacts[position].versions.contains(where: { $0.commit == head }) {
                artifacts[position].versions.append(
                    Version(artifact: annotation.name, label: .commit(head), commit: head))
            }
        }
    }

    mutating func findOrAddArtifact(_ name: ArtifactName) -> Int {
        if let position = positions[name] { return position }
        positions[name] = artifacts.count
        artifacts.append(Artifact(name: name))
        return artifacts.count - 1
    }
}
