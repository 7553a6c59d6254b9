import ArtifactStore
import GitCommand
import GitTypes
import LibGit2
import RegistryCore
import Synchronization

/// Bytes that are in Git itself.
struct GitArtifactSource: ArtifactSource {
    /// A blob up to this size is read through libgit2, which holds it in memory; a larger one is streamed by `git`.
    private static let memoryLimit = 1 << 20

    let name: String
    private let blobs: Blobs
    private let git: GitCommand

    init(_ session: RegistrySession) {
        let repository = session.repository
        self.name = session.remote.map { "Git at \($0)" } ?? "Git"
        self.blobs = Blobs(
            path: repository.workingDirectory ?? repository.gitDirectory, isInsideHook: session.isNamedByGit)
        self.git = session.git
    }

    func find(_ file: ArtifactFile) async throws(RegistryError) -> String { name }

    func read(
        _ file: ArtifactFile, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        let digest = try digest(of: file, .git)
        guard let id = ObjectID(digest.hexadecimal) else {
            throw RegistryError(.internalFault, "'\(digest)' is not the id of a blob", hints: ["git fsck"])
        }
        if file.mostBytes <= Self.memoryLimit {
            let bytes = try RegistryError.wrapping { () throws(GitError) in try blobs.read(id) }
            _ = bytes.withUnsafeBytes { take($0) }
            return
        }
        do {
            try await git.streamBlob(id) { bytes in
                if !take(bytes) { throw Enough() }
            }
        } catch is Enough {
            return
        } catch let error as GitCommandError {
            throw RegistryError(error)
        } catch {
            throw RegistryError(.gitFailed, "cannot read blob \(id): \(error)", subject: id.description)
        }
    }

    /// Whoever takes the bytes wants no more.
    private struct Enough: Error {}

    /// A handle of libgit2 belongs to one task at a time, and files may be read side by side.
    private final class Blobs: Sendable {
        private let path: String
        private let isInsideHook: Bool
        private let repository = Mutex<Repository?>(nil)

        init(path: String, isInsideHook: Bool) {
            self.path = path
            self.isInsideHook = isInsideHook
        }

        func read(_ id: ObjectID) throws(GitError) -> [UInt8] {
            let result = repository.withLock { repository in
                Result { () throws(GitError) in
                    if let repository { return try repository.blob(id) }
                    let opened = try Repository.open(at: path, isInsideHook: isInsideHook)
                    repository = opened
                    return try opened.blob(id)
                }
            }
            return try result.get()
        }
    }
}
