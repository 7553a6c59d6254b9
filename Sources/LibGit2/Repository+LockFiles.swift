import GitTypes
import Glibc

/// A lock file of Git's in the repository's own folder. Who made it removes it; one that is old was left by a crash.
public struct LockFile: Hashable, Sendable {
    /// Its whole path.
    public let path: String
    /// For how many seconds it has been there.
    public let age: Int
    fileprivate let bytes: [CChar]
}

extension Repository {
    /// The locks of refs, of `packed-refs` and of the other files beside it that are so old, by path.
    /// - Parameter age: in seconds.
    public func lockFiles(olderThan age: Int) -> [LockFile] {
        var found: [LockFile] = []
        let now = time(nil)
        collectLocks(below: commonPath, isRoot: true, depth: 0, now, into: &found)
        return found.filter { $0.age > age }.sorted { $0.path < $1.path }
    }

    /// Whether a `git gc` says that it is at work: it may delete objects that no ref held when it began.
    public var isBeingCollected: Bool {
        var status = stat()
        return lstat(path("gc.pid"), &status) == 0
    }

    /// Removes a lock file, unless it is not that old any more: then another process made it anew.
    /// - Parameter age: in seconds.
    /// - Returns: whether it is gone.
    public func remove(_ lock: LockFile, ifOlderThan age: Int) -> Bool {
        var status = stat()
        guard lstat(lock.bytes, &status) == 0 else { return errno == ENOENT }
        return time(nil) - status.st_mtim.tv_sec > age && unlink(lock.bytes) == 0
    }

    private func collectLocks(
        below folder: [UInt8], isRoot: Bool, depth: Int, _ now: time_t, into found: inout [LockFile]
    ) {
        guard depth < 64, let directory = opendir((folder + [0]).map { CChar(bitPattern: $0) }) else { return }
        defer { closedir(directory) }
        let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 19
        while let entry = readdir(directory) {
            let start = UnsafeRawPointer(entry) + nameOffset
            let part = UnsafeRawBufferPointer(start: start, count: strlen(start.assumingMemoryBound(to: CChar.self)))
            if part.elementsEqual(".".utf8) || part.elementsEqual("..".utf8) { continue }
            let path = folder + [UInt8(ascii: "/")] + part
            let bytes = (path + [0]).map { CChar(bitPattern: $0) }
            var status = stat()
            guard lstat(bytes, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR where !isRoot || part.elementsEqual("refs".utf8):
                collectLocks(below: path, isRoot: false, depth: depth + 1, now, into: &found)
            case S_IFREG where part.suffix(5).elementsEqual(".lock".utf8):
                found.append(
                    LockFile(
                        path: String(lossless: path), age: max(0, now - status.st_mtim.tv_sec), bytes: bytes))
            default: break
            }
        }
    }
}
