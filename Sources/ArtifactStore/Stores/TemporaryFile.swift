import Glibc
import RegistryCore

/// A file that a program fills and that is gone when nobody needs it any more.
final class TemporaryFile: Sendable {
    let path: String
    private let file: OpenFile

    init(in folder: String) throws(RegistryError) {
        var template = Array("\(folder)/git-model.XXXXXX".utf8CString)
        let number = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { mkstemp($0) } ?? -1
        }
        self.path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        if number < 0 { throw fileError("create", path) }
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        self.file = OpenFile(number)
    }

    deinit { unlink(path) }

    /// Hands over what the program wrote.
    func read(into take: ByteConsumer, shown: String) throws(RegistryError) {
        var status = stat()
        guard fstat(file.number, &status) == 0 else { throw fileError("read", shown) }
        var isWanted = true
        do throws(RegistryError) {
            try file.read(0..<Int(status.st_size), shown: shown) { bytes throws(RegistryError) in
                isWanted = !Task.isCancelled && take(bytes)
                if !isWanted { throw IncomingFile.interrupted(shown) }
            }
        } catch {
            if isWanted { throw error }
        }
    }
}
