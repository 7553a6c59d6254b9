import GitTypes

/// Builds the state out of tags in the three passes of GTO: deprecations, registrations, stages.
struct TagFold {
    private(set) var state = RegistryState()
    /// The places of the versions that a registration or deregistration speaks of, by artifact and commit.
    private var versionsAtCommit: [VersionPlace: [Int]] = [:]
    private var discoveredAtCommit: [VersionPlace: Int] = [:]

    private struct VersionPlace: Hashable {
        let artifact: Int
        let commit: ObjectID
    }

    mutating func add(_ records: some Sequence<TagRecord>) {
        let ordered = distinct(Self.inOrder(Array(records)))
        for record in ordered where record.tag.action == .deprecate { addDeprecation(record) }
        for record in ordered where record.tag.action.version != nil { addRegistration(record) }
        for record in ordered where record.tag.action.stage != nil { addStageEvent(record) }
        reportOddVersions()
    }

    /// By seconds, and within one second by ref name. Small keys are sorted instead of the records.
    private static func inOrder(_ records: [TagRecord]) -> [TagRecord] {
        let isByRef = zip(records, records.dropFirst()).allSatisfy { $0.ref < $1.ref }
        let byRef = isByRef ? records : records.sorted { $0.ref < $1.ref }
        let keys = byRef.indices.map { (seconds: byRef[$0].object.time.seconds, position: $0) }
        return keys.sorted { ($0.seconds, $0.position) < ($1.seconds, $1.position) }.map { byRef[$0.position] }
    }

    /// Leaves out a second ref to the same event: GTO tells events apart by what their objects say.
    private mutating func distinct(_ records: [TagRecord]) -> [TagRecord] {
        struct Statement: Hashable {
            let name: TagName
            let commit: ObjectID
            let seconds: Int64
            let author: Person
            let message: String
        }
        // Only a ref that differs from the name inside can bring the same event twice.
        let renamed = Set(records.lazy.filter { $0.ref != $0.object.name }.map(\.object.name))
        if renamed.isEmpty { return records }
        var seen: Set<Statement> = []
        return records.filter { record in
            if record.ref != record.object.name {
                state.findings.append(
                    Finding(
                        .renamedTag, subject: record.ref.description,
                        message: "tag \(record.ref) calls itself \(record.object.name) inside, and that name counts",
                        hint: "git update-ref -d \(RefName(record.ref).shellQuoted)"))
            }
            guard renamed.contains(record.object.name) else { return true }
            return seen.insert(
                Statement(
                    name: record.object.name, commit: record.commit, seconds: record.object.time.seconds,
                    author: record.object.tagger, message: record.object.message.strippedAsPython)
            ).inserted
        }
    }

    private mutating func addDeprecation(_ record: TagRecord) {
        let position = state.findOrAddArtifact(record.tag.artifact)
        if let event = RegistryEvent(record, version: nil) { state.artifacts[position].deprecations.append(event) }
    }

    private mutating func addRegistration(_ record: TagRecord) {
        guard let version = record.tag.action.version else { return }
        let artifact = state.findOrAddArtifact(record.tag.artifact)
        let place = VersionPlace(artifact: artifact, commit: record.commit)
        let known = versionsAtCommit[place, default: []].first {
            state.artifacts[artifact].versions[$0].label == .semantic(version)
        }
        let position = known ?? addVersion(.semantic(version), at: place)
        if known == nil { versionsAtCommit[place, default: []].append(position) }
        guard let event = RegistryEvent(record, version: nil) else { return }
        if event.kind == .registration {
            state.artifacts[artifact].versions[position].registrations.append(event)
        } else {
            state.artifacts[artifact].versions[position].deregistrations.append(event)
        }
    }

    private mutating func addStageEvent(_ record: TagRecord) {
        guard let stage = record.tag.action.stage else { return }
        let artifact = state.findOrAddArtifact(record.tag.artifact)
        let place = VersionPlace(artifact: artifact, commit: record.commit)
        let position = versionPosition(for: record, stage: stage, at: place)
        state.artifacts[artifact].versions[position].addStageEvent(record, stage: stage)
    }

