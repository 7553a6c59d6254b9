import Synchronization

/// What has come of a download so far, for whoever draws it.
public final class DownloadProgress: Sendable {
    /// The state at one moment.
    public struct Reading: Hashable, Sendable {
        /// How many files there are.
        public var fileCount = 0
        /// The bytes of all files; `nil` where they are not known.
        public var byteCount: Int?
        /// The files that stand checked under their temporary names.
        public var filesDone = 0
        /// The bytes that are here, those of an earlier, interrupted download included.
        public var bytesDone = 0
        /// The bytes that an earlier download had left.
        public var bytesResumed = 0
    }

    private let state = Mutex(Reading())
    private let onFile: @Sendable (ArtifactPlacement.PlacedFile) -> Void

    /// Creates the counter.
    /// - Parameter onFile: hears of each file that is complete, in the order of the content, though it has not its final name
    ///   yet.
    public init(onFile: @escaping @Sendable (ArtifactPlacement.PlacedFile) -> Void = { _ in }) {
        self.onFile = onFile
    }

    /// The state now.
    public var reading: Reading { state.withLock { $0 } }

    func start(_ content: ArtifactContent) {
        state.withLock { ($0.fileCount, $0.byteCount) = (content.files.count, content.size) }
    }

    func add(_ bytes: Int, isResumed: Bool = false) {
        state.withLock {
            $0.bytesDone += bytes
            if isResumed { $0.bytesResumed += bytes }
        }
    }

    /// No longer counts bytes that turned out to be of no use.
    func remove(_ bytes: Int, resumed: Int) {
        state.withLock {
            $0.bytesDone -= bytes
            $0.bytesResumed -= resumed
        }
    }

    func finishFile() {
        state.withLock { $0.filesDone += 1 }
    }

    func announce(_ file: ArtifactPlacement.PlacedFile) {
        onFile(file)
    }
}
