import CLinux
import Glibc
import RegistryCore

/// The folder that a target stands in, held open: everything below it is reached step by step, and never by a link.
struct PlacementFolder: Sendable {
    let folder: OpenFile
    /// The target as messages call it.
    let shown: String

    init(_ folder: OpenFile, shown: String) {
        self.folder = folder
        self.shown = shown
    }

    func exists(_ name: String) -> Bool {
        var status = stat()
        return fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0
    }

    // MARK: Writing

    /// Creates what is to be written under a temporary name, or opens what an earlier download left there.
    func createTemporary(_ name: String, isFolder: Bool) throws(RegistryError) -> OpenFile {
        if isFolder {
            if mkdirat(folder.number, name, 0o777) != 0, errno != EEXIST { throw fileError("create", shown) }
            return try OpenFile.open(name, in: folder, O_RDONLY | O_DIRECTORY, shown: shown)
        }
        return try OpenFile.open(name, in: folder, O_RDWR | O_CREAT | O_NONBLOCK, mode: 0o666, shown: shown)
    }

    /// Writes the content under a temporary name, checked and flushed to the disk.
    func write(
        _ content: ArtifactContent, from source: any ArtifactSource, named name: String, _ options: PlacementOptions
    ) async throws(RegistryError) -> [ArtifactPlacement.PlacedFile] {
        guard content.isFolder else {
            guard let file = content.files.first else { return [] }
            let transfer = FileTransfer(source: source, options: options, partCount: options.jobs)
            let placed = try await transfer.run(file, in: folder, name, shown: shown, registered: options.registered)
            try OpenFile.open(name, in: folder, O_RDONLY, shown: shown).synchronise(shown: shown)
            options.progress.announce(placed)
            return [placed]
        }
        let root = try createTemporary(name, isFolder: true)
        let placed = try await writeAll(content.files, from: source, in: root, options)
        guard Self.holdsOnly(content.files, in: root) else {
            // Nothing tells what else was changed, and what is foreign would stay in the way.
            removeAll(name)
            throw RegistryError(
                .digestMismatch, "something that was not registered was put into \(shown) on its way", subject: shown,
                hints: ["run the same command again, with an output folder that only you may write to"])
        }
        try await synchronise(content, in: root)
        return placed
    }

    /// Writes the files of a folder, as many side by side as the options say.
    private func writeAll(
        _ files: [ArtifactFile], from source: any ArtifactSource, in root: OpenFile, _ options: PlacementOptions
    ) async throws(RegistryError) -> [ArtifactPlacement.PlacedFile] {
        let transfer = FileTransfer(
            source: source, options: options, partCount: max(1, options.jobs / max(1, files.count)),
            beginsWriting: !FileSystemFlush.isWorthIt(holding: root, files: files.count))
        let shown = shown
        typealias Outcome = Result<ArtifactPlacement.PlacedFile?, RegistryError>
        let outcomes = await withTaskGroup(of: (Int, Outcome).self) { group in
            var outcomes = [Outcome](repeating: .success(nil), count: files.count)
            var isDone = [Bool](repeating: false, count: files.count)
            var hasFailed = false
            var next = 0
            var announced = 0
            func startNext() {
                let (index, file) = (next, files[next])
                next += 1
                group.addTask {
                    do throws(RegistryError) {
                        guard let path = file.path else { return (index, .success(nil)) }
                        let place = try Self.open(
                            path.components.dropLast()[...], in: root, creates: true, shown: shown)
                        let placed = try await transfer.run(
                            file, in: place, path.name, shown: "\(shown)/\(path)", registered: nil)
                        return (index, .success(placed))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            while next < min(max(options.jobs, 1), files.count) { startNext() }
            while let (index, outcome) = await group.next() {
                if case .failure = outcome {
                    // What the others say after this is that they were stopped.
                    if !hasFailed { outcomes[index] = outcome }
                    hasFailed = true
                    group.cancelAll()
                } else {
                    outcomes[index] = outcome
                }
                isDone[index] = true
                // Files end in any order, and are told of in theirs.
                while !hasFailed, announced < files.count, isDone[announced] {
                    if case .success(let file?) = outcomes[announced] { options.progress.announce(file) }
                    announced += 1
                }
                if !hasFailed, next < files.count { startNext() }
            }
            return outcomes
        }
        var placed: [ArtifactPlacement.PlacedFile] = []
        for outcome in outcomes {
            if let file = try outcome.get() { placed.append(file) }
        }
        if Task.isCancelled { throw IncomingFile.interrupted(shown) }
        return placed
    }

    /// Brings all files, and the folders that name them, to the disk: all at once, or the files and then the folders.
    private func synchronise(_ content: ArtifactContent, in root: OpenFile) async throws(RegistryError) {
        if try await FileSystemFlush.run(holding: root, files: content.files.count) { return }
        let paths = content.files.compactMap { $0.path?.components }
        let shown = shown
        try await DiskFlush.run(paths.count) { number throws(RegistryError) in
            let place = try Self.open(paths[number].dropLast()[...], in: root, creates: false, shown: shown)
            let name = paths[number].last ?? ""
            try OpenFile.open(name, in: place, O_RDONLY | O_NONBLOCK, shown: shown).synchronise(shown: shown)
        }
        var folders: Set<[String]> = [[]]
        for path in paths {
            for length in 1..<max(path.count, 1) { folders.insert(Array(path.prefix(length))) }
        }
        // The innermost first.
        let ordered = folders.sorted { $0.count > $1.count }
        for folder in ordered {
            try Self.open(folder[...], in: root, creates: false, shown: shown).synchronise(shown: shown)
        }
    }

    /// Gives what was written its final name; `false` where something stands there and may not be replaced.
    func move(_ temporary: String, to name: String, replaces: Bool) throws(RegistryError) -> Bool {
        if Task.isCancelled { throw IncomingFile.interrupted(shown) }
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

    private static func removeAll(_ name: UnsafePointer<CChar>, in folder: OpenFile) {
        if unlinkat(folder.number, name, 0) == 0 || errno == ENOENT { return }
        let number = openat(folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if number >= 0 {
            let inner = OpenFile(number)
            for entry in inner.entryNames() { removeAll(entry, in: inner) }
        }
        unlinkat(folder.number, name, AT_REMOVEDIR)
    }

    /// Opens the folder that a path leads to, step by step from a folder that is open: that one where there are none.
    static func open(
        _ components: ArraySlice<String>, in folder: OpenFile, creates: Bool, shown: String
    ) throws(RegistryError) -> OpenFile {
        guard let first = components.first else { return folder }
        if creates, mkdirat(folder.number, first, 0o777) != 0, errno != EEXIST { throw fileError("create", shown) }
        let next = try OpenFile.open(first, in: folder, O_RDONLY | O_DIRECTORY, shown: shown)
        return components.count == 1 ? next : try open(components.dropFirst(), in: next, creates: creates, shown: shown)
    }
}
