import GitCommand
import GitTypes
import Glibc
import LibGit2
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

    /// Whoever holds it may make or update the clone. Empty until the clone is complete, then ``Mark``.
    private static let lockName = "git-model.lock"

    /// What the lock file holds of a complete clone.
    private enum Mark {
        static let atRest = UInt8(ascii: "1")
        /// Somebody is at work, or was when he was killed.
        static let inUse = UInt8(ascii: "2")
    }

    private static let tags = spec("+refs/tags/*:refs/tags/*")
    private static let remoteHead = spec("+HEAD:\(head)")
    private static let branches = spec("+refs/heads/*:refs/remotes/origin/*")
    private static let settings = [
        ("remote.origin.promisor", "true"), ("remote.origin.partialclonefilter", "tree:0"),
        ("core.repositoryformatversion", "1"), ("extensions.partialclone", "origin"), ("gc.auto", "0"),
    ]

    /// A refspec of ours; one that is none would be seen by the first test, and fetches the tags.
    private static func spec(_ text: String) -> FetchSpec { (try? FetchSpec(text)) ?? .tags }

    init(_ url: GitURL, _ environment: RegistryEnvironment) throws(RegistryError) {
        guard let root = LocalFolder.ofUser(environment.variables, "XDG_CACHE_HOME", fallback: ".cache") else {
            throw RegistryError(
                .inputOutput, "there is no cache folder: neither XDG_CACHE_HOME nor HOME is set",
                hints: ["export XDG_CACHE_HOME=/tmp/cache"])
        }
        self.url = url
        self.path = "\(root)/remotes/\(Self.folderName(url)).git"
        self.git = GitCommand(
            gitDirectory: path, workingDirectory: nil, environment: environment.variables, isInsideHook: false,
            remoteTimeLimit: RegistrySession.remoteTimeLimit)
    }

    /// Brings the tags and HEAD up to date. What the server no longer has goes here too: this is its mirror.
    func update() async throws(RegistryError) {
        try LocalFolder.create(
            path, mode: 0o700, advice: "export XDG_CACHE_HOME to a folder that you may write to")
        try await locked { (isComplete) async throws(RegistryError) in
            if !isComplete {
                try await create()
                if try await fill() { return }
            } else if try await isCurrent() {
                return
            }
            do throws(GitCommandError) {
                // The refs of a clone that is not complete are thrown away where its making was interrupted.
                try await fetch([Self.tags, Self.remoteHead], isPruning: true, isDurable: isComplete)
            } catch {
                // A repository without commits has no HEAD to fetch.
                guard case .remoteRefMissing(.head) = error.kind else { throw RegistryError(error, at: url) }
                try await RegistryError.wrapping { () async throws(GitCommandError) in
                    // With a depth git 2.39 ends with status 1 where there are no refs at all.
                    try await git.fetch(from: .name(.origin), [Self.tags], filter: .treeless, isPruning: true)
                }
            }
            // Where this does not go it is only slower.
            guard let loose = try? ReferenceFiles(commonDirectory: path).looseTags(), loose.count > Self.mostLooseTags
            else { return }
            try? await git.packReferences()
        }
    }

    /// Fills a clone that was made a moment ago, and that nobody else uses yet: brings the objects that the remote's tags and
    /// HEAD name, and writes all names into one file. `git fetch` makes a file for each name, which takes longer than all
    /// the rest.
    /// - Returns: whether that went; where it did not, the fetch of the names tells what is wrong.
    private func fill() async throws(RegistryError) -> Bool {
        guard let fresh = FreshReferences(try await listRemote(), head: Self.head) else { return false }
        do throws(GitCommandError) {
            try await fetch(fresh.objects.map { FetchSpec($0) }, isPruning: false)
        } catch {
            // A tag was moved meanwhile, or the server gives objects out by name only.
            if case .objectMissing = error.kind { return false }
            throw RegistryError(error, at: url)
        }
        let file = "\(path)/packed-refs"
        try RegistrySession.replaceFile(file, fresh.packed, shown: file)
        return true
    }

    /// The tags and HEAD of the remote.
    private func listRemote() async throws(RegistryError) -> RemoteListing {
        do throws(GitCommandError) {
            return try await git.listRemote(.name(.origin), patterns: ["HEAD", "refs/tags/*"])
        } catch {
            throw RegistryError(error, at: url)
        }
    }

    /// How many tags may lie in files of their own: each is opened whenever the tags are listed.
    private static let mostLooseTags = 500

    /// Whether the remote has the very tags and HEAD that are here. Asking is quicker than a fetch that brings nothing.
    private func isCurrent() async throws(RegistryError) -> Bool {
        let files = ReferenceFiles(commonDirectory: path)
        // While the remote is asked; only here are they changed, and nobody else may do that now.
        async let own = Self.tags(of: files)
        let listing = try await listRemote()
        guard let here = await own,
            files.object(of: Self.head) == listing.references.first(where: { $0.name == .head })?.id
        else { return false }
        // Both are ordered by name; of a server that has another order everything is fetched.
        var position = here.startIndex
        for reference in listing.references {
            let name = reference.name.description.utf8
            // The pattern also matches `refs/heads/refs/tags/x`.
            guard name.starts(with: RefName.tagPrefix.utf8) else { continue }
            guard position < here.endIndex, here.id(at: position) == reference.id,
                here.withName(at: position, { $0.elementsEqual(name.dropFirst(RefName.tagPrefix.utf8.count)) })
            else { return false }
            position += 1
        }
        return position == here.endIndex
    }

    /// The tags that are here; `nil` where one of them is damaged.
    private static func tags(of files: ReferenceFiles) async -> TagReferences? {
        guard let loose = try? files.looseTags(),
            let list = try? ReferenceFiles.list(loose, packed: try files.packedBytes()), list.damaged.isEmpty
        else { return nil }
        return list.references
    }

    /// Whether the clone is there, as far as it was ever brought up to date.
    var isComplete: Bool {
        var status = stat()
        return stat("\(path)/\(Self.lockName)", &status) == 0 && status.st_size > 0
    }

    /// Brings these tags, none of which may be here with another id, and HEAD where that is asked for.
    /// - Returns: why git did not bring all of them; `nil` where it did.
    func bring(_ tags: [TagName], withHead: Bool) async throws(RegistryError) -> GitCommandError? {
        let names = tags.map { RefName($0) }
        return try await locked { (isComplete) async throws(RegistryError) in
            if !isComplete { try await create() }
            do throws(GitCommandError) {
                let tags: [FetchSpec] =
                    names.count > WatchRound.mostNames ? [.tags] : names.compactMap { try? FetchSpec($0, to: $0) }
                try await fetch(tags + (withHead ? [Self.remoteHead] : []), isPruning: false)
                return nil
            } catch {
                return error
            }
        }
    }

    /// Brings one commit that a person names, one level deep; `nil` where the remote has no such branch, tag or id.
    func fetchCommit(_ revision: Revision) async throws(GitCommandError) -> ObjectID? {
        if let id = ObjectID(revision.description) {
            try await fetch([FetchSpec(id)], isPruning: false)
            return id
        }
        let text = revision.description
        let found = try await git.listRemote(.name(.origin), patterns: [text]).references
        // A tag beats a branch of the same name, as everywhere in Git.
        let names = [text, "refs/tags/\(text)", "refs/heads/\(text)"]
        for name in names {
            guard let reference = found.first(where: { $0.name.description == name }) else { continue }
            guard let spec = try? FetchSpec(reference.name, to: nil) else { return nil }
            try await fetch([spec], isPruning: false)
            return reference.peeled ?? reference.id
        }
        return nil
    }

    /// Brings the commits of all branches, without their files: what `main~3` is counted in.
    func fetchHistory() async throws(GitCommandError) {
        try await git.fetch(from: .name(.origin), [Self.branches], filter: .treeless, depth: Int(Int32.max))
    }

    private func fetch(
        _ specs: [FetchSpec], isPruning: Bool, isDurable: Bool = true
    ) async throws(GitCommandError) {
        try await git.fetch(
            from: .name(.origin), specs, filter: .treeless, depth: 1, isPruning: isPruning, isDurable: isDurable)
    }

    /// Makes the clone, anew where its making was interrupted: a killed git leaves locks that no later one gets past.
    private func create() async throws(RegistryError) {
        // A power cut leaves refs that were not on the disk yet as empty files, on which git stops.
        for name in LocalFolder.names(in: path) where name != Self.lockName { LocalFolder.remove("\(path)/\(name)") }
        try await RegistryError.wrapping { () async throws(GitCommandError) in
            _ = try await git.initialiseBare(at: path)
            // Missing objects are fetched from this remote on demand: what `git clone --filter` writes.
            for (key, value) in Self.settings + [("remote.origin.url", url.secret)] {
                guard let key = try? ConfigurationKey(key) else { continue }
                try await git.setConfiguration(key, value)
            }
        }
    }

    /// Runs the body while no other process makes or updates the same clone.
    ///
    /// The body is told whether the clone is complete. Where the one before us failed or was killed, git's locks may
    /// still be there; as nobody else is at work, they are removed.
    private func locked<Value>(
        _ body: (_ isComplete: Bool) async throws(RegistryError) -> Value
    ) async throws(RegistryError) -> Value {
        let descriptor = open("\(path)/\(Self.lockName)", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 {
            throw RegistryError(
                .inputOutput, "cannot write to the cache \(path): \(String(cString: strerror(errno)).lowercased())",
                subject: path,
                hints: ["export XDG_CACHE_HOME to a folder that you may write to"])
        }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR {
            do { try await Task.sleep(for: .milliseconds(20)) } catch {
                throw RegistryError(.gitFailed, "interrupted: another process is updating the cache", subject: path)
            }
        }
        var mark: UInt8 = 0
        let count = pread(descriptor, &mark, 1, 0)
        if count < 0 {
            throw RegistryError(
                .inputOutput, "cannot read the cache \(path): \(String(cString: strerror(errno)).lowercased())",
                subject: path, hints: ["check the disk"])
        }
        let isComplete = count == 1
        if isComplete, mark != Mark.atRest { removeLocks(below: path) }
        if isComplete { set(Mark.inUse, descriptor) }
        let value = try await body(isComplete)
        set(Mark.atRest, descriptor)
        return value
    }

    private func set(_ mark: UInt8, _ descriptor: Int32) {
        _ = withUnsafeBytes(of: mark) { pwrite(descriptor, $0.baseAddress, 1, 0) }
    }

    private func removeLocks(below folder: String) {
        for name in LocalFolder.names(in: folder) {
            let path = "\(folder)/\(name)"
            if name.hasSuffix(".lock") {
                if name != Self.lockName { unlink(path) }
            } else if name == "refs" || folder != self.path {
                removeLocks(below: path)
            }
        }
    }

    /// A folder name that tells the repository to a person, and two URLs apart: the end of the address and FNV-1a of
    /// all of it. A password goes into the hash only.
    static func folderName(_ url: GitURL) -> String {
        let readable = url.description.unicodeScalars.map { scalar -> Character in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)) ? Character(scalar) : "-"
        }
        return String(readable.suffix(60)).drop { $0 == "-" } + "-" + String(url.secret.stableHash, radix: 16)
    }
}

extension RegistrySession {
    /// The commit that a revision names in the repository at the URL.
    func remoteCommit(_ revision: Revision) async throws(RegistryError) -> ObjectID {
        guard let remote else { return try localCommit(revision) }
        let cache = try RemoteCache(remote, environment)
        if let id = ObjectID(revision.description), (try? repository.peelToCommit(id)) == id { return id }
        let fetched = try await RegistryError.wrapping { () async throws(GitCommandError) in
            do throws(GitCommandError) {
                if let id = try await cache.fetchCommit(revision) { return id as ObjectID? }
            } catch {
                // The server does not have it, or gives out no commit that is not the tip of a branch.
                switch error.kind {
                case .objectMissing, .failed: break
                default: throw error
                }
            }
            try await cache.fetchHistory()
            return nil
        }
        return try localCommit(fetched.map { Revision($0) } ?? revision)
    }
}
