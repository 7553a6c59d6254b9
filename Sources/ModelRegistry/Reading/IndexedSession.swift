import GitTypes
import LibGit2
import RegistryCore
import RegistryIndex

/// A command's view of a repository by its index alone: libgit2, whose loading takes longer than all the rest, is not
/// needed for it. There is none where anything is unusual.
struct IndexedSession {
    private let layout: PlainRepository
    private let index: TagIndex
    private let environment: RegistryEnvironment
    /// What was seen by then; serves who has to go on without this session.
    private(set) var look: IndexLook?

    init?(_ location: RepositoryLocation, _ environment: RegistryEnvironment) {
        guard case .folder(let path, _) = location, !environment.namesRepository, !environment.isInsideHook,
            let layout = PlainRepository(
                containing: path, ceilings: environment.variables["GIT_CEILING_DIRECTORIES"]),
            let index = TagIndex(of: layout.gitDirectory, environment, creates: false)
        else { return nil }
        self.layout = layout
        self.index = index
        self.environment = environment
    }

    /// What the registry says; `nil` where the index does not know.
    mutating func snapshot(_ scope: RegistryScope) async throws(RegistryError) -> RegistrySnapshot? {
        // Which remotes there are takes libgit2 to tell.
        guard let head = index.files.head(), UpstreamDifferences(of: layout.gitDirectory).isEmpty else { return nil }
        let (configuration, error) = try await RegistrySession.readable { () async throws(RegistryError) in
            try RegistrySession.configuration(in: layout.workingDirectory, environment)
        }
        guard let now = index.look() else { return nil }
        guard let (tags, files) = index.state(scope, now) else {
            look = await prepared(now)
            return nil
        }
        var annotations = MetadataReader.Annotations()
        var commit: ObjectID?
        if case .commit(let id) = head {
            let paths = MetadataReader.paths(configuration)
            guard let files, files.commit == id, paths.allSatisfy({ files.files.keys.contains($0) }) else { return nil }
            annotations = try await MetadataReader.annotations(in: paths) { path in files.files[path] ?? nil }
            commit = id
        }
        return RegistrySnapshot(
            tags, head: commit, configuration: configuration, error, annotations, upstream: [])
    }

    /// Looks for what the index does not know, while libgit2 is loaded, which takes about as long.
    private func prepared(_ now: CurrentReferences) async -> IndexLook {
        async let library: Void = Library.startAhead()
        var look = IndexLook(now: now)
        index.prepare(&look)
        await library
        return look
    }

    /// The event of a tag; `nil` where the index does not know it.
    func event(ofTag ref: String) -> RegistryEvent? {
        let short = ref.hasPrefix(RefName.tagPrefix) ? String(ref.dropFirst(RefName.tagPrefix.count)) : ref
        guard let name = try? TagName(short), let tag = RegistryTag(name) else { return nil }
        return index.event(ofTag: name, of: tag.artifact)
    }
}
