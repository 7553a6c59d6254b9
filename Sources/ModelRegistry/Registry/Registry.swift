public import GitTypes
public import RegistryCore

/// A model registry: one Git repository, read and written by GTO's tags.
///
/// A value of this type holds no handle. Each call opens the repository anew, so that what other processes did in the
/// meantime is seen, and closes it before it returns.
public struct Registry: Sendable {
    /// Where the repository is.
    public let location: RepositoryLocation
    /// What the process around us gives.
    public let environment: RegistryEnvironment

    /// Names a registry; nothing is opened yet.
    public init(_ location: RepositoryLocation, environment: RegistryEnvironment) {
        self.location = location
        self.environment = environment
    }

    /// Reads the registry, or what of it is needed: state, configuration, annotations of HEAD.
    /// - Throws: ``RegistryError`` where the repository or its configuration cannot be read.
    public func snapshot(_ scope: RegistryScope = .everything) async throws(RegistryError) -> RegistrySnapshot {
        var look: IndexLook?
        // It is over before the next one starts: who finds the index damaged deletes it only when nobody has it open.
        if var session = IndexedSession(location, environment) {
            if let snapshot = try await session.snapshot(scope) { return snapshot }
            look = session.look
        }
        return try await RegistrySession(location, environment).snapshot(scope, look)
    }

    /// Reads what commits and their files say: GTO's enrichments.
    /// - Returns: the facts by commit; a commit that cannot be read, as in a shallow clone, is left out.
    public func commitFacts(
        _ commits: Set<ObjectID>, _ snapshot: RegistrySnapshot
    ) async throws(RegistryError) -> [ObjectID: CommitFacts] {
        let session = try await RegistrySession(location, environment, isFetching: false)
        let folders = Set(snapshot.state.artifacts.compactMap(\.name.folder))
        return try await session.metadata(snapshot.configuration).facts(of: commits, folders: folders)
    }

    /// Reads a tag back as an event.
    /// - Parameters:
    ///   - ref: a tag's name, with or without `refs/tags/`.
    ///   - describes: also reads what the files say of the artifact.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/notARegistryTag``, ``ErrorCode/lightweightTag``,
    ///   ``ErrorCode/revisionNotFound`` or ``ErrorCode/damagedRepository``.
    public func event(ofTag ref: String, describes: Bool = true) async throws(RegistryError) -> CheckedEvent {
        let indexed = IndexedSession(location, environment)?.event(ofTag: ref)
        if !describes, let indexed { return CheckedEvent(event: indexed, annotation: nil) }
        let session = try await RegistrySession(location, environment)
        let event = if let indexed { indexed } else { try await session.event(ofTag: ref) }
        // The commit, which may be missing, and the files are needed for the description alone.
        guard describes else { return CheckedEvent(event: event, annotation: nil) }
        return try await session.described(event, try await session.configuration().value)
    }

    /// Reads what the files say of an artifact: at the version's commit, or for a name alone at `revision` or HEAD.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/annotationNotFound`` where they say nothing.
    public func describe(
        _ selector: Selector, at revision: Revision?
    ) async throws(RegistryError) -> ArtifactAnnotation {
        let session = try await RegistrySession(location, environment)
        return try await session.describe(selector, at: revision)
    }

    /// Looks for everything odd.
    /// - Throws: ``RegistryError`` where the repository cannot be read at all.
    public func diagnose() async throws(RegistryError) -> Diagnosis {
        var environment = environment
        // Damage is looked for where it is.
        environment.usesIndex = false
        return try await RegistrySession(location, environment).diagnose()
    }
}
