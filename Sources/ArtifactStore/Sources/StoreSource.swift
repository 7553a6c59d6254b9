public import RegistryCore

/// Files that a store keeps under their own names: an artifact whose path is a URL.
public struct StoreSource: ArtifactSource {
    private let store: any ObjectStore
    /// The key of the file, or of the folder.
    private let key: ObjectKey

    /// Creates the source.
    public init(_ store: any ObjectStore, _ key: ObjectKey) {
        self.store = store
        self.key = key
    }

    /// The place for people, without secrets.
    public var name: String { key.path.isEmpty ? store.name : "\(store.name)/\(key.path)" }
    /// Whether bytes can be read from the middle on.
    public var readsRanges: Bool { store.readsRanges }

    /// How it lets us in, for people; `nil` where it needs nothing.
    public var credentials: String? { store.credentials }

    /// Where a file can be had; no byte of it is read.
    public func find(_ file: ArtifactFile) async throws(RegistryError) -> String {
        _ = try await store.size(of: key(of: file))
        return name
    }

    /// Whether parts can be read side by side.
    public func readsParts(of file: ArtifactFile) async throws(RegistryError) -> Bool {
        try await store.readsParts(of: key(of: file))
    }

    /// Hands over bytes, in order, until there are no more or no more are wanted.
    public func read(
        _ file: ArtifactFile, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        try await store.read(key(of: file), from: offset, to: end, into: take)
    }

    private func key(of file: ArtifactFile) -> ObjectKey {
        guard let path = file.path else { return key }
        return ObjectKey(key.path.isEmpty ? path.description : "\(key.path)/\(path)")
    }
}
