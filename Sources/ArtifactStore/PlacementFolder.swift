import CLinux
import Glibc
import RegistryCore

/// The folder that a target stands in, held open: everything below it is reached step by step, and never by a link.
struct PlacementFolder: ~Copyable {
    private let folder: FileDescriptor
    /// The target as messages call it.
    private let shown: String

    init(_ folder: consuming FileDescriptor, shown: String) {
        self.folder = folder
        self.shown = shown
    }

    func exists(_ name: String) -> Bool {
        var status = stat()
        return fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0
    }

    // MARK: Writing

    /// Writes the content under a name that must not exist, checked and flushed to the disk.
    func write(
        _ content: ArtifactContent, from source: some ArtifactSource, named name: String, registered: ContentDigest?
    ) async throws(RegistryError) -> [ArtifactPlacement.PlacedFile] {
        guard content.isFolder else {
            guard let file = content.files.first else { return [] }
            let placed = try await Self.write(file, from: source, in: folder, name, shown, registered: registered)
            return [placed]
        }
        if mkdirat(folder.number, name, 0o777) != 0 { throw fileError("create", shown) }
        let root = try FileDescriptor.open(name, in: folder, O_RDONLY | O_DIRECTORY, shown: shown)
        var placed: [ArtifactPlacement.PlacedFile] = []
        for file in content.files {
            if Task.isCancelled { throw interrupted }
            guard let path = file.path else { continue }
            let place = try Self.open(path.components.dropLast()[...], in: root, creates: true, shown: shown)
            placed.append(
                try await Self.write(file, from: source, in: place, path.name, "\(shown)/\(path)", registered: nil))
            try place.synchronise(shown: shown)
        }
        try root.synchronise(shown: shown)
        return placed
    }

    private static func write(
        _ file: ArtifactFile, from source: some ArtifactSource, in folder: borrowing FileDescriptor, _ name: String,
        _ shown: String, registered: ContentDigest?
    ) async throws(RegistryError) -> ArtifactPlacement.PlacedFile {
        let target = try FileDescriptor.open(
            name, in: folder, O_WRONLY | O_CREAT | O_EXCL, mode: file.isExecutable ? 0o777 : 0o666, shown: shown)
        let check = try ContentCheck(file, shown: shown)
        try await read(file, from: source, into: target, check, shown)
        let digest = try check.finish(registered: registered)
        try target.synchronise(shown: shown)
        return ArtifactPlacement.PlacedFile(path: shown, size: file.size, digest: digest, isUnchanged: false)
    }

    private static func read(
        _ file: ArtifactFile, from source: some ArtifactSource, into target: borrowing FileDescriptor,
        _ check: ContentCheck, _ shown: String
    ) async throws(RegistryError) {
        let number = target.number
        try await source.read(file) { (bytes: UnsafeRawBufferPointer) throws(RegistryError) in
            if Task.isCancelled { throw RegistryError(.inputOutput, "interrupted: nothing was written to \(shown)") }
            try check.update(bytes)
            try FileDescriptor.writeAll(bytes, to: number, shown: shown)
        }
    }

    /// Gives what was written its final name; `false` where something stands there and may not be replaced.
    func move(_ temporary: String, to name: String, replaces: Bool) throws(RegistryError) -> Bool {
        if Task.isCancelled { throw interrupted }
        if linux_renameat2(folder.number, temporary, folder.number, name, LINUX_RENAME_NOREPLACE) != 0 {
            guard errno == EEXIST || errno == EINVAL || errno == ENOSYS else { throw fileError("write", shown) }
            if errno != EEXIST {
                // A file system without RENAME_NOREPLACE: look first.
                if exists(name), !replaces { return false }
                if renameat(folder.number, temporary, folder.number, name) != 0 { throw fileError("write", shown) }
            } else {
                guard replaces else { return false }
                // The old content takes the temporary name, and goes.
                if linux_renameat2(folder.number, temporary, folder.number, name, LINUX_RENAME_EXCHANGE) != 0 {
                    throw fileError("replace", shown)
                }
                removeAll(temporary)
            }
        }
        try folder.synchronise(shown: shown)
        return true
    }

