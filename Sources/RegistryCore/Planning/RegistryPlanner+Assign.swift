public import GitTypes

/// Which version an assignment is about.
public enum AssignmentTarget: Hashable, Sendable {
    /// A version that is registered, or what a selector means.
    case version(Selector)
    /// The version at a commit; where none is registered there, one is, under `name` or the next number.
    case commit(ObjectID, name: SemanticVersion?)
    /// A commit as it is: nothing is registered.
    case unregistered(ObjectID)
}

extension RegistryPlanner {
    /// Plans an assignment, with the registration that it may need.
    ///
    /// The rules are GTO's, but for two: a deregistered version needs `isForced`, and an unregistered commit that is
    /// in the stage already is refused as a version would be.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/stageNotAllowed``, ``ErrorCode/versionNotFound``,
    ///   ``ErrorCode/versionInactive``, ``ErrorCode/alreadyInStage``, ``ErrorCode/commitHasVersion`` or
    ///   ``ErrorCode/versionExists``.
    public func assign(
        _ name: ArtifactName, to stage: StageName, _ target: AssignmentTarget, form: TagForm = .auto,
        isForced: Bool = false
    ) throws(RegistryError) -> TagPlan {
        try checkIsAllowed(stage)
        let artifact = state.artifact(name)
        var plan = TagPlan()
        let version: Version?
        let commit: ObjectID
        var label: VersionLabel

        switch target {
        case .version(let selector):
            let found = try state.version(of: selector, allowsInactive: true)
            (version, commit, label) = (found, found.commit, found.label)
        case .commit(let id, let wanted):
            (version, commit, label) = (artifact?.registeredVersion(at: id), id, .commit(id))
            if let version {
                if let wanted {
                    throw RegistryError(
                        .commitHasVersion,
                        "commit \(id.short) has \(name) \(version.label) already, so \(wanted) cannot be registered there",
                        subject: "\(name)@\(wanted)",
                        hints: ["git model assign \(name)@\(version.label) --stage \(stage)"])
                }
                label = version.label
            } else {
                // What was assigned to the bare commit will belong to the version that is registered there.
                if let bare = artifact?.versions.first(where: { $0.commit == id }), bare.isInStage(stage), !isForced {
                    throw alreadyInStage(name, stage, bare)
                }
                let registration = try register(
                    name, at: id, version: wanted.map { .exactly($0) } ?? .next, form: .simple)
                plan.creations.append(registration)
                label = registration.version ?? label
            }
        case .unregistered(let id):
            version = artifact?.registeredVersion(at: id) ?? artifact?.versions.first { $0.commit == id }
            (commit, label) = (id, version?.label ?? .commit(id))
        }

        if let version, !isForced {
            if !version.isActive {
                throw RegistryError(
                    .versionInactive, "version \(version.label) of \(name) was deregistered",
                    subject: "\(name)@\(version.label)", hints: ["add --force to assign a stage all the same"])
            }
            if version.isInStage(stage) { throw alreadyInStage(name, stage, version) }
        }
        if let version { try artifact?.checkStageTag(stage, isUnassignment: false, isAbout: version) }
        let tag = try nextTag(
            .assign(stage), of: name, form: form, isSimpleByDefault: false, fallsBackToCounter: true)
        plan.creations.append(
            PlannedTag(
                tag: tag, commit: commit, version: label,
                subject: "Assigning stage \(stage) to artifact \(name) version \(label)"))
        return plan
    }

    private func alreadyInStage(_ name: ArtifactName, _ stage: StageName, _ version: Version) -> RegistryError {
        RegistryError(
            .alreadyInStage, "\(name) \(version.label.short) is already in stage \(stage)",
            subject: "\(name)#\(stage)", hints: ["add --force to write another tag all the same"])
    }
}
