public import GitTypes

/// What is taken back.
public enum DeprecationTarget: Hashable, Sendable {
    /// The artifact as a whole. The commit that carries the tag; `nil` is that of the artifact's newest event.
    case artifact(at: ObjectID?)
    /// A version: a deregistration.
    case version(SemanticVersion)
    /// A version's stage: an unassignment.
    case stage(StageName, of: VersionSelection)

    /// How a version is named whose stage is taken away.
    public enum VersionSelection: Hashable, Sendable {
        /// By its name.
        case name(SemanticVersion)
        /// By its commit: a version that was never registered has no other name.
        case commit(ObjectID)
        /// Whichever is in the stage now.
        case holder
    }
}

extension RegistryPlanner {
    /// Plans a deprecation, a deregistration or an unassignment, or with `deletesTags` the deletion of the tags that
    /// it would cancel.
    /// - Parameter head: the commit that carries the deprecation of an artifact that has none of its own.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/artifactNotFound``, ``ErrorCode/versionNotFound``,
    ///   ``ErrorCode/stageEmpty``, ``ErrorCode/alreadyInactive``, ``ErrorCode/ambiguousVersion``,
    ///   ``ErrorCode/tagExists`` or ``ErrorCode/invalidArguments``.
    public func deprecate(
        _ name: ArtifactName, _ target: DeprecationTarget, form: TagForm = .auto, isForced: Bool = false,
        deletesTags: Bool = false, head: ObjectID?
    ) throws(RegistryError) -> TagPlan {
        switch target {
        case .artifact(let commit):
            return try deprecateArtifact(
                name, at: commit, form: form, isForced: isForced, deletesTags: deletesTags, head: head)
        case .version(let version):
            return try deregister(name, version, form: form, isForced: isForced, deletesTags: deletesTags)
        case .stage(let stage, let version):
            return try unassign(name, stage, version, form: form, isForced: isForced, deletesTags: deletesTags)
        }
    }

    private func deprecateArtifact(
        _ name: ArtifactName, at commit: ObjectID?, form: TagForm, isForced: Bool, deletesTags: Bool, head: ObjectID?
    ) throws(RegistryError) -> TagPlan {
        if isForced, form == .simple {
            throw RegistryError(
                .invalidArguments, "--force gives the tag a counter, and --simple true forbids one",
                hints: ["leave out one of them"])
        }
        let artifact = isForced && !deletesTags ? state.artifact(name) : try state.requireArtifact(name)
        if let artifact, !isForced, !artifact.isActive {
            throw RegistryError(
                .alreadyInactive, "\(name) was deprecated already", subject: name.description,
                hints: ["add --force to write another tag all the same"])
        }
        if deletesTags { return TagPlan(deletions: refs(of: artifact?.eventsNewestFirst ?? [])) }

        let newest = artifact?.eventsNewestFirst.first?.commit ?? artifact?.versions.last?.commit
        guard let commit = commit ?? newest ?? head else {
            throw RegistryError(
                .revisionNotFound, "the repository has no commit that could carry the tag",
                hints: ["git commit --allow-empty -m 'First commit'"])
        }
        let tag = try nextTag(
            .deprecate, of: name, form: isForced ? .counted : form, isSimpleByDefault: true, fallsBackToCounter: true)
        return TagPlan(creations: [
            PlannedTag(tag: tag, commit: commit, version: nil, subject: "Deprecating artifact '\(name)'")
        ])
    }

    private func deregister(
        _ name: ArtifactName, _ wanted: SemanticVersion, form: TagForm, isForced: Bool, deletesTags: Bool
    ) throws(RegistryError) -> TagPlan {
        let version = try state.requireArtifact(name).requireVersion(wanted)
        if !isForced {
            if !version.isRegistered {
                throw RegistryError(
                    .versionNotFound, "version \(wanted) of \(name) is not registered", subject: "\(name)@\(wanted)",
                    hints: ["to see its versions: git model show \(name)"])
            }
            if !version.isActive {
                throw RegistryError(
                    .alreadyInactive, "version \(wanted) of \(name) was deregistered already",
                    subject: "\(name)@\(wanted)", hints: ["add --force to write another tag all the same"])
            }
        }
        if deletesTags { return TagPlan(deletions: refs(of: version.eventsNewestFirst)) }
        let tag = try nextTag(
            .deregister(wanted), of: name, form: form, isSimpleByDefault: true, fallsBackToCounter: true)
        return TagPlan(creations: [
            PlannedTag(
                tag: tag, commit: version.commit, version: version.label,
                subject: "Deregistering artifact \(name) version \(wanted)")
        ])
    }

    private func unassign(
        _ name: ArtifactName, _ stage: StageName, _ selection: DeprecationTarget.VersionSelection, form: TagForm,
        isForced: Bool, deletesTags: Bool
    ) throws(RegistryError) -> TagPlan {
        let artifact = try state.requireArtifact(name)
        // What was put into a stage can be taken out of it, whatever the configuration says by now.
        if !artifact.versions.contains(where: { $0.stages.contains { $0.stage == stage } }) {
            try checkIsAllowed(stage)
        }
        let version: Version
        switch selection {
        case .name(let wanted):
            version = try artifact.requireVersion(wanted)
        case .commit(let commit):
            guard let found = artifact.versions.last(where: { $0.commit == commit }) else {
                throw RegistryError(
                    .versionNotFound, "no version of \(name) is at commit \(commit.short)", subject: name.description,
                    hints: ["to see its versions: git model show \(name)"])
            }
            version = found
        case .holder:
            guard let holder = artifact.version(in: stage) else { throw artifact.stageIsEmpty(stage) }
            version = holder
        }
        let record = version.stages.first { $0.stage == stage }
        if record == nil, !isForced {
            throw RegistryError(
                .stageEmpty, "\(name) \(version.label.short) is not in stage \(stage)",
                subject: "\(name)#\(stage)",
                hints: Suggestion.hints(for: stage.description, in: version.stages.map(\.stage.description))
                    + ["to see its stages: git model show \(name)"])
        }
        if deletesTags { return TagPlan(deletions: refs(of: record?.eventsNewestFirst ?? [])) }
        try artifact.checkStageTag(stage, isUnassignment: true, isAbout: version)
        let tag = try nextTag(
            .unassign(stage), of: name, form: form, isSimpleByDefault: false, fallsBackToCounter: true)
        return TagPlan(creations: [
            PlannedTag(
                tag: tag, commit: version.commit, version: version.label,
                subject: "Unassigning stage '\(stage)' to artifact '\(name)' version '\(version.label)'")
        ])
    }

    /// The refs of events, oldest first, each once.
    private func refs(of events: [RegistryEvent]) -> [TagName] {
        var seen: Set<TagName> = []
        return events.reversed().map(\.ref).filter { seen.insert($0).inserted }
    }
}
