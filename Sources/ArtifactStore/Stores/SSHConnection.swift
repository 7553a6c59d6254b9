import Glibc

/// The folder of the socket by which processes of `ssh` share one connection; both end with this object.
final class SSHConnection: Sendable {
    /// The folder; `nil` where none could be made, and each process connects anew.
    let folder: String?

    /// The longest path of a folder in which a socket can be: its address has 108 bytes, of which ssh takes a slash, 40
    /// digits, and 17 more while it makes it.
    private static let longestFolder = 107 - 1 - 40 - 17

    /// - Parameter temporaryFolder: where the user wants such folders; `/tmp` where that is too long, or none.
    init(temporaryFolder: String?) {
        let wanted = [temporaryFolder ?? "", "/tmp"].filter { !$0.isEmpty }.map { "\($0)/git-model-XXXXXX" }
        folder = wanted.first { $0.utf8.count <= Self.longestFolder }.flatMap { pattern in
            var template = Array(pattern.utf8CString)
            return template.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
            }
        }
    }

    deinit {
        guard let folder else { return }
        for name in (try? OpenFile.openFolder(folder))?.entryNames() ?? [] {
            let path = folder + "/" + String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
            Self.end(path)
            unlink(path)
        }
        rmdir(folder)
    }

    /// What `ControlPath` is to be.
    var controlPath: String? { folder.map { "\($0)/%C" } }

    /// Asks the process behind a socket to end, as `ssh -O exit` does, and waits until it has closed the socket.
    ///
    /// Source of the format: `PROTOCOL.mux` of OpenSSH.
    private static func end(_ path: String) {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(socket, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isCopied = withUnsafeMutableBytes(of: &address.sun_path) { field in
            guard path.utf8.count < field.count else { return false }
            field.copyBytes(from: path.utf8)
            return true
        }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isCopied, isConnected else { return }
        // Each a length, a kind and a number: a greeting of version 4, and request 0 to end.
        let words: [UInt32] = [8, 1, 4, 8, 0x1000_0005, 0]
        let bytes = words.flatMap { word in withUnsafeBytes(of: word.bigEndian) { Array($0) } }
        guard send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return }
        var answer = [UInt8](repeating: 0, count: 256)
        while recv(socket, &answer, answer.count, 0) > 0 {}
    }
}
