import Glibc
import RegistryCore
import Synchronization

/// A file while its bytes come: they are written as they are handed over, and checked from the first to the last.
///
/// Parts of a large file may come side by side. The check needs them in order, so it reads a part back once all before
/// it are complete; the system still has those bytes in memory then.
final class IncomingFile: Sendable {
    private struct State: Sendable {
        let check: ContentCheck
        /// Up to where bytes were checked.
        var checked = 0
        /// Parts that are complete and come after a gap: where each starts, and where it ends.
        var laterParts: [Int: Int] = [:]
        /// Parts that are on their way: where each starts, and up to where it was written.
        var openParts: [Int: Int] = [:]
        /// How many bytes an earlier download had left.
        var resumed = 0
        var failure: RegistryError?
    }

    private let output: OpenFile
    private let shown: String
    private let progress: DownloadProgress
    /// How many bytes of this file the progress counts.
    private let counted = Atomic(0)
    private let state: Mutex<State>

    init(
        _ file: ArtifactFile, into output: OpenFile, registered: ContentDigest?, shown: String,
        progress: DownloadProgress
    ) throws(RegistryError) {
        self.output = output
        self.shown = shown
        self.progress = progress
        self.state = Mutex(State(check: try ContentCheck(file, registered: registered, shown: shown)))
    }

    /// Up to where the bytes are here and were taken into the check.
    var checked: Int { state.withLock { $0.checked } }

    /// Why no more bytes are taken.
    var failure: RegistryError? { state.withLock { $0.failure } }

    /// Takes what an earlier download left into the check.
    func resume(upTo end: Int) throws(RegistryError) {
        try output.read(0..<end, shown: shown) { bytes throws(RegistryError) in
            if Task.isCancelled { throw Self.interrupted(shown) }
            try take(inOrder: bytes)
            count(bytes.count, isResumed: true)
        }
    }

    /// Takes the next bytes, writes and checks them.
    func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guarded { state throws(RegistryError) in
            try state.check.update(bytes)
            try output.write(bytes, at: state.checked, shown: shown) { written in
                state.checked += written
                count(written)
            }
        }
    }

    /// Takes parts that an earlier download left behind a gap; they are checked when the gap is closed.
    func keep(_ parts: [Range<Int>]) {
        state.withLock { state in
            for part in parts {
                state.laterParts[part.lowerBound] = part.upperBound
                state.resumed += part.count
            }
        }
        for part in parts { count(part.count, isResumed: true) }
    }

    /// Takes bytes of a part, and writes them. ``completePart(_:)`` has them checked.
    func write(_ bytes: UnsafeRawBufferPointer, of part: Range<Int>, at offset: Int) -> Bool {
        // Not under the lock: parts are written side by side.
        if failure != nil { return false }
        do throws(RegistryError) {
            var end = offset
            defer { state.withLock { $0.openParts[part.lowerBound] = end } }
            try output.write(bytes, at: offset, shown: shown) { written in
                end += written
                count(written)
            }
            return true
        } catch {
            fail(error)
            return false
        }
    }

    /// Checks a part that has come, and those behind it that waited for it.
    func completePart(_ part: Range<Int>) {
        _ = guarded { state throws(RegistryError) in
            state.openParts[part.lowerBound] = nil
            state.laterParts[part.lowerBound] = part.upperBound
            while let end = state.laterParts.removeValue(forKey: state.checked) {
                let check = state.check
                try output.read(state.checked..<end, shown: shown) { bytes throws(RegistryError) in
                    try check.update(bytes)
                }
                state.checked = end
            }
        }
    }

    /// Ends the check.
    /// - Throws: ``RegistryError``: the first failure, or what is wrong with the bytes.
    func finish() throws(RegistryError) -> (digest: ContentDigest, size: Int) {
        let result = state.withLock { state in
            Result { () throws(RegistryError) in
                if let failure = state.failure { throw failure }
                return (try state.check.finish(), state.checked)
            }
        }
        return try result.get()
    }

    /// Notes why no more bytes are taken; the first reason stays.
    func fail(_ error: RegistryError) {
        state.withLock { $0.failure = $0.failure ?? error }
    }

    /// After a failure: leaves only the bytes that can be gone on with, and counts no others. None of them need be
    /// checked: whoever goes on does that.
    func leave() {
        let (written, resumed) = state.withLock { (Self.written($0), $0.resumed) }
        let start = written.first?.lowerBound == 0 ? written.first?.upperBound ?? 0 : 0
        var kept = start
        if let end = written.last?.upperBound, end > start, ftruncate(output.number, off_t(end)) == 0 {
            // Parts behind a gap stay where the file system tells of gaps, or zeros would be taken for content.
            let told = output.writtenRanges()
            let isTrue = told.allSatisfy { range in
                written.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
            }
            if isTrue { kept = max(start, told.reduce(0) { $0 + $1.count }) }
        }
        if kept == start { _ = ftruncate(output.number, off_t(start)) }
        progress.remove(counted.load(ordering: .relaxed) - kept, resumed: resumed - min(resumed, kept))
    }

    /// After bytes that were wrong: leaves none.
    func leaveNothing() {
        _ = ftruncate(output.number, 0)
        progress.remove(counted.load(ordering: .relaxed), resumed: state.withLock { $0.resumed })
    }

    /// What is in the file, in order and joined where nothing is between.
    private static func written(_ state: State) -> [Range<Int>] {
        var ranges = [0..<state.checked]
        for (start, end) in (Array(state.laterParts) + Array(state.openParts)).sorted(by: { $0.key < $1.key })
        where start < end {
            if let last = ranges.last, last.upperBound >= start {
                ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, end)
            } else {
                ranges.append(start..<end)
            }
        }
        return ranges
    }

    /// The error of a person who wants no more.
    var interrupted: RegistryError { Self.interrupted(shown) }

    static func interrupted(_ shown: String) -> RegistryError {
        RegistryError(.inputOutput, "interrupted: nothing was written to \(shown)", subject: shown)
    }

    private func count(_ bytes: Int, isResumed: Bool = false) {
        counted.add(bytes, ordering: .relaxed)
        progress.add(bytes, isResumed: isResumed)
    }

    private func take(inOrder bytes: UnsafeRawBufferPointer) throws(RegistryError) {
        let result = state.withLock { state in
            Result { () throws(RegistryError) in
                try state.check.update(bytes)
                state.checked += bytes.count
                state.resumed += bytes.count
            }
        }
        try result.get()
    }

    private func guarded(_ body: (inout State) throws(RegistryError) -> Void) -> Bool {
        state.withLock { state in
            if state.failure != nil { return false }
            do throws(RegistryError) {
                try body(&state)
                return true
            } catch {
                state.failure = error
                return false
            }
        }
    }
}
