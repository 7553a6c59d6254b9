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
            try output.write(bytes, at: state.checked, shown: shown)
            state.checked += bytes.count
            count(bytes.count)
        }
    }

    /// Takes bytes of a part, and writes them. ``completePart(_:)`` has them checked.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        // Not under the lock: parts are written side by side.
        if failure != nil { return false }
        do throws(RegistryError) {
            try output.write(bytes, at: offset, shown: shown)
            count(bytes.count)
            return true
        } catch {
            fail(error)
            return false
        }
    }

    /// Checks a part that has come, and those behind it that waited for it.
    func completePart(_ part: Range<Int>) {
        _ = guarded { state throws(RegistryError) in
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

    /// After a failure: leaves only the bytes that can be gone on with, and counts no others.
    func leave(_ length: Int) {
        _ = ftruncate(output.number, off_t(length))
        let resumed = state.withLock { $0.resumed }
        progress.remove(counted.load(ordering: .relaxed) - length, resumed: resumed - min(resumed, length))
    }

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
