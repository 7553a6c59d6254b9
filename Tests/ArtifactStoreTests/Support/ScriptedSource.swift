import ArtifactStore
import RegistryCore
import Synchronization

/// A source in memory that hands over what a test's script says, and notes what it was asked for.
final class ScriptedSource: ArtifactSource {
    /// One call of ``ArtifactSource/read(_:from:to:into:)``.
    struct Read: Sendable {
        let file: ArtifactFile
        let offset: Int
        let end: Int?
        let take: ByteConsumer

        /// Hands over the bytes of the range that was asked for.
        /// - Parameter stop: where in the file they end at the latest.
        /// - Returns: whether more were wanted.
        @discardableResult
        func hand(_ bytes: [UInt8], upTo stop: Int = .max, pieceSize: Int = 1500) -> Bool {
            var next = min(offset, bytes.count)
            let last = max(next, min(stop, end ?? .max, bytes.count))
            while next < last {
                let piece = next..<min(next + pieceSize, last)
                if !bytes[piece].withUnsafeBytes({ take($0) }) { return false }
                next = piece.upperBound
            }
            return true
        }
    }

    /// What a read does; its failure, if it has one.
    typealias Script = @Sendable (Read) async -> RegistryError?

    let readsRanges: Bool
    private let hasParts: Bool
    private let script: Script
    private let noted = Mutex<[Read]>([])

    init(readsRanges: Bool = true, hasParts: Bool = false, _ script: @escaping Script) {
        self.readsRanges = readsRanges
        self.hasParts = hasParts
        self.script = script
    }

    /// Hands over all that is asked for.
    convenience init(_ bytes: [UInt8], readsRanges: Bool = true, hasParts: Bool = false) {
        self.init(readsRanges: readsRanges, hasParts: hasParts) { read in
            read.hand(bytes)
            return nil
        }
    }

    /// Fails at a byte of the file.
    convenience init(_ bytes: [UInt8], cutAt stop: Int, readsRanges: Bool = true) {
        self.init(readsRanges: readsRanges) { read in
            read.hand(bytes, upTo: stop)
            return .cut
        }
    }

    var name: String { "the test" }
    /// The reads so far, in order.
    var reads: [Read] { noted.withLock { $0 } }

    func readsParts(of file: ArtifactFile) async throws(RegistryError) -> Bool { hasParts }

    func find(_ file: ArtifactFile) async throws(RegistryError) -> String { name }

    func read(
        _ file: ArtifactFile, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        let read = Read(file: file, offset: offset, end: end, take: take)
        noted.withLock { $0.append(read) }
        if let failure = await script(read) { throw failure }
    }
}

extension RegistryError {
    /// The connection that ended too early.
    static let cut = RegistryError(.transferFailed, "the connection was cut")
}
