import Glibc

/// The content of a whole file.
enum FileBytes {
    /// Reads a file; `nil` where there is none, which includes a folder in its place.
    ///
    /// The bytes are copied: a mapped file that another program cuts short would end this process with a signal.
    /// - Throws: ``GitError`` of kind input and output.
    static func read(_ path: [CChar], operation: String) throws(GitError) -> [UInt8]? {
        func failure() -> GitError {
            GitError(errno: errno, operation: operation, path: path.withUnsafeBufferPointer { String(lossless: $0) })
        }
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            // No file has a name that is too long for its folder.
            if errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG { return nil }
            throw failure()
        }
        defer { close(descriptor) }
        var capacity = 512
        var status = stat()
        if fstat(descriptor, &status) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR { return nil }
            capacity = max(capacity, Int(status.st_size) + 1)
        }
        var bytes: [UInt8] = []
        while true {
            var count = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
                repeat {
                    count = Glibc.read(descriptor, buffer.baseAddress, capacity)
                } while count < 0 && errno == EINTR
                initialized = max(0, count)
            }
            if count < 0 { throw failure() }
            if count == 0 { return bytes }
            if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
        }
    }
}

extension String {
    fileprivate init(lossless path: UnsafeBufferPointer<CChar>) {
        self = String(decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