    /// The version that a stage tag is about: the one registered at its commit.
    ///
    /// Where none is, the commit itself is a nameless version; GTO makes a new one for each tag, we one for all.
    /// Where several are, GTO fails; ``Version/meant(byStageTagAt:_:isUnassignment:among:)`` has our rule.
    private mutating func versionPosition(for record: TagRecord, stage: StageName, at place: VersionPlace) -> Int {
        let registered = versionsAtCommit[place, default: []]
        guard let first = registered.first else {
            if let known = discoveredAtCommit[place] { return known }
            let position = addVersion(.commit(place.commit), at: place)
            discoveredAtCommit[place] = position
            return position
        }
        guard registered.count > 1 else { return first }
        let versions = registered.map { state.artifacts[place.artifact].versions[$0] }
        let isUnassignment = if case .unassign = record.tag.action { true } else { false }
        return registered[
            Version.meant(
                byStageTagAt: record.object.time.seconds, stage, isUnassignment: isUnassignment, among: versions)]
    }

    private mutating func addVersion(_ label: VersionLabel, at place: VersionPlace) -> Int {
        let artifact = state.artifacts[place.artifact].name
        state.artifacts[place.artifact].versions.append(
            Version(artifact: artifact, label: label, commit: place.commit))
        return state.artifacts[place.artifact].versions.count - 1
    }

    private mutating func reportOddVersions() {
        for (place, positions) in versionsAtCommit where positions.count > 1 {
            let artifact = state.artifacts[place.artifact]
            let registered = positions.map { artifact.versions[$0] }.filter(\.isRegistered)
            guard registered.count > 1, let extra = registered.last else { continue }
            let labels = registered.map(\.label.description).joined(separator: ", ")
            state.findings.append(
                Finding(
                    .sharedCommit, subject: artifact.name.description,
                    message: "\(artifact.name) has the versions \(labels) on one commit (\(place.commit.short)); "
                        + "GTO fails when a stage tag is there, and a stage goes to the version registered last",
                    hint: "git model deprecate \(artifact.name) \(extra.label) --delete"))
        }
        for artifact in state.artifacts {
            let named = Dictionary(grouping: artifact.versions.filter { $0.label.semanticVersion != nil }, by: \.label)
            for (label, versions) in named where versions.count > 1 {
                reportSplitVersion(artifact.name, label, versions)
            }
        }
        state.findings.sort { $0.precedes($1) }
    }

    private mutating func reportSplitVersion(_ name: ArtifactName, _ label: VersionLabel, _ versions: [Version]) {
        let registered = versions.filter(\.isRegistered)
        if registered.count > 1 {
            let commits = registered.map(\.commit.short).joined(separator: ", ")
            let tags = registered.compactMap(\.registrations.last?.ref).max() ?? TagName(asRead: "")
            state.findings.append(
                Finding(
                    .splitVersion, subject: name.description,
                    message: "\(name) \(label) is registered on \(registered.count) commits (\(commits))",
                    hint: "git tag -d \(tags.shellQuoted)"))
        }
        for version in versions where !version.isRegistered {
            guard let event = version.deregistrations.last else { continue }
            state.findings.append(
                Finding(
                    .strayDeregistration, subject: event.ref.description,
                    message:
                        "tag \(event.ref) deregisters \(name) \(label) on another commit than it was registered on, "
                        + "which cancels nothing",
                    hint: "git tag -d \(event.ref.shellQuoted)"))
        }
    }
}

extension Version {
    fileprivate mutating func addStageEvent(_ record: TagRecord, stage: StageName) {
        guard let event = RegistryEvent(record, version: label) else { return }
        let known = stages.firstIndex { $0.stage == stage }
        if known == nil {
            stages.append(VersionStage(stage: stage, artifact: artifact, version: label, commit: commit))
        }
        let position = known ?? stages.count - 1
        if event.kind == .assignment {
            stages[position].assignments.append(event)
        } else {
            stages[position].unassignments.append(event)
        }
    }
}
