import Glibc
import RegistryCore

/// An open file or folder that closes itself.
struct FileDescriptor: ~Copyable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Opens a path; a link at its end is never followed.
    static func open(
        _ path: String, in folder: borrowing FileDescriptor, _ flags: Int32, mode: mode_t = 0, shown: String
    ) throws(RegistryError) -> FileDescriptor {
        let number = openat(folder.number, path, flags | O_NOFOLLOW | O_CLOEXEC, mode)
        if number < 0 { throw fileError("open", shown) }
        return FileDescriptor(number)
    }

    /// Opens a folder that a person named; links in it are theirs and are followed.
    static func openFolder(_ path: String) throws(RegistryError) -> FileDescriptor {
        let number = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if number < 0 { throw fileError("open", path) }
        return FileDescriptor(number)
    }

    /// Writes all bytes, however many calls it takes.
    static func writeAll(_ bytes: UnsafeRawBufferPointer, to number: Int32, shown: String) throws(RegistryError) {
        var rest = bytes
        while !rest.isEmpty {
            let written = write(number, rest.baseAddress, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw fileError("write", shown)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// The names in an open folder as bytes with a NUL at the end, `.` and `..` left out.
    func entryNames() -> [[CChar]] {
        // The stream closes the descriptor that it is given, so it gets one of its own.
        guard let stream = fdopendir(openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) else { return [] }
        defer { closedir(stream) }
        var names: [[CChar]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.bindMemory(to: CChar.self)) }
            let end = name.firstIndex(of: 0) ?? name.endIndex
            if ![[46], [46, 46]].contains(name[..<end]) { names.append(Array(name[..<end]) + [0]) }
        }
        return names
    }

    func synchronise(shown: String) throws(RegistryError) {
        // Some file systems cannot synchronise a folder and say EINVAL; what they can do is done.
        if fsync(number) != 0, errno != EINVAL, errno != ENOTSUP { throw fileError("write", shown) }
    }
}

/// The error of a file operation that just failed, with the system's reason.
func fileError(_ operation: String, _ path: String) -> RegistryError {
    let reason = errno
    let hint =
        switch reason {
        case ENOSPC, EDQUOT: "free some space and run the same command again"
        case EACCES, EPERM, EROFS: "check the permissions of the folder, or choose another with -o"
        case ENOENT, ENOTDIR: "create the folder first, or choose another with -o"
        case ELOOP: "a symbolic link stands in the way"
        default: "check the disk"
        }
    return RegistryError(
        .inputOutput, "cannot \(operation) \(path): \(String(cString: strerror(reason)).lowercased())", subject: path,
        hints: [hint])
}
