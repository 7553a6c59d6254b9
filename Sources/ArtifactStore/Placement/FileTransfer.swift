import CLinux
import GitTypes
import Glibc
import RegistryCore

/// Brings one file to its temporary name: from the byte on that an earlier download reached, whole and checked.
struct FileTransfer {
    let source: any ArtifactSource
    let options: PlacementOptions
    /// How many parts of a file come side by side.
    let partCount: Int
    /// Whether the system is to write each file to the disk while others come, because it is flushed by itself later.
    var beginsWriting = false

    /// - Parameters:
    ///   - name: the temporary name in the folder; a file of that name is what an earlier download left.
    ///   - shown: the final path, for messages.
    func run(
        _ file: ArtifactFile, in folder: OpenFile, _ name: String, shown: String, registered: ContentDigest?
    ) async throws(RegistryError) -> ArtifactPlacement.PlacedFile {
        let output = try Self.open(name, in: folder, isExecutable: file.isExecutable, shown: shown)
        var (start, later) = canResume(file) ? Self.resumable(output, file) : (0, [])
        if start > 0, let placed = try alreadyWhole(file, in: folder, name, shown: shown, registered: registered) {
            return placed
        }
        while true {
            do throws(RegistryError) {
                let placed = try await bring(
                    file, from: start, later, to: output, shown: shown, registered: registered)
                if beginsWriting { linux_begin_writing(output.number) }
                return placed
            } catch {
                // What an earlier download left may be other than it seems, after a power cut for one: from the start.
                guard error.code == .digestMismatch, start > 0 || !later.isEmpty else { throw error }
                (start, later) = (0, [])
            }
        }
    }

    /// - Parameter later: what an earlier download left behind a gap.
    private func bring(
        _ file: ArtifactFile, from start: Int, _ later: [Range<Int>], to output: OpenFile, shown: String,
        registered: ContentDigest?
    ) async throws(RegistryError) -> ArtifactPlacement.PlacedFile {
        let comesInParts = try await comesInParts(file, from: start, later)
        let later = comesInParts ? later : []
        let end = later.last?.upperBound ?? start
        // Not without need: ext4 writes each file that was cut to nothing when it is closed, and each of them alone.
        if output.length != end, ftruncate(output.number, off_t(end)) != 0 { throw fileError("write", shown) }
        // What is not checked may be of another length, too; the source still finds it by what it should be.
        let incoming = try IncomingFile(
            options.verifies ? file : file.unverified, into: output, registered: options.verifies ? registered : nil,
            shown: shown, progress: options.progress)
        try incoming.resume(upTo: start)
        do throws(RegistryError) {
            if comesInParts, let size = file.size {
                incoming.keep(later)
                await readParts(FilePart.all(of: start..<size, without: later, options.partSize), of: file, incoming)
            } else if start == 0 || start != file.size {
                // A source that copies the whole first is told how much that may be.
                let most = (options.verifies ? file : file.unverified).mostBytes
                try await source.read(file, from: start, to: source.readsRanges ? nil : most) {
                    !Task.isCancelled && incoming.append($0)
                }
            }
        } catch {
            incoming.fail(error)
        }
        do throws(RegistryError) {
            if Task.isCancelled { incoming.fail(IncomingFile.interrupted(shown)) }
            let (digest, size) = try incoming.finish()
            options.progress.finishFile()
            return ArtifactPlacement.PlacedFile(path: shown, size: size, digest: digest, isUnchanged: false)
        } catch {
            if error.code == .digestMismatch { incoming.leaveNothing() } else { incoming.leave() }
            throw error
        }
    }

    /// A file that an earlier download had brought whole. Where nothing told its size only its digest can say so, and a
    /// source that is asked for what comes behind the end may refuse.
    private func alreadyWhole(
        _ file: ArtifactFile, in folder: OpenFile, _ name: String, shown: String, registered: ContentDigest?
    ) throws(RegistryError) -> ArtifactPlacement.PlacedFile? {
        guard file.size == nil,
            let whole = try PlacementFolder.fileInPlace(file, in: folder, name, shown, registered: registered)
        else { return nil }
        options.progress.add(whole.size, isResumed: true)
        options.progress.finishFile()
        return ArtifactPlacement.PlacedFile(path: shown, size: whole.size, digest: whole.digest, isUnchanged: false)
    }

    private func comesInParts(
        _ file: ArtifactFile, from start: Int, _ later: [Range<Int>]
    ) async throws(RegistryError) -> Bool {
        guard options.verifies, let size = file.size, start < size, partCount > 1 else { return false }
        guard !later.isEmpty || size - start >= options.partsThreshold else { return false }
        return try await source.readsParts(of: file)
    }

    /// Reads parts side by side. None starts far ahead of what was checked, so that a part that lags behind does not
    /// leave much to be read again.
    private func readParts(_ parts: [Range<Int>], of file: ArtifactFile, _ incoming: IncomingFile) async {
        let source = source
        let window = partCount * 2 * options.partSize
        await withTaskGroup { group in
            var rest = parts[...]
            var running = 0
            while !rest.isEmpty || running > 0 {
                if let part = rest.first, running < partCount, part.lowerBound < incoming.checked + window,
                    incoming.failure == nil
                {
                    group.addTask {
                        do throws(RegistryError) {
                            let position = PartPosition(part)
                            try await source.read(file, from: part.lowerBound, to: part.upperBound) { bytes in
                                guard !Task.isCancelled, let offset = position.advance(by: bytes.count) else {
                                    return false
                                }
                                return incoming.write(bytes, of: part, at: offset)
                            }
                            if Task.isCancelled { throw incoming.interrupted }
                            if let missing = position.missing { throw missing }
                            incoming.completePart(part)
                        } catch {
                            incoming.fail(error)
                        }
                    }
                    rest.removeFirst()
                    running += 1
                } else {
                    if running == 0 { break }
                    await group.next()
                    running -= 1
                    if incoming.failure != nil { group.cancelAll() }
                }
            }
        }
    }

    private func canResume(_ file: ArtifactFile) -> Bool {
        options.verifies && source.readsRanges && file.digest != nil
    }

    /// What an earlier download left: up to where from the first byte on, and what lies behind a gap.
    private static func resumable(_ output: OpenFile, _ file: ArtifactFile) -> (start: Int, later: [Range<Int>]) {
        let ranges = output.writtenRanges()
        guard let first = ranges.first, ranges.allSatisfy({ $0.upperBound <= file.mostBytes }) else { return (0, []) }
        return first.lowerBound == 0 ? (first.upperBound, Array(ranges.dropFirst())) : (0, ranges)
    }

    private static func open(
        _ name: String, in folder: OpenFile, isExecutable: Bool, shown: String
    ) throws(RegistryError) -> OpenFile {
        let output = try OpenFile.open(name, in: folder, O_RDWR | O_CREAT | O_NONBLOCK, mode: 0o666, shown: shown)
        var status = stat()
        // A second name of the file would be a second way to change it.
        guard fstat(output.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
            throw RegistryError(
                .inputOutput, "cannot write \(shown): something else stands at its temporary name", subject: shown,
                hints: ["remove \(name.shellQuoted) and run the same command again"])
        }
        // Whoever may read it may run it, as git does.
        let runnable = status.st_mode | (status.st_mode & 0o444) >> 2
        if isExecutable, runnable != status.st_mode, fchmod(output.number, runnable & 0o777) != 0 {
            throw fileError("write", shown)
        }
        return output
    }
}
