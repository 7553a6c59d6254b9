import GitTypes
import LibGit2
public import RegistryCore

extension Registry {
    /// Removes the locks of Git's that are older than ten minutes. A git that still runs may own one: who asks for this
    /// has looked.
    /// - Returns: the paths of those that are gone.
    /// - Throws: ``RegistryError`` where the repository cannot be opened, and with code ``ErrorCode/inputOutput`` where a lock
    ///   cannot be removed.
    public func removeStaleLocks() async throws(RegistryError) -> [String] {
        let session = try await RegistrySession(location, environment)
        var removed: [String] = []
        for lock in session.staleLockFiles {
            guard session.repository.remove(lock, ifOlderThan: RegistrySession.staleLockAge) else {
                throw RegistryError(
                    .inputOutput, "the lock \(lock.path) cannot be removed", subject: lock.path,
                    hints: ["check who owns it: ls -l \(lock.path.shellQuoted)"])
            }
            removed.append(lock.path)
        }
        return removed
    }
}

extension RegistrySession {
    /// How old a lock is that nobody holds any more, in seconds: no change of refs takes so long.
    static let staleLockAge = 600

    /// The clone of a remote repository has a lock of ours that stays, and clears away git's by itself.
    fileprivate var staleLockFiles: [LockFile] {
        remote == nil ? repository.lockFiles(olderThan: Self.staleLockAge) : []
    }

    var staleLocks: [Finding] {
        staleLockFiles.map { lock in
            Finding(
                .staleLock, subject: lock.path,
                message:
                    "the lock \(lock.path) is \(lock.age) s old: a crash may have left it, and it keeps others from "
                    + "writing",
                hint: "git model doctor --remove-stale-locks, when no git process is running")
        }
    }
}
