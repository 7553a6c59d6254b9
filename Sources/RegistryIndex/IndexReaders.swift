import Synchronization

/// One index file, open as often as threads read of it at a time.
public final class IndexReaders: Sendable {
    /// A file that one thread uses at a time: whoever takes it out of the list.
    private struct Reader: @unchecked Sendable {
        let file: IndexFile
    }

    private let path: String
    private let idle = Mutex<[Reader]>([])

    /// Opens nothing yet.
    /// - Parameter path: where the file is.
    public init(path: String) {
        self.path = path
    }

    /// Whether something in the file was found to be wrong: see ``IndexFile/isDamaged``.
    public var isDamaged: Bool { idle.withLock { $0.contains { $0.file.isDamaged } } }

    /// Runs the body on one consistent state, as ``IndexFile/read(_:)`` does; on any thread.
    /// - Parameter generation: the state that is wanted.
    /// - Returns: What the body returns; `nil` where anything went wrong, or somebody wrote meanwhile.
    public func read<Value>(
        of generation: Int64, _ body: (IndexReading) throws(IndexDamage) -> Value?
    ) -> Value? {
        let reader = idle.withLock { $0.popLast() } ?? IndexFile(path: path, creates: false).map(Reader.init)
        guard let reader else { return nil }
        defer { idle.withLock { $0.append(reader) } }
        return reader.file.read { reading throws(IndexDamage) in
            reading.generation == generation ? try body(reading) : nil
        }
    }
}
