import Glibc
import RegistryCore

extension PlacementFolder {
    /// The files, where exactly this content stands under a name already; `nil` otherwise.
    /// - Parameter content: `nil` where nothing says what it must be.
    func filesInPlace(
        _ content: ArtifactContent?, named name: String, registered: ContentDigest?
    ) throws(RegistryError) -> [ArtifactPlacement.PlacedFile]? {
        guard let content else { return nil }
        guard content.isFolder else {
            guard let file = content.files.first else { return nil }
            return try Self.fileInPlace(file, in: folder, name, shown, registered: registered).map { [$0] }
        }
        let number = openat(folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let root = OpenFile(number)
        guard Self.fileCount(in: root, limit: content.files.count) == content.files.count else { return nil }
        var present: [ArtifactPlacement.PlacedFile] = []
        for file in content.files {
            guard let path = file.path,
                let place = try? Self.open(path.components.dropLast()[...], in: root, creates: false, shown: shown),
                let placed = try Self.fileInPlace(file, in: place, path.name, "\(shown)/\(path)", registered: nil)
            else { return nil }
            present.append(placed)
        }
        return present
    }

    /// One file, where it stands under a name with exactly this content; `nil` otherwise.
    static func fileInPlace(
        _ file: ArtifactFile, in folder: OpenFile, _ name: String, _ shown: String, registered: ContentDigest?
    ) throws(RegistryError) -> ArtifactPlacement.PlacedFile? {
        // Without O_NONBLOCK a pipe that stands there would hang us.
        let number = openat(folder.number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let present = OpenFile(number)
        var status = stat()
        guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            (status.st_mode & S_IXUSR != 0) == file.isExecutable
        else { return nil }
        let size = Int(status.st_size)
        guard size <= file.mostBytes, file.size == nil || file.size == size else { return nil }
        let check = try ContentCheck(file, registered: registered, shown: shown)
        do throws(RegistryError) {
            try present.read(0..<size, shown: shown) { bytes throws(RegistryError) in
                if Task.isCancelled { throw IncomingFile.interrupted(shown) }
                try check.update(bytes)
            }
            let digest = try check.finish()
            return ArtifactPlacement.PlacedFile(path: shown, size: size, digest: digest, isUnchanged: true)
        } catch {
            if Task.isCancelled { throw error }
            return nil
        }
    }

    /// What tells something that stands under a name from a content that it is not: the end of a sentence.
    func difference(
        _ content: ArtifactContent?, named name: String, registered: ContentDigest?
    ) throws(RegistryError) -> String {
        let other = "has other content"
        if isLink(name) { return "is a symbolic link" }
        guard let content, let first = content.files.first else { return other }
        guard content.isFolder else {
            let placed = try Self.fileInPlace(first.withOtherMode, in: folder, name, shown, registered: registered)
            return placed == nil ? other : "has the same content but \(first.lackOfMode)"
        }
        // All the same but for the modes: then the first of those is told.
        let number = openat(folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { return other }
        let root = OpenFile(number)
        guard Self.fileCount(in: root, limit: content.files.count) == content.files.count else { return other }
        var told: String?
        for file in content.files {
            guard let path = file.path,
                let place = try? Self.open(path.components.dropLast()[...], in: root, creates: false, shown: shown)
            else { return other }
            if try Self.fileInPlace(file, in: place, path.name, shown, registered: nil) != nil { continue }
            guard try Self.fileInPlace(file.withOtherMode, in: place, path.name, shown, registered: nil) != nil else {
                return other
            }
            told = told ?? "has the same content but '\(path)' \(file.lackOfMode)"
        }
        return told ?? other
    }

    private func isLink(_ name: String) -> Bool {
        var status = stat()
        return fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Whether a folder has as many files and folders as it should and nothing else, such as a link.
    static func holdsOnly(_ files: [ArtifactFile], in root: OpenFile) -> Bool {
        var folders: Set<[String]> = []
        for file in files {
            var above = file.path?.components.dropLast() ?? []
            while !above.isEmpty, folders.insert(Array(above)).inserted { above.removeLast() }
        }
        var found = Tally()
        tally(root, into: &found)
        return found == Tally(files: files.count, folders: folders.count, others: 0)
    }

    private struct Tally: Equatable {
        var files = 0
        var folders = 0
        var others = 0
    }

    private static func tally(_ folder: OpenFile, into found: inout Tally) {
        for name in folder.entryNames() {
            var status = stat()
            let isThere = fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0
            switch isThere ? status.st_mode & S_IFMT : 0 {
            case S_IFREG: found.files += 1
            case S_IFDIR:
                found.folders += 1
                let number = openat(folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                if number >= 0 { tally(OpenFile(number), into: &found) }
            default: found.others += 1
            }
        }
    }

    /// The bytes of a file, or of all files below a folder; links are not followed.
    func byteCount(of name: String) -> Int { Self.byteCount(of: name, in: folder) }

    private static func byteCount(of name: UnsafePointer<CChar>, in folder: OpenFile) -> Int {
        let number = openat(folder.number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { return 0 }
        let entry = OpenFile(number)
        var status = stat()
        guard fstat(number, &status) == 0 else { return 0 }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return entry.writtenRanges().reduce(0) { $0 + $1.count }
        case S_IFDIR: return entry.entryNames().reduce(0) { $0 + byteCount(of: $1, in: entry) }
        default: return 0
        }
    }

    /// How many entries that are no folders stand below a folder; counting stops above the limit.
    private static func fileCount(in folder: OpenFile, limit: Int) -> Int {
        var count = 0
        for name in folder.entryNames() where count <= limit {
            let number = openat(folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            count += number < 0 ? 1 : fileCount(in: OpenFile(number), limit: limit - count)
        }
        return count
    }
}

extension ArtifactFile {
    /// The same file with the other mode.
    fileprivate var withOtherMode: ArtifactFile {
        ArtifactFile(path: path, size: size, sizeLimit: sizeLimit, isExecutable: !isExecutable, digest: digest)
    }

    /// What is said of a file that has the other mode.
    fileprivate var lackOfMode: String { isExecutable ? "is not executable" : "is executable" }
}
