public import RegistryCore

/// One file of an artifact, before its bytes are read.
public struct ArtifactFile: Hashable, Sendable {
    /// Its path inside the artifact; `nil` where the artifact is this file.
    public let path: SafePath?
    /// Its bytes.
    public let size: Int
    /// Whether it may be executed.
    public let isExecutable: Bool
    /// What its bytes must be.
    public let digest: ContentDigest

    /// Creates a file.
    public init(path: SafePath?, size: Int, isExecutable: Bool, digest: ContentDigest) {
        self.path = path
        self.size = size
        self.isExecutable = isExecutable
        self.digest = digest
    }
}

/// What an artifact consists of.
public struct ArtifactContent: Hashable, Sendable {
    /// The files: a single one without a path, or all files of a folder.
    public let files: [ArtifactFile]
    /// Whether it is a folder.
    public let isFolder: Bool

    /// Creates the content.
    public init(files: [ArtifactFile], isFolder: Bool) {
        self.files = files
        self.isFolder = isFolder
    }

    /// The bytes of all files.
    public var size: Int { files.reduce(0) { $0 + $1.size } }
}

/// Where the bytes of an artifact come from: Git today; LFS, DVC and URLs have their place here.
public protocol ArtifactSource {
    /// Hands over the bytes of a file, in order, piece by piece. Whoever takes them checks them.
    /// - Throws: ``RegistryError`` where they cannot be read.
    func read(
        _ file: ArtifactFile, _ body: (UnsafeRawBufferPointer) throws(RegistryError) -> Void
    ) async throws(RegistryError)
}
