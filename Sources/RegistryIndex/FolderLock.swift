import Glibc

/// A lock on a folder, so that an index file is only replaced while nobody has it open: SQLite finds a file's log by its name,
/// and would mix the log of the old one with the new one. It ends with this object, however the process ends.
final class FolderLock {
    private let folder: Int32

    /// Takes the lock: together with others, or for itself alone. Waits as long as SQLite would.
    /// - Returns: `nil` where others are in the way, or the file system has no such locks.
    init?(_ path: String, isExclusive: Bool) {
        folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return nil }
        for _ in 0..<SQLiteConnection.patience {
            if flock(folder, (isExclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 { return }
            guard errno == EWOULDBLOCK || errno == EINTR else { break }
            usleep(1000)
        }
        return nil
    }

    deinit { if folder >= 0 { close(folder) } }
}
