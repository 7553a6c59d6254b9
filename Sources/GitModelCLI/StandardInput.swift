import Glibc

/// What this process is given on its standard input.
enum StandardInput {
    /// Reads it to its end.
    /// - Returns: `nil` where it is longer than `limit` bytes, or cannot be read.
    static func read(limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                return nil
            }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            if bytes.count > limit { return nil }
        }
    }
}
