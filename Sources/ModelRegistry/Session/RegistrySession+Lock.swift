import Glibc
import LibGit2
import RegistryCore

extension RegistrySession {
    /// How long another writer is waited for.
    private static let lockWait = Duration.seconds(5)

    /// Runs the body while no other `git model` writes to the same clone, so that what it decides on stays true: two
    /// writers must not give one commit two versions, or two stages one counter. Git itself and GTO do not take part;
    /// against them every ref is created by compare-and-set.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/refLocked`` where another one writes for longer than five seconds.
    func whileLocked<Value>(
        isDryRun: Bool, _ body: () async throws(RegistryError) -> Value
    ) async throws(RegistryError) -> Value {
        if isDryRun { return try await body() }
        let folder = "\(repository.commonDirectory)/git-model"
        let path = "\(folder)/write.lock"
        if LocalFolder.ofRepository(repository.commonDirectory, creates: true) == nil { mkdir(folder, 0o777) }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
        if descriptor < 0 {
            throw RegistryError(
                .inputOutput,
                "cannot write to the repository: \(path): \(String(cString: strerror(errno)).lowercased())",
                subject: path, hints: ["check the permissions and the space of the repository's disk"])
        }
        // Closing gives the lock back, however this ends.
        defer { close(descriptor) }
        let deadline = ContinuousClock.now + Self.lockWait
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if ContinuousClock.now > deadline {
                throw RegistryError(
                    .refLocked, "another git model is writing to this repository", subject: path, hints: ["try again"])
            }
            do { try await Task.sleep(for: .milliseconds(10)) } catch {
                throw RegistryError(.gitFailed, "interrupted: nothing was written")
            }
        }
        return try await body()
    }
}
