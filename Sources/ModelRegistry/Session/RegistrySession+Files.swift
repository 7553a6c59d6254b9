import GitTypes
import Glibc
import RegistryCore

extension RegistrySession {
    /// Writes a file beside the old one and gives it its name, so that nobody ever reads half of it.
    static func replaceFile(_ path: String, _ bytes: [UInt8], shown: String) throws(RegistryError) {
        func failure() -> RegistryError {
            let reason = errno
            let folder = shown.split(separator: "/").dropLast().joined(separator: "/")
            return RegistryError(
                .inputOutput, "cannot write \(shown): \(String(cString: strerror(reason)).lowercased())",
                subject: shown,
                hints: [
                    reason == ENOENT && !folder.isEmpty
                        ? "mkdir -p \(folder.shellQuoted)"
                        : "check the permissions of the folder and the space on the disk"
                ])
        }
        // A link is followed: the file that it leads to is the one that is edited.
        var target = path
        if let resolved = realpath(path, nil) {
            target = String(cString: resolved)
            free(resolved)
        }
        var status = stat()
        let mode = stat(target, &status) == 0 ? status.st_mode & 0o777 : 0o666
        let temporary = "\(target).\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        if descriptor < 0 { throw failure() }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno != EINTR {
                let error = failure()
                close(descriptor)
                unlink(temporary)
                throw error
            }
            rest = rest.dropFirst(max(0, written))
        }
        let isFlushed = fsync(descriptor) == 0
        close(descriptor)
        if !isFlushed || rename(temporary, target) != 0 {
            let error = failure()
            unlink(temporary)
            throw error
        }
    }
}
