import Glibc

/// Where an index file is, and what lies there. Nothing here opens it: when a process closes a file, however it came by it,
/// the system drops the locks that SQLite holds on it in the same process.
struct IndexPlace {
    let path: String
    private let folder: String

    /// What SQLite keeps beside a file: its log, the index of that, and the journal of a file that is being made.
    private static let companions = ["-wal", "-shm", "-journal"]

    struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t
    }

    /// Resolves the folder, in which symbolic links are allowed: SQLite is told to follow none.
    init?(path: String) {
        guard !path.utf8.contains(0) else { return nil }
        let bytes = Array(path.utf8)
        let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { String(decoding: bytes[...$0], as: UTF8.self) } ?? "."
        let name = String(decoding: bytes[(slash.map { $0 + 1 } ?? 0)...], as: UTF8.self)
        guard !name.isEmpty, let resolved = realpath(folder, nil) else { return nil }
        defer { free(resolved) }
        // A folder whose name is not UTF-8 cannot be named here.
        guard let text = String(validatingCString: resolved) else { return nil }
        self.folder = text
        self.path = text == "/" ? "/\(name)" : "\(text)/\(name)"
    }

    /// Tells which file is there; `nil` where there is none, or it or what lies beside it is not a regular file of this user.
    /// - Parameter makes: Whether an empty one is made where there is none.
    func identity(orMake makes: Bool) -> Identity? {
        var status = stat()
        if lstat(path, &status) != 0 {
            // As git makes files: the umask is all that takes rights away. mknod(2) follows no link and opens nothing.
            guard makes, errno == ENOENT, mknod(path, S_IFREG | 0o666, 0) == 0 || errno == EEXIST,
                lstat(path, &status) == 0
            else { return nil }
        }
        guard Self.isOurs(status) else { return nil }
        for companion in Self.companions {
            var beside = stat()
            if lstat(path + companion, &beside) == 0 {
                guard Self.isOurs(beside) else { return nil }
            } else if errno != ENOENT {
                return nil
            }
        }
        return Identity(device: status.st_dev, inode: status.st_ino)
    }

    /// The size of the log, in bytes.
    var logSize: Int64 {
        var status = stat()
        return lstat("\(path)-wal", &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Keeps others from replacing the file; `nil` where it cannot be kept from them.
    func lock() -> FolderLock? { FolderLock(folder, isExclusive: false) }

    /// Deletes the file with what belongs to it, if it still is the one that was judged and nobody has it open.
    /// - Returns: Whether that one is gone.
    func remove(_ judged: Identity) -> Bool {
        guard let lock = FolderLock(folder, isExclusive: true) else { return false }
        return withExtendedLifetime(lock) {
            guard identity(orMake: false) == judged else { return true }
            guard unlink(path) == 0 else { return false }
            for companion in Self.companions { unlink(path + companion) }
            return true
        }
    }

    private static func isOurs(_ status: stat) -> Bool {
        status.st_mode & S_IFMT == S_IFREG && status.st_uid == geteuid()
    }
}
