/// How much one JSON text may hold. The budget is checked while it is read, so a hostile one costs no more than it.
public struct JSONLimits: Hashable, Sendable {
    /// Bytes of the text.
    public var byteCount: Int
    /// Levels of nesting; the outermost list or object is level 1.
    public var depth: Int
    /// Values, each key of an object being one as well.
    public var valueCount: Int

    /// Creates limits.
    public init(byteCount: Int, depth: Int = 32, valueCount: Int) {
        self.byteCount = byteCount
        self.depth = depth
        self.valueCount = valueCount
    }

    /// What a server answers, such as a batch of Git LFS: 16 MiB, 500,000 values.
    public static let response = JSONLimits(byteCount: 16 << 20, valueCount: 500_000)
    /// The listing of a folder of DVC: 64 MiB, 1,000,000 entries of which each may have eight keys.
    public static let manifest = JSONLimits(byteCount: 64 << 20, depth: 8, valueCount: 17_000_001)
}
