/// How an artifact is to be downloaded.
public struct DownloadRequest: Sendable {
    /// A new name, or a folder that exists; `nil` is the artifact's own name in the current folder.
    public var output: String?
    /// Replaces what is there, and takes a version that is not active.
    public var isForced = false
    /// Says what would be done, and writes nothing. What a folder consists of may be asked for.
    public var isDryRun = false
    /// Asks whether the bytes can be had, and reads none.
    public var checksOnly = false
    /// How many files, or parts of a large file, come side by side: 1 to 64.
    public var jobs = 8
    /// Whether bytes are held against what was registered.
    public var verifies = true
    /// Whether an address of the repository may name files of this machine.
    public var allowsFileURLs = false
    /// Hears how it goes on.
    public var observer = DownloadObserver()

    /// What a careful person would choose.
    public init() {}
}

/// Hears how a download goes on. All texts are without secrets, and not escaped.
public struct DownloadObserver: Sendable {
    /// What will come from where, before the first byte.
    public var onStart: @Sendable (DownloadReceipt) -> Void = { _ in }
    /// How far it is, about ten times a second.
    public var onProgress: @Sendable (DownloadStatus) -> Void = { _ in }
    /// A file is complete: its path, its bytes, and their digest.
    public var onFile: @Sendable (_ path: String, _ bytes: Int, _ digest: String) -> Void = { _, _, _ in }

    /// Hears nothing.
    public init() {}
}

/// How far a download is.
public struct DownloadStatus: Hashable, Sendable {
    /// How many files there are.
    public var fileCount = 0
    /// The bytes of all files; `nil` where they are not known.
    public var byteCount: Int?
    /// The files that are complete.
    public var filesDone = 0
    /// The bytes that are here.
    public var bytesDone = 0
    /// Those of them that an earlier, interrupted download had left.
    public var bytesResumed = 0

    /// Creates the status of a download that has not begun.
    public init() {}
}
