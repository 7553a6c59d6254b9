public import RegistryCore

/// A place that keeps bytes under keys: a folder, a web server, a bucket.
public protocol ObjectStore: Sendable {
    /// The place for people, without secrets: `s3://models/dvc`.
    var name: String { get }

    /// How the place lets us in, for people, without secrets; `nil` where it needs nothing.
    var credentials: String? { get }

    /// Whether bytes can be read from the middle of an object on.
    var readsRanges: Bool { get }

    /// Whether parts of an object can be read side by side. May cost a request.
    func readsParts(of key: ObjectKey) async throws(RegistryError) -> Bool

    /// Hands over the bytes of an object, in order.
    /// - Parameters:
    ///   - offset: the first byte; always 0 where the store does not read ranges.
    ///   - end: the byte after the last one; `nil` is the end of the object. Without ranges it is a bound:
    ///     what has more bytes may be refused.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/objectNotFound``, ``ErrorCode/accessDenied`` and the like.
    func read(
        _ key: ObjectKey, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError)

    /// Asks whether an object is there, without its bytes.
    /// - Returns: its bytes; `nil` where the store does not tell.
    /// - Throws: as ``read(_:from:to:into:)``.
    func size(of key: ObjectKey) async throws(RegistryError) -> Int?

    /// The objects whose path begins with that of a folder.
    /// - Returns: their paths below the folder, and their bytes; `nil` where the store does not tell.
    /// - Throws: as ``read(_:from:to:into:)``, and with code ``ErrorCode/tooLarge`` beyond the limit.
    func list(below folder: ObjectKey, limit: Int) async throws(RegistryError) -> [StoredObject]?
}

/// The name of an object in its store.
public struct ObjectKey: Hashable, Sendable {
    /// The path below the store, with `/` and without one at its start.
    public var path: String
    /// Which of several versions is meant, where the store keeps them.
    public var versionID: String?

    /// Creates a key.
    public init(_ path: String, versionID: String? = nil) {
        self.path = path
        self.versionID = versionID
    }
}

/// An object that a store listed.
public struct StoredObject: Hashable, Sendable {
    /// Its path below the folder that was asked for; not checked.
    public let path: String
    /// Its bytes, where the store tells.
    public let size: Int?

    /// Creates an object.
    public init(path: String, size: Int?) {
        self.path = path
        self.size = size
    }
}

extension ObjectStore {
    /// How the place lets us in: it needs nothing, unless it says otherwise.
    public var credentials: String? { nil }

    /// The whole of a small object.
    /// - Throws: as ``read(_:from:to:into:)``, and with code ``ErrorCode/tooLarge`` beyond the limit.
    func bytes(of key: ObjectKey, limit: Int) async throws(RegistryError) -> [UInt8] {
        let buffer = SmallBody(limit: limit)
        try await read(key, from: 0, to: nil) { buffer.append($0) }
        guard let bytes = buffer.bytes else {
            throw RegistryError(
                .tooLarge, "\(key.path) in \(name) is larger than \(limit) bytes", subject: key.path)
        }
        return bytes
    }
}