    /// Removes a file, or a folder and all in it; links are removed, not followed.
    func removeAll(_ name: String) {
        Self.removeAll(name, in: folder)
    }

    private static func removeAll(_ name: UnsafePointer<CChar>, in folder: borrowing FileDescriptor) {
        if unlinkat(folder.number, name, 0) == 0 || errno == ENOENT { return }
        let number = openat(folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if number >= 0 {
            let inner = FileDescriptor(number)
            for entry in inner.entryNames() { removeAll(entry, in: inner) }
        }
        unlinkat(folder.number, name, AT_REMOVEDIR)
    }

    private var interrupted: RegistryError {
        RegistryError(.inputOutput, "interrupted: nothing was written to \(shown)", subject: shown)
    }

    // MARK: What is there

    /// The files, where exactly this content stands under a name already; `nil` otherwise.
    func filesInPlace(
        _ content: ArtifactContent, named name: String, registered: ContentDigest?
    ) throws(RegistryError) -> [ArtifactPlacement.PlacedFile]? {
        guard content.isFolder else {
            guard let file = content.files.first else { return nil }
            return try Self.fileInPlace(file, in: folder, name, shown, registered: registered).map { [$0] }
        }
        let number = openat(folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let root = FileDescriptor(number)
        guard Self.fileCount(in: root, limit: content.files.count) == content.files.count else { return nil }
        var present: [ArtifactPlacement.PlacedFile] = []
        for file in content.files {
            guard let path = file.path,
                let place = try? Self.open(
                    path.components.dropLast()[...], in: root, creates: false, shown: shown),
                let placed = try Self.fileInPlace(file, in: place, path.name, "\(shown)/\(path)", registered: nil)
            else { return nil }
            present.append(placed)
        }
        return present
    }

    private static func fileInPlace(
        _ file: ArtifactFile, in folder: borrowing FileDescriptor, _ name: String, _ shown: String,
        registered: ContentDigest?
    ) throws(RegistryError) -> ArtifactPlacement.PlacedFile? {
        // Without O_NONBLOCK a pipe that stands there would hang us.
        let number = openat(folder.number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let present = FileDescriptor(number)
        var status = stat()
        guard fstat(present.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG, Int(status.st_size) == file.size,
            (status.st_mode & S_IXUSR != 0) == file.isExecutable
        else { return nil }
        let check = try ContentCheck(file, shown: shown)
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = Glibc.read(present.number, &buffer, buffer.count)
            if count < 0 { return nil }
            if count == 0 { break }
            do throws(RegistryError) {
                try check.update(buffer[..<count])
            } catch {
                return nil
            }
        }
        guard let digest = try? check.finish(registered: registered) else { return nil }
        return ArtifactPlacement.PlacedFile(path: shown, size: file.size, digest: digest, isUnchanged: true)
    }

    /// How many entries that are no folders stand below a folder; counting stops above the limit.
    private static func fileCount(in folder: borrowing FileDescriptor, limit: Int) -> Int {
        var count = 0
        for name in folder.entryNames() where count <= limit {
            let number = openat(folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            count += number < 0 ? 1 : fileCount(in: FileDescriptor(number), limit: limit - count)
        }
        return count
    }

    /// Opens the folder that a path leads to, step by step from a folder that is open.
    private static func open(
        _ components: ArraySlice<String>, in folder: borrowing FileDescriptor, creates: Bool, shown: String
    ) throws(RegistryError) -> FileDescriptor {
        guard let first = components.first else {
            return try FileDescriptor.open(".", in: folder, O_RDONLY | O_DIRECTORY, shown: shown)
        }
        if creates, mkdirat(folder.number, first, 0o777) != 0, errno != EEXIST { throw fileError("create", shown) }
        let next = try FileDescriptor.open(first, in: folder, O_RDONLY | O_DIRECTORY, shown: shown)
        return components.count == 1 ? next : try open(components.dropFirst(), in: next, creates: creates, shown: shown)
    }
}
