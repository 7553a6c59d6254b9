import GitCommand
import GitTypes
import LibGit2
import RegistryCore

/// Reads files at a commit. In a partial clone what is missing is fetched through `git`, many objects at once.
struct CommitFiles {
    private let repository: Repository
    private let git: GitCommand
    private let isPartialClone: Bool

    init(_ session: RegistrySession) {
        self.repository = session.repository
        self.git = session.git
        self.isPartialClone = session.isPartialClone
    }

    /// A commit's own facts.
    func commit(_ id: ObjectID) throws(RegistryError) -> CommitRecord {
        try RegistryError.wrapping { () throws(GitError) in try repository.commit(id) }
    }

    /// The entry at a path; `nil` where there is none.
    func entry(at path: String, of commit: ObjectID) async throws(RegistryError) -> TreeEntry? {
        try await fetching { () throws(GitError) in try repository.entry(at: path, inTreeOf: commit) }
    }

    /// The entries of a folder.
    func entries(ofTree tree: ObjectID) async throws(RegistryError) -> [TreeEntry] {
        try await fetching { () throws(GitError) in try repository.entries(ofTree: tree) }
    }

    /// The bytes of a blob.
    /// - Parameter limit: the most bytes that are read; a longer blob is refused.
    func blob(_ id: ObjectID, limit: Int, file: String) async throws(RegistryError) -> [UInt8] {
        let bytes: [UInt8]? = try await fetching { () throws(GitError) in
            if try repository.objectHeader(id).size > limit { return nil }
            return try repository.blob(id)
        }
        if let bytes { return bytes }
        throw RegistryError(
            .tooLarge, "\(file) is larger than \(limit) bytes", subject: file, hints: ["make it smaller"])
    }

    /// The bytes of the file at a path; `nil` where there is no file.
    func file(at path: String, of commit: ObjectID, limit: Int) async throws(RegistryError) -> [UInt8]? {
        guard let entry = try await entry(at: path, of: commit), entry.mode == .file || entry.mode == .executable else {
            return nil
        }
        return try await blob(entry.id, limit: limit, file: path)
    }

    /// The size of a blob.
    func size(of id: ObjectID) async throws(RegistryError) -> Int {
        try await fetching { () throws(GitError) in try repository.objectHeader(id).size }
    }

    /// Whether an object is here.
    func has(_ id: ObjectID) -> Bool {
        do throws(GitError) {
            _ = try repository.objectHeader(id)
            return true
        } catch {
            return false
        }
    }

    /// Fetches the objects that are not here, in one request.
    func fetch(_ ids: some Sequence<ObjectID>) async throws(RegistryError) {
        guard isPartialClone else { return }
        let missing = ids.filter { !has($0) }
        if missing.isEmpty { return }
        try await RegistryError.wrapping { () async throws(GitCommandError) in try await git.fetchObjects(missing) }
    }

    /// Runs a read, fetching what it finds missing, at most once for each level of a path.
    private func fetching<Value>(_ read: () throws(GitError) -> Value) async throws(RegistryError) -> Value {
        var lastMissing: ObjectID?
        while true {
            do throws(GitError) {
                return try read()
            } catch {
                guard case .objectMissing(let id) = error.kind, isPartialClone, id != lastMissing else {
                    throw RegistryError(error)
                }
                lastMissing = id
                try await RegistryError.wrapping { () async throws(GitCommandError) in
                    try await git.fetchObjects([id])
                }
            }
        }
    }
}
