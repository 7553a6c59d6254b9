import GitCommand
import GitTypes
import Glibc
import RegistryCore

/// The bare clone in the cache through which a repository at a URL is read.
///
/// It holds the tags and their commits, one level deep and without trees and files; those come when they are asked
/// for. Where the server has no filters, whatever belongs to the tagged commits comes too. Deleting it costs time only.
struct RemoteCache {
    /// The ref that stands for the remote's HEAD.
    static let head = RefName(asRead: "refs/remotes/origin/HEAD")

    let path: String
    let git: GitCommand
    private let url: GitURL

    init(_ url: GitURL, _ environment: RegistryEnvironment) throws(RegistryError) {
        guard let root = Self.cacheRoot(environment.variables) else {
            throw RegistryError(
                .inputOutput, "there is no cache folder: neither XDG_CACHE_HOME nor HOME is set",
                hints: ["export XDG_CACHE_HOME=/tmp/cache"])
        }
        self.url = url
        self.path = "\(root)/git-model/remotes/\(Self.folderName(url)).git"
        self.git = GitCommand(
            gitDirectory: path, workingDirectory: nil, environment: environment.variables, isInsideHook: false)
    }

    /// Brings the tags and HEAD up to date. What the server no longer has goes here too: this is its mirror.
    func update() async throws(RegistryError) {
        try await create()
        try await locked { () async throws(RegistryError) in
            let tags = FetchSpec(source: "refs/tags/*", destination: "refs/tags/*", isForced: true)
            let head = FetchSpec(source: "HEAD", destination: Self.head.description, isForced: true)
            do throws(GitCommandError) {
                try await git.fetch(from: .url(url), [tags, head], filter: .treeless, depth: 1, isPruning: true)
            } catch {
                // A repository without commits has no HEAD to fetch.
                guard error.message.contains("couldn't find remote ref HEAD") else { throw RegistryError(error) }
                try await RegistryError.wrapping { () async throws(GitCommandError) in
                    try await git.fetch(from: .url(url), [tags], filter: .treeless, depth: 1, isPruning: true)
                }
            }
        }
    }

    /// Brings the commit that a revision names: itself alone where it is a branch, a tag or a full id, else the history
    /// that it may be counted in.
    func fetch(_ revision: Revision, isWhole: Bool) async throws(GitCommandError) {
        let destination = "refs/git-model/asked"
        if isWhole {
            let heads = FetchSpec(source: "refs/heads/*", destination: "refs/remotes/origin/*", isForced: true)
            try await git.fetch(from: .url(url), [heads], filter: .treeless, depth: nil, isPruning: false)
        } else {
            let one = FetchSpec(source: revision.description, destination: destination, isForced: true)
            try await git.fetch(from: .url(url), [one], filter: .treeless, depth: 1, isPruning: false)
        }
    }

    private func create() async throws(RegistryError) {
        var status = stat()
        if stat("\(path)/HEAD", &status) == 0 { return }
        try Self.createFolders(path)
        try await RegistryError.wrapping { () async throws(GitCommandError) in
            try await git.initialiseBare(at: path)
            // Missing objects are fetched from this remote on demand: what `git clone --filter` writes.
            try await git.setConfiguration("remote.origin.url", url.secret)
            try await git.setConfiguration("remote.origin.promisor", "true")
            try await git.setConfiguration("remote.origin.partialclonefilter", "tree:0")
            try await git.setConfiguration("core.repositoryformatversion", "1")
            try await git.setConfiguration("extensions.partialclone", "origin")
            try await git.setConfiguration("gc.auto", "0")
        }
    }

    /// Runs the body while no other process updates the same clone.
    private func locked(_ body: () async throws(RegistryError) -> Void) async throws(RegistryError) {
        let descriptor = open("\(path)/git-model.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 {
            throw RegistryError(
                .inputOutput, "cannot write to the cache \(path): \(String(cString: strerror(errno)))", subject: path,
                hints: ["export XDG_CACHE_HOME to a folder that you may write to"])
        }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
        try await body()
    }

    private static func cacheRoot(_ variables: [String: String]) -> String? {
        if let cache = variables["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache }
        return variables["HOME"].flatMap { $0.hasPrefix("/") ? "\($0)/.cache" : nil }
    }

    /// A folder name that tells the repository to a person, and two URLs apart: the end of the address and FNV-1a of
    /// all of it. A password goes into the hash only.
    private static func folderName(_ url: GitURL) -> String {
        let hash = url.secret.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let readable = url.description.unicodeScalars.map { scalar -> Character in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)) ? Character(scalar) : "-"
        }
        return String(readable.suffix(60)).drop { $0 == "-" } + "-" + String(hash, radix: 16)
    }

    private static func createFolders(_ path: String) throws(RegistryError) {
        var current = ""
        for part in path.split(separator: "/") {
            current += "/\(part)"
            if mkdir(current, 0o700) != 0, errno != EEXIST {
                throw RegistryError(
                    .inputOutput, "cannot create the cache \(current): \(String(cString: strerror(errno)))",
                    subject: current, hints: ["export XDG_CACHE_HOME to a folder that you may write to"])
            }
        }
    }
}

extension RegistrySession {
    /// The commit that a revision names in the repository at the URL.
    func remoteCommit(_ revision: Revision) async throws(RegistryError) -> ObjectID {
        guard let remote else { return try localCommit(revision) }
        let cache = try RemoteCache(remote, environment)
        if let id = ObjectID(revision.description), (try? repository.peelToCommit(id)) != nil { return id }
        let isCounted = revision.description.contains { "~^@".contains($0) } && !revision.description.contains("@v")
        if !isCounted {
            do throws(GitCommandError) {
                try await cache.fetch(revision, isWhole: false)
                return try localCommit(Revision(RefName(asRead: "refs/git-model/asked")))
            } catch {
                if error.kind == .remoteUnreachable { throw RegistryError(error) }
            }
        }
        try await RegistryError.wrapping { () async throws(GitCommandError) in
            try await cache.fetch(revision, isWhole: true)
        }
        return try localCommit(revision)
    }
}
