public import RegistryCore

/// Takes bytes as they come, in order; `false` asks for no more. The bytes are valid for the call only.
public typealias ByteConsumer = @Sendable (UnsafeRawBufferPointer) -> Bool

/// Where the bytes of an artifact come from.
///
/// A source hands bytes over and judges nothing: whoever takes them checks them against what was registered.
public protocol ArtifactSource: Sendable {
    /// The source for people, without secrets: `Git LFS at https://…`.
    var name: String { get }

    /// Where one of the files comes from, as ``name`` says it of all.
    func name(of file: ArtifactFile) -> String

    /// Whether a file can be read from any byte on, so that an interrupted download is gone on with.
    var readsRanges: Bool { get }

    /// Whether parts of this file can be read side by side. Asked for large files only, for it may cost a request.
    func readsParts(of file: ArtifactFile) async throws(RegistryError) -> Bool

    /// How the source lets us in, for people: `keys from AWS_ACCESS_KEY_ID`; `nil` where it lets everybody in.
    var credentials: String? { get }

    /// Asks whether the bytes of a file can be had, without reading them.
    /// - Returns: where they are.
    /// - Throws: as ``read(_:from:to:into:)``.
    func find(_ file: ArtifactFile) async throws(RegistryError) -> String

    /// Hands over the bytes of a file.
    /// - Parameters:
    ///   - offset: the first byte; always 0 where the source does not read ranges.
    ///   - end: the byte after the last one; `nil` is the end of the file. Without ranges it is a bound:
    ///     what has more bytes may be refused.
    ///   - take: takes the bytes. Where it wants no more, the source returns.
    /// - Throws: ``RegistryError`` where they cannot be read.
    func read(
        _ file: ArtifactFile, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError)
}

extension ArtifactSource {
    /// The digest that a source finds a file by.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/internalFault`` where it has none: no bytes are not the bytes.
    public func digest(
        of file: ArtifactFile, _ algorithms: ContentDigest.Algorithm...
    ) throws(RegistryError) -> ContentDigest {
        if let digest = file.digest, algorithms.contains(digest.algorithm) { return digest }
        throw RegistryError(
            .internalFault, "\(name) cannot find \(file.path?.description ?? "the file") without its digest",
            hints: ["report this at the project's page"])
    }

    /// Where one of the files comes from: from the same place as all.
    public func name(of file: ArtifactFile) -> String { name }

    /// How the source lets us in: nothing is needed, unless the source says otherwise.
    public var credentials: String? { nil }

    /// Whether a file can be read from any byte on: no, unless the source says otherwise.
    public var readsRanges: Bool { false }

    /// Whether parts of this file can be read side by side: no, unless the source says otherwise.
    public func readsParts(of file: ArtifactFile) async throws(RegistryError) -> Bool { false }
}
