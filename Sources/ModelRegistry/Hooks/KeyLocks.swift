import CLinux
import Glibc
import RegistryCore

/// Locks by name in one file. The system gives a lock back when the process that holds it ends, however it ends, so none
/// is ever stale, and no child inherits one.
struct KeyLocks {
    let path: String

    /// A lock that is held for as long as the value lives.
    final class Held: Sendable {
        private let file: Int32

        fileprivate init(file: Int32) { self.file = file }

        deinit { close(file) }
    }

    /// Takes a lock; `nil` where another one, of this process or another, has it.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/inputOutput``.
    func attempt(_ key: String) throws(RegistryError) -> Held? {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
        if file < 0 { throw failure() }
        let lock = Held(file: file)
        // Two keys with one hash only wait for each other.
        if linux_lock_byte(file, Int64(key.stableHash & 0x3FFF_FFFF_FFFF_FFFF)) == 0 { return lock }
        if errno == EAGAIN || errno == EACCES { return nil }
        throw failure()
    }

    /// Takes a lock, and waits for it as long as it takes.
    /// - Parameter onWait: told once, when it is not free at once.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/inputOutput``, or ``ErrorCode/hookFailed`` when the task is
    ///   cancelled.
    func take(_ key: String, onWait: () -> Void = {}) async throws(RegistryError) -> Held {
        var isFirst = true
        var pause = Duration.milliseconds(5)
        while true {
            if let lock = try attempt(key) { return lock }
            if isFirst { onWait() }
            isFirst = false
            do { try await Task.sleep(for: pause) } catch {
                throw RegistryError(
                    .hookFailed, "interrupted while waiting for another git model", hints: ["try again"])
            }
            pause = min(pause * 2, .milliseconds(200))
        }
    }

    private func failure() -> RegistryError {
        RegistryError(
            .inputOutput, "cannot lock \(path): \(String(cString: strerror(errno)).lowercased())", subject: path,
            hints: ["check the permissions and the space of its folder"])
    }
}
