/// What became of a child.
public struct ChildResult: Hashable, Sendable {
    /// How the child ended.
    public let ending: Ending
    /// What was kept of its standard output; empty where that was streamed or went to a descriptor.
    public let standardOutput: CapturedOutput
    /// What was kept of its standard error; empty where that went to a descriptor.
    public let standardError: CapturedOutput
    /// Whether the child was ended because its time was up.
    public let isTimedOut: Bool
    /// The wall-clock time from before the start to after the end.
    public let duration: Duration

    /// Whether the child exited by itself with status zero.
    public var isSuccess: Bool { ending == .exited(0) && !isTimedOut }

    /// The two ways in which a process ends.
    public enum Ending: Hashable, Sendable {
        /// It exited with a status from 0 to 255.
        case exited(Int32)
        /// A signal of this number ended it.
        case signalled(Int32)
    }
}

/// What was kept of an output stream: its beginning, its end where that was asked for, and how much fell between.
public struct CapturedOutput: Hashable, Sendable {
    /// The first bytes, up to the limit.
    public internal(set) var bytes: [UInt8] = []
    /// The last bytes after ``bytes``, up to their own limit; never the same ones.
    public internal(set) var tail: [UInt8] = []
    /// The number of bytes that were read and dropped between ``bytes`` and ``tail``.
    public internal(set) var droppedCount = 0

    /// Whether every byte that the child wrote was kept.
    public var isComplete: Bool { droppedCount == 0 }
}
