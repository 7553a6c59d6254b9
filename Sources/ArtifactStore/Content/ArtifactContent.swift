/// One file of an artifact, before its bytes are read.
public struct ArtifactFile: Hashable, Sendable {
    /// Its path inside the artifact; `nil` where the artifact is this file.
    public let path: SafePath?
    /// Its bytes; `nil` where nothing says before they have come.
    public let size: Int?
    /// The most bytes that it may have where ``size`` is not known.
    public let sizeLimit: Int?
    /// Whether it may be executed.
    public let isExecutable: Bool
    /// What its bytes must be; `nil` where nobody recorded it.
    public let digest: ContentDigest?

    /// Creates a file.
    public init(
        path: SafePath?, size: Int?, sizeLimit: Int? = nil, isExecutable: Bool = false, digest: ContentDigest?
    ) {
        self.path = path
        self.size = size
        self.sizeLimit = sizeLimit
        self.isExecutable = isExecutable
        self.digest = digest
    }

    /// The most bytes that are accepted for it.
    public var mostBytes: Int { size ?? sizeLimit ?? .max }

    /// The same file without what its bytes must be.
    var unverified: ArtifactFile { ArtifactFile(path: path, size: nil, isExecutable: isExecutable, digest: nil) }
}

/// What an artifact consists of.
public struct ArtifactContent: Hashable, Sendable {
    /// The files: a single one without a path, or all files of a folder.
    public let files: [ArtifactFile]
    /// Whether it is a folder.
    public let isFolder: Bool
    /// The bytes of all files, where a source knows the sum and not each part.
    private let recordedSize: Int?

    /// Creates the content.
    /// - Parameter size: the bytes of all files, where they are not told one by one.
    public init(files: [ArtifactFile], isFolder: Bool, size: Int? = nil) {
        self.files = files
        self.isFolder = isFolder
        self.recordedSize = size
    }

    /// A single file.
    public init(_ file: ArtifactFile) {
        self.init(files: [file], isFolder: false)
    }

    /// The bytes of all files; `nil` where they are not known.
    public var size: Int? {
        if let recordedSize { return recordedSize }
        var sum = 0
        for file in files {
            guard let size = file.size else { return nil }
            sum += size
        }
        return sum
    }
}
