import CLibGit2
import GitTypes
import Glibc

extension Repository {
    /// Runs an operation on a ref again for as long as another process holds a lock it needs.
    ///
    /// git waits for a ref's lock by itself (`core.filesRefLockTimeout`, 100 ms), libgit2 does not. The pauses grow and
    /// are cut short by chance, so that those who met once do not meet again. Each new attempt gets a new ref database:
    /// where `packed-refs` is locked, libgit2 1.5 has already taken the ref out of its copy, and reports the second
    /// attempt to delete it as done.
    /// - Throws: ``GitError`` of kind ``GitError/Kind/locked(path:age:)`` after ``lockWait``, or what `body` throws.
    func waitingForLock(of name: RefName, _ body: () throws(GitError) -> Void) throws(GitError) {
        let start = ContinuousClock.now
        var longest = 1000
        while true {
            do throws(GitError) {
                return try body()
            } catch {
                guard error.code == GIT_ELOCKED.rawValue || error.isFolderGone else { throw error }
                if ContinuousClock.now - start >= lockWait {
                    throw error.code == GIT_ELOCKED.rawValue ? lockError(for: name, error) : error
                }
            }
            usleep(UInt32.random(in: UInt32(longest / 2)...UInt32(longest)))
            longest = min(2 * longest, 50_000)
            try renewReferenceDatabase()
        }
    }

    private func renewReferenceDatabase() throws(GitError) {
        let database = try make("read the refs") { git_refdb_open($0, handle) }
        defer { git_refdb_free(database) }
        try call("read the refs") { git_repository_set_refdb(handle, database) }
    }

    /// Names the lock file that is there: the ref's own, or that of `packed-refs`.
    private func lockError(for name: RefName, _ error: GitError) -> GitError {
        let candidates = [name.description + ".lock", "packed-refs.lock"]
        for candidate in candidates {
            var status = stat()
            guard lstat(path(candidate), &status) == 0 else { continue }
            let age = max(0, time(nil) - status.st_mtim.tv_sec)
            return GitError(
                .locked(path: commonDirectory + "/" + candidate, age: age), operation: error.operation,
                message: error.message, code: error.code)
        }
        // The lock went as we gave up.
        return GitError(
            .locked(path: commonDirectory + "/" + candidates[0], age: nil), operation: error.operation,
            message: error.message, code: error.code)
    }
}

extension GitError {
    /// Whether a folder vanished between its making and the making of a file in it: `git pack-refs` removes those
    /// that it has emptied.
    fileprivate var isFolderGone: Bool {
        kind == .inputOutput(String(cString: strerror(ENOENT)))
    }
}
