public import GitTypes

/// What holds of an artifact after tags were added to it, by what held before and a few more of its tags.
///
/// Versions on commits of their own say nothing of each other. So the versions that the new tags are about are folded anew,
/// from all of their tags, and of the others only those are needed that held before: ``Artifact/currentRefs`` names them.
public struct ArtifactGrowth: Sendable {
    /// What holds now. Its history is left out.
    public let fold: ArtifactFold
    /// The tags that tell what holds now: see ``Artifact/currentRefs``.
    public let currentRecords: [TagRecord]
    private let versions: [TagName: VersionLabel]

    /// Adds tags. `nil` where only a fold of all tags tells what holds: something that held does not any more, versions share
    /// a commit, a version is on two commits, or anything else is odd.
    /// - Parameters:
    ///   - new: the tags that were added; each ref has the name that is inside its object.
    ///   - known: what held before, and the tags that told it.
    ///   - related: of the tags before, all that ``Search`` finds.
    public init?(
        adding new: [TagRecord], to known: (fold: ArtifactFold, records: [TagRecord]), related: [TagRecord]
    ) {
        guard known.fold.findings.isEmpty, let place = ArtifactPlace(new) else { return nil }
        var seen: Set<TagName> = []
        let records = (known.records + related + new).filter { seen.insert($0.ref).inserted }
        let state = RegistryState(records)
        guard state.findings.isEmpty, let artifact = state.artifacts.first, let refs = artifact.currentRefs,
            artifact.holdsWhatHeld(in: known.fold.artifact, Set(new.map(\.commit)))
        else { return nil }
        fold = ArtifactFold(artifact: artifact, findings: [], place: min(place, known.fold.place))
        currentRecords = records.filter { refs.contains($0.ref) }.sorted { $0.ref < $1.ref }
        versions = artifact.versionsOfStageTags
    }

    /// The version that a stage tag is about: one of the new tags, or of those related to them.
    public func version(ofStageTag ref: TagName) -> VersionLabel? { versions[ref] }

    /// Finds the tags that ``init(adding:to:related:)`` has to know of: those on the commits of the new ones, and the
    /// registrations of their versions.
    public struct Search: Sendable {
        private let commits: Set<ObjectID>
        /// The same, where they are so few that each is compared: nothing is asked as often as this.
        private let fewCommits: [ObjectID]?
        private let versions: [[UInt8]]

        /// Prepares to look for what is related to tags.
        public init(for new: [TagRecord]) {
            commits = Set(new.map(\.commit))
            fewCommits = commits.count <= 8 ? Array(commits) : nil
            versions = Set(new.compactMap(\.tag.action.version)).map { Array("@\($0)".utf8) }
        }

        /// Whether a tag is related to the new ones.
        /// - Parameters:
        ///   - statement: what stands behind the artifact in the tag's name: `@v1.2.0`, `#prod#3`.
        ///   - commit: the commit that the tag leads to.
        public func finds(_ statement: UnsafeRawBufferPointer, at commit: ObjectID) -> Bool {
            if fewCommits?.contains(commit) ?? commits.contains(commit) { return true }
            return versions.contains { version in
                guard statement.starts(with: version) else { return false }
                return statement.count == version.count
                    || [UInt8(ascii: "#"), UInt8(ascii: "!")].contains(statement[version.count])
            }
        }
    }
}

extension Artifact {
    /// The version that each stage tag is about, by the tag's ref.
    public var versionsOfStageTags: [TagName: VersionLabel] {
        var versions: [TagName: VersionLabel] = [:]
        for stage in self.versions.lazy.flatMap(\.stages) {
            for event in stage.assignments + stage.unassignments { versions[event.ref] = event.version }
        }
        return versions
    }

    /// Whether the latest version and the holders of stages still are what they are in `before`, or have only been overtaken
    /// by others: what comes next after one that is gone only all tags tell.
    /// - Parameter changed: the commits of the tags that were added.
    fileprivate func holdsWhatHeld(in before: Artifact, _ changed: Set<ObjectID>) -> Bool {
        // Then the newest of all versions counts, which was not looked for before.
        if before.deprecations.isEmpty, !deprecations.isEmpty { return false }
        if let latest = before.latestVersion {
            guard let now = version(like: latest), now.isActive, now.isRegistered else { return false }
        }
        for holder in before.stageHolders().flatMap(\.holders) {
            guard let then = before.versions.first(where: { $0.label == holder.version && $0.commit == holder.commit }),
                let now = version(like: then), now.isActive, now.isInStage(holder.stage)
            else { return false }
            // Of versions that came into the stage in one second GTO takes the one that was registered first.
            let assigned = now.stages.first { $0.stage == holder.stage }?.authoringEvent?.time.seconds
            let isLater = (assigned ?? .min) > (holder.authoringEvent?.time.seconds ?? .min)
            let isAsBefore = now.authoringEvent?.time.seconds == then.authoringEvent?.time.seconds
            guard isLater || isAsBefore else { return false }
        }
        // And where those times are equal too, the order of the versions' first tags decides.
        return before.versions.lazy.filter { changed.contains($0.commit) }.allSatisfy { version in
            self.version(like: version).map { $0.firstEvent?.ref == version.firstEvent?.ref } ?? false
        }
    }

    private func version(like other: Version) -> Version? {
        versions.first { $0.label == other.label && $0.commit == other.commit }
    }
}

extension Version {
    /// The event that gives it its place among the versions.
    fileprivate var firstEvent: RegistryEvent? {
        let events =
            isDiscovered
            ? stages.flatMap { [$0.assignments.first, $0.unassignments.first] }
            : [registrations.first, deregistrations.first]
        return events.compactMap(\.self).min { ($0.time.seconds, $0.ref) < ($1.time.seconds, $1.ref) }
    }
}
