import Glibc

/// The bytes of a child's standard input, in a file that has no name.
///
/// A file instead of a pipe: whatever the child reads or leaves unread, nobody waits for anybody, and no SIGPIPE can
/// reach this process.
struct InputFile: ~Copyable {
    /// The descriptor, at the first byte.
    let descriptor: Int32

    /// Writes the bytes to a new file in a folder for temporary files; opens `/dev/null` where there are none.
    init(_ bytes: [UInt8], folder: String) throws(ChildProcessError) {
        self.descriptor = bytes.isEmpty ? try Self.openNothing() : try Self.createFile(of: bytes, folder: folder)
    }

    deinit {
        close(descriptor)
    }

    private static func openNothing() throws(ChildProcessError) -> Int32 {
        let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .system(operation: "opening /dev/null", errorNumber: errno) }
        return file
    }

    private static func createFile(of bytes: [UInt8], folder: String) throws(ChildProcessError) -> Int32 {
        var template = Array("\(folder)/child-input-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw .system(operation: "creating a file in '\(folder)'", errorNumber: errno) }
        unlink(template)
        if fcntl(file, F_SETFD, FD_CLOEXEC) != 0 || !write(bytes, to: file) || lseek(file, 0, SEEK_SET) != 0 {
            let errorNumber = errno
            close(file)
            throw .system(operation: "writing to '\(folder)'", errorNumber: errorNumber)
        }
        return file
    }

    private static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
        bytes.withUnsafeBytes { all in
            var rest = all[...]
            while !rest.isEmpty {
                let count = Glibc.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno != EINTR { return false }
                rest = rest.dropFirst(max(0, count))
            }
            return true
        }
    }
}
