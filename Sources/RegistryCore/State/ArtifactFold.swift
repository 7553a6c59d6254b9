public import GitTypes

/// The fold of one artifact's tags, made without those of the others.
///
/// A registry is the sum of its artifacts as long as each tag's ref has the name that is inside its object; then no tag
/// can say something of another artifact than its name does. So artifacts can be read side by side, and kept apart.
public struct ArtifactFold: Sendable {
    /// The artifact.
    public let artifact: Artifact
    /// What is odd about its tags.
    public let findings: [Finding]
    /// Where it comes among the artifacts of its registry.
    public let place: ArtifactPlace

    /// Folds the tags of one artifact; `nil` where there are none.
    /// - Parameter records: all its tags; the name of each ref is the one inside its object.
    public init?(_ records: [TagRecord]) {
        let state = RegistryState(records)
        guard let place = ArtifactPlace(records), let artifact = state.artifacts.first else { return nil }
        self.artifact = artifact
        self.findings = state.findings
        self.place = place
    }

    /// Folds a part of an artifact's tags, which ``Artifact/currentRefs`` names.
    /// - Parameters:
    ///   - records: the part.
    ///   - place: the artifact's place by all of its tags.
    ///   - findings: what is odd about all of them.
    public init?(current records: [TagRecord], place: ArtifactPlace, findings: [Finding]) {
        guard let artifact = RegistryState(records).artifacts.first else { return nil }
        self.artifact = artifact
        self.findings = findings
        self.place = place
    }

    init(artifact: Artifact, findings: [Finding], place: ArtifactPlace) {
        self.artifact = artifact
        self.findings = findings
        self.place = place
    }

    /// Those of the artifact's tags that tell what holds now: see ``Artifact/currentRefs``.
    /// - Parameter records: the tags that it was folded from.
    public func currentRecords(of records: [TagRecord]) -> [TagRecord] {
        artifact.currentRefs.map { refs in records.filter { refs.contains($0.ref) } } ?? records
    }
}

/// Where an artifact comes in GTO's order: by its first deprecation, then registration, then stage tag.
public struct ArtifactPlace: Hashable, Comparable, Sendable {
    /// Zero for an artifact that was ever deprecated, one for one with a registration, two for one with stages alone.
    public let rank: Int
    /// The seconds of the first such tag.
    public let seconds: Int64
    /// Its ref, which decides between equal seconds.
    public let ref: TagName

    /// Creates a place.
    public init(rank: Int, seconds: Int64, ref: TagName) {
        self.rank = rank
        self.seconds = seconds
        self.ref = ref
    }

    init?(_ records: [TagRecord]) {
        let places = records.lazy.compactMap { record -> ArtifactPlace? in
            let rank: Int
            switch record.tag.action {
            case .deprecate: rank = 0
            case .register, .deregister: rank = 1
            case .assign, .unassign: rank = 2
            case .create: return nil
            }
            return ArtifactPlace(rank: rank, seconds: record.object.time.seconds, ref: record.ref)
        }
        guard let first = places.min() else { return nil }
        self = first
    }

    /// Orders places as the fold comes upon the artifacts.
    public static func < (left: ArtifactPlace, right: ArtifactPlace) -> Bool {
        if left.rank != right.rank { return left.rank < right.rank }
        return left.seconds != right.seconds ? left.seconds < right.seconds : left.ref < right.ref
    }
}

extension RegistryState {
    /// Puts artifacts that were folded one by one together: the state that all their tags fold into at once.
    /// - Parameter findings: what is odd about artifacts that were left out.
    public init(_ folds: some Sequence<ArtifactFold>, findings others: [Finding] = []) {
        self.init()
        findings = others
        for fold in folds.sorted(by: { $0.place < $1.place }) {
            positions[fold.artifact.name] = artifacts.count
            artifacts.append(fold.artifact)
            findings += fold.findings
        }
        findings.sort { $0.precedes($1) }
    }
}

extension Artifact {
    /// The refs of the tags that tell what holds now: fewer tags, however long the history, that fold into an artifact
    /// with the same ``isActive``, ``isRegistered``, ``latestVersion``, ``stagesInUse`` and, a version a stage,
    /// ``stageHolders(isRegisteredOnly:stagesPerVersion:versionsPerStage:by:)``.
    ///
    /// `nil` where that takes all tags: several versions share a commit, so that each tag may decide what another means.
    public var currentRefs: Set<TagName>? {
        if Set(versions.map(\.commit)).count != versions.count { return nil }
        var kept: Set<Int> = []
        func keep(_ wanted: (Version) -> Bool) {
            if let position = versions.firstIndex(where: wanted) { kept.insert(position) }
        }
        if let latest = latestVersion { keep { $0.commit == latest.commit } }
        for holder in stageHolders().flatMap(\.holders) { keep { $0.commit == holder.commit } }
        // What keeps a deprecated artifact active, or makes one without a version and a stage registered.
        if !deprecations.isEmpty || kept.isEmpty {
            let newest = versions.indices.max { left, right in
                versions[left].newestSeconds < versions[right].newestSeconds
            }
            if let newest { kept.insert(newest) }
        }
        var refs: Set<TagName> = []
        func keepEnds(_ events: [RegistryEvent]) {
            // The first ones decide the order of versions and stages, the last ones what holds.
            for event in [events.first, events.last] { if let event { refs.insert(event.ref) } }
        }
        keepEnds(deprecations)
        for version in kept.map({ versions[$0] }) {
            keepEnds(version.registrations)
            keepEnds(version.deregistrations)
            for stage in version.stages {
                keepEnds(stage.assignments)
                keepEnds(stage.unassignments)
            }
        }
        return refs
    }
}

extension Version {
    /// The time of its newest event.
    fileprivate var newestSeconds: Int64 {
        let last = [registrations.last, deregistrations.last].compactMap { $0?.time.seconds }
        let staged = stages.flatMap { [$0.assignments.last, $0.unassignments.last] }.compactMap { $0?.time.seconds }
        return (last + staged).max() ?? .min
    }
}
