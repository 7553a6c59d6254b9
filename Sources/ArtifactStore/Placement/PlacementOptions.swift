/// How an artifact is brought.
public struct PlacementOptions: Sendable {
    /// The SHA-256 or other digest that the registration of a single file names; checked beside the source's own.
    public var registered: ContentDigest?
    /// Replaces what is there.
    public var replaces = false
    /// Whether bytes are held against what was registered. Without that nothing is resumed.
    public var verifies = true
    /// How many files, or parts of a large file, come side by side; at least 1.
    public var jobs = 1
    /// Counts what has come.
    public var progress = DownloadProgress()
    /// Hears once of another download of the same content to the same place that is waited for, and the temporary path
    /// that it holds.
    public var onWait: @Sendable (String) -> Void = { _ in }
    /// How long that one is waited for in silence.
    var quietWait = Duration.seconds(1)
    /// A file of at least this many bytes comes in parts, where the source can read them side by side.
    var partsThreshold = 64 << 20
    /// How many bytes each part has but the last.
    var partSize = 8 << 20

    /// The options that a careful person would choose.
    public init() {}
}
