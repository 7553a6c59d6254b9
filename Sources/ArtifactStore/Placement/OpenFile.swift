import Glibc
import RegistryCore

/// An open file or folder that closes itself.
final class OpenFile: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Opens a path; a link at its end is never followed.
    static func open(
        _ path: String, in folder: OpenFile, _ flags: Int32, mode: mode_t = 0, shown: String
    ) throws(RegistryError) -> OpenFile {
        let number = openat(folder.number, path, flags | O_NOFOLLOW | O_CLOEXEC, mode)
        if number < 0 { throw fileError("open", shown) }
        return OpenFile(number)
    }

    /// Opens a folder that a person named; links in it are theirs and are followed.
    static func openFolder(_ path: String) throws(RegistryError) -> OpenFile {
        let number = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if number < 0 { throw fileError("open", path) }
        return OpenFile(number)
    }

    /// Its bytes now; `nil` where the system does not tell.
    var length: Int? {
        var status = stat()
        return fstat(number, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Writes all bytes from an offset on, however many calls it takes.
    /// - Parameter wrote: hears how many bytes each call wrote, for the next one may fail.
    func write(
        _ bytes: UnsafeRawBufferPointer, at offset: Int, shown: String, _ wrote: (Int) -> Void
    ) throws(RegistryError) {
        var (rest, offset) = (bytes, offset)
        while !rest.isEmpty {
            let written = pwrite(number, rest.baseAddress, rest.count, off_t(offset))
            if written < 0 {
                if errno == EINTR { continue }
                throw fileError("write", shown, size: offset + rest.count)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            offset += written
            wrote(written)
        }
    }

    /// Hands over the bytes of a range, piece by piece; ends early where the file does.
    func read(
        _ range: Range<Int>, shown: String, _ body: (UnsafeRawBufferPointer) throws(RegistryError) -> Void
    ) throws(RegistryError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(range.count, 1 << 18), alignment: 16)
        defer { buffer.deallocate() }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = pread(number, buffer.baseAddress, min(buffer.count, range.upperBound - offset), off_t(offset))
            if count < 0 {
                if errno == EINTR { continue }
                throw fileError("read", shown)
            }
            if count == 0 { return }
            try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
            offset += count
        }
    }

    /// The names in an open folder as bytes with a NUL at the end, `.` and `..` left out.
    func entryNames() -> [[CChar]] {
        // The stream closes the descriptor that it is given, so it gets one of its own.
        let own = openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if own < 0 { return [] }
        guard let stream = fdopendir(own) else {
            close(own)
            return []
        }
        defer { closedir(stream) }
        var names: [[CChar]] = []
        while let entry = readdir(stream) {
            // An entry is as long as its name, and what is behind it need not be ours.
            guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { continue }
            let start = (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self)
            let name = Array(UnsafeBufferPointer(start: start, count: strlen(start)))
            if ![[46], [46, 46]].contains(name) { names.append(name + [0]) }
        }
        return names
    }

    /// Whether a name in a folder leads to this very file, and not to something that took its place.
    func stands(at name: String, in folder: OpenFile) -> Bool {
        var (own, named) = (stat(), stat())
        return fstat(number, &own) == 0 && fstatat(folder.number, name, &named, AT_SYMLINK_NOFOLLOW) == 0
            && own.st_ino == named.st_ino && own.st_dev == named.st_dev
    }

    /// Flushes the file or folder to the disk.
    func synchronise(shown: String) throws(RegistryError) {
        // Some file systems cannot synchronise a folder and say EINVAL; what they can do is done.
        if fsync(number) != 0, errno != EINVAL, errno != ENOTSUP { throw fileError("write", shown) }
    }
}

/// The error of a file operation that just failed, with the system's reason.
/// - Parameter size: how long the file would have become.
func fileError(_ operation: String, _ path: String, size: Int? = nil) -> RegistryError {
    let reason = errno
    let hint =
        switch reason {
        case ENOSPC, EDQUOT: "free some space and run the same command again"
        case EACCES, EPERM, EROFS: "check the permissions of the folder, or choose another with -o"
        case ENOENT, ENOTDIR: "create the folder first, or choose another with -o"
        case ELOOP: "a symbolic link stands in the way"
        default: "check the disk"
        }
    let length = size.map { " up to \($0) bytes" } ?? ""
    return RegistryError(
        .inputOutput, "cannot \(operation) \(path)\(length): \(String(cString: strerror(reason)).lowercased())",
        subject: path, hints: [hint])
}
