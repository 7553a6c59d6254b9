import Glibc
import RegistryCore

/// Small files of this machine that configure where bytes are kept.
enum LocalFile {
    /// The bytes of a file; `nil` where it is not there.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/inputOutput`` or ``ErrorCode/tooLarge``.
    static func read(_ path: String, limit: Int = 1 << 20) throws(RegistryError) -> [UInt8]? {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        if number < 0 {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure(path)
        }
        defer { close(number) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(number, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path)
            }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            if bytes.count > limit {
                throw RegistryError(.tooLarge, "\(path) is larger than \(limit) bytes", subject: path)
            }
        }
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func failure(_ path: String) -> RegistryError {
        RegistryError(
            .inputOutput, "cannot read \(path): \(String(cString: strerror(errno)).lowercased())", subject: path,
            hints: ["check its permissions"])
    }
}
