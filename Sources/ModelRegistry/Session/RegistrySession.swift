import GitCommand
import GitTypes
import LibGit2
import RegistryCore
import RegistryIndex

/// One command's view of a repository: opened for it, closed with it.
///
/// A repository at a URL is read through a bare clone in the cache, which holds its tags and what was asked for so far.
struct RegistrySession {
    let repository: Repository
    let git: GitCommand
    let environment: RegistryEnvironment
    /// The address, where the repository is somewhere else.
    let remote: GitURL?
    /// Whether Git itself named the repository, as it does in a hook.
    let isNamedByGit: Bool

    /// How long a fetch or a push may take.
    static let remoteTimeLimit = Duration.seconds(6 * 3600)

    /// - Parameter isFetching: brings the tags of a remote repository up to date first.
    init(
        _ location: RepositoryLocation, _ environment: RegistryEnvironment, isFetching: Bool = true
    ) async throws(RegistryError) {
        self.environment = environment
        switch location {
        case .folder(let path, let isExplicit):
            let isNamedByGit = !isExplicit && environment.namesRepository
            self.isNamedByGit = isNamedByGit
            self.remote = nil
            self.repository = try RegistryError.wrapping {
                () throws(GitError) in try Repository.open(at: path, isInsideHook: isNamedByGit)
            }
            self.git = GitCommand(
                gitDirectory: repository.gitDirectory, workingDirectory: repository.workingDirectory,
                environment: environment.variables, isInsideHook: isNamedByGit, remoteTimeLimit: Self.remoteTimeLimit,
                check: ConfigurationTrust.check(of: repository.gitDirectory, environment.variables))
        case .remote(let url):
            let cache = try RemoteCache(url, environment)
            if isFetching {
                try await environment.announcing("fetching the tags of \(url)") { () async throws(RegistryError) in
                    try await cache.update()
                }
            }
            self.remote = url
            self.isNamedByGit = false
            self.git = cache.git
            self.repository = try RegistryError.wrapping {
                () throws(GitError) in try Repository.open(at: cache.path, isInsideHook: false)
            }
        }
    }

    /// HEAD's commit: of the repository here, or of the one at the URL.
    func head() throws(RegistryError) -> ObjectID? {
        try RegistryError.wrapping { () throws(GitError) in
            remote == nil ? try repository.headCommit() : try repository.reference(RemoteCache.head)
        }
    }

    /// The commit that a person names; `nil` is HEAD.
    func commit(_ revision: Revision?) async throws(RegistryError) -> ObjectID {
        guard let revision, revision != .head else {
            if let head = try head() { return head }
            throw RegistryError(
                .revisionNotFound, "HEAD names no commit: the repository is empty", subject: "HEAD",
                hints: ["git commit --allow-empty -m 'First commit'"])
        }
        if remote != nil { return try await remoteCommit(revision) }
        return try localCommit(revision)
    }

    func localCommit(_ revision: Revision) throws(RegistryError) -> ObjectID {
        try RegistryError.wrapping { () throws(GitError) in try repository.resolveCommit(revision) }
    }

    /// What the tags, the configuration and HEAD's files say.
    /// - Parameter look: what was seen a moment ago.
    func snapshot(
        _ scope: RegistryScope = .everything, _ look: IndexLook? = nil
    ) async throws(RegistryError) -> RegistrySnapshot {
        let index = TagIndex(of: repository.commonDirectory, environment, creates: true)
        let tags = try await tagState(scope, index, look)
        let head = try head()
        let files = CommitFiles(self)
        let (configuration, configurationError) = try await configuration(at: head, files)
        var annotations = MetadataReader.Annotations()
        if let head {
            var read = IndexedFiles(commit: head)
            let paths = MetadataReader.paths(configuration)
            annotations = try await MetadataReader.annotations(in: paths) { path async throws(RegistryError) in
                let bytes = try await files.file(at: path, of: head, limit: MetadataReader.fileLimit)
                read.add(path, bytes)
                return bytes
            }
            if remote == nil { index?.remember(read) }
        }
        var upstream = UpstreamDifferences(of: repository.commonDirectory)
        if !upstream.isEmpty { upstream.keep(remotes: hasRemote) }
        return RegistrySnapshot(
            tags, head: head, configuration: configuration, configurationError, annotations,
            upstream: upstream.findings(among: ReferenceFiles(commonDirectory: repository.commonDirectory)))
    }

    private func tagState(
        _ scope: RegistryScope, _ index: TagIndex?, _ look: IndexLook?
    ) async throws(RegistryError) -> TagState {
        if let index, let state = try await index.state(scope, updatingFrom: repository, look) { return state }
        return try await TagState.read(scope, in: repository)
    }

    /// Whether objects may be missing because a remote has them.
    var isPartialClone: Bool { (try? repository.isPartialClone()) ?? false }

    func metadata(_ configuration: RegistryConfiguration) -> MetadataReader {
        MetadataReader(CommitFiles(self), configuration)
    }
}
