public import GitTypes
public import RegistryCore

extension Registry {
    /// Registers a version.
    /// - Parameters:
    ///   - revision: the commit; `nil` is HEAD.
    ///   - allowsSharedCommit: registers although the commit has a version already, which GTO cannot read.
    /// - Throws: ``RegistryError``; see ``RegistryPlanner/register(_:at:version:form:isForced:allowsSharedCommit:)``
    ///   for the refusals, and ``ErrorCode/identityUnknown``, ``ErrorCode/pushRefused`` and the like.
    public func register(
        _ name: ArtifactName, at revision: Revision? = nil, version: VersionRequest = .next,
        allowsSharedCommit: Bool = false, _ request: WriteRequest = WriteRequest()
    ) async throws(RegistryError) -> WriteReceipt {
        let session = try await RegistrySession(location, environment)
        let commit = try await session.commit(revision)
        return try await session.whileLocked(isDryRun: request.isDryRun) { () async throws(RegistryError) in
            let words = "register \(name) \(commit) \(version) \(allowsSharedCommit)"
            let act = WriteAct(artifact: name, words: words) { planner throws(RegistryError) in
                let planned = try planner.register(
                    name, at: commit, version: version, form: request.form, isForced: request.isForced,
                    allowsSharedCommit: allowsSharedCommit)
                return TagPlan(creations: [planned])
            }
            return try await session.perform(act, request)
        }
    }

    /// Puts a version into a stage, and registers it first where it must be.
    /// - Throws: ``RegistryError``; see ``RegistryPlanner/assign(_:to:_:form:isForced:)`` for the refusals.
    public func assign(
        _ name: ArtifactName, to stage: StageName, _ target: AssignmentRequest, _ request: WriteRequest = WriteRequest()
    ) async throws(RegistryError) -> WriteReceipt {
        let session = try await RegistrySession(location, environment)
        let resolved: AssignmentTarget
        switch target {
        case .version(let selector):
            resolved = .version(selector)
        case .commit(let revision, let version, let registers):
            let commit = try await session.commit(revision)
            resolved = registers ? .commit(commit, name: version) : .unregistered(commit)
        }
        return try await session.whileLocked(isDryRun: request.isDryRun) { () async throws(RegistryError) in
            let words = "assign \(name) \(stage) \(resolved)"
            let act = WriteAct(artifact: name, words: words) { planner throws(RegistryError) in
                try planner.assign(name, to: stage, resolved, form: request.form, isForced: request.isForced)
            }
            return try await session.perform(act, request)
        }
    }

    /// Takes a stage from a version, takes a version back, or deprecates an artifact.
    /// - Parameter deletesTags: deletes the tags that it would cancel, instead of adding one.
    /// - Throws: ``RegistryError``; see ``RegistryPlanner/deprecate(_:_:form:isForced:deletesTags:head:)``.
    public func deprecate(
        _ name: ArtifactName, _ target: DeprecationRequest, deletesTags: Bool = false,
        _ request: WriteRequest = WriteRequest()
    ) async throws(RegistryError) -> WriteReceipt {
        let session = try await RegistrySession(location, environment)
        let resolved: DeprecationTarget
        switch target {
        case .artifact(let revision):
            var commit: ObjectID?
            if let revision { commit = try await session.commit(revision) }
            resolved = .artifact(at: commit)
        case .version(let version): resolved = .version(version)
        case .stage(let stage, of: .name(let version)): resolved = .stage(stage, of: .name(version))
        case .stage(let stage, of: .holder): resolved = .stage(stage, of: .holder)
        case .stage(let stage, of: .commit(let revision)):
            resolved = .stage(stage, of: .commit(try await session.commit(revision)))
        }
        return try await session.whileLocked(isDryRun: request.isDryRun) { () async throws(RegistryError) in
            let head = try session.head()
            let words = "deprecate \(name) \(resolved) \(deletesTags)"
            let act = WriteAct(artifact: name, words: words) { planner throws(RegistryError) in
                try planner.deprecate(
                    name, resolved, form: request.form, isForced: request.isForced, deletesTags: deletesTags, head: head
                )
            }
            return try await session.perform(act, request)
        }
    }
}

extension RegistrySnapshot {
    /// - Throws: ``RegistryError`` where the configuration cannot be read: a rule must not be lost by a slip of the pen.
    func planner() throws(RegistryError) -> RegistryPlanner {
        if let configurationError { throw configurationError }
        return RegistryPlanner(state: state, tagNames: tagNames, configuration: configuration)
    }
}
