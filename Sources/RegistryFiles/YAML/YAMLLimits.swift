/// How much one file may hold. The budget is checked while the file is read, so a hostile one costs no more than it.
public struct YAMLLimits: Hashable, Sendable {
    /// Bytes of the file.
    public var byteCount: Int
    /// Levels of nesting; the root of the document is level 1.
    public var depth: Int
    /// Nodes, each key and each value being one; a node that is used again through an alias counts again.
    public var nodeCount: Int
    /// Whether anchors and aliases may be used. Merge keys (`<<`) never may.
    public var allowsAliases: Bool

    /// Creates limits.
    public init(byteCount: Int, depth: Int = 32, nodeCount: Int, allowsAliases: Bool = false) {
        self.byteCount = byteCount
        self.depth = depth
        self.nodeCount = nodeCount
        self.allowsAliases = allowsAliases
    }

    /// `.registry.yaml`, `.gto` and texts of the environment: 64 KiB, 10,000 nodes, no aliases.
    public static let configuration = YAMLLimits(byteCount: 65_536, nodeCount: 10_000)
    /// `artifacts.yaml`, `.dvc` files, metrics and params: 1 MiB, 50,000 nodes, no aliases.
    public static let metadata = YAMLLimits(byteCount: 1 << 20, nodeCount: 50_000)
    /// `dvc.yaml` and `dvc.lock`: 8 MiB, 200,000 nodes. DVC's users share parts of `dvc.yaml` through anchors, so
    /// aliases are followed, within the same budget of nodes.
    public static let pipeline = YAMLLimits(byteCount: 8 << 20, nodeCount: 200_000, allowsAliases: true)
}
