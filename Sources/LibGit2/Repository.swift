import CLibGit2
import GitTypes
import Glibc

/// An open Git repository.
///
/// A handle belongs to one task and lives for one command: libgit2 caches `packed-refs`, and a handle that was kept
/// open over `git pack-refs` listed 280 of 300 tags. Open another one instead of passing this one on.
public final class Repository {
    let handle: OpaquePointer
    /// The object database; inside a hook it holds the quarantined objects too.
    let objects: OpaquePointer
    /// The folder that all worktrees share, without a slash at the end, as bytes: paths need not be UTF-8.
    let commonPath: [UInt8]
    /// What Git told about the repository where this is a hook.
    let hook: HookEnvironment
    /// The folders with the files of single objects.
    let objectDirectories: [[UInt8]]

    /// The objects with files of their own, by their first byte; `nil` until it is asked for.
    var looseObjects = [Set<ObjectID>?](repeating: nil, count: 256)

    /// The `packed-refs` that was found to be good; `nil` where none is there or none was looked at.
    var goodPackedReferences: FileStamp?

    /// How long a ref's lock held by another process is waited for: one second, unless a test is in a hurry.
    public var lockWait: Duration = .seconds(1)

    /// Takes over the handles.
    init(owning handle: OpaquePointer, objects: OpaquePointer, hook: HookEnvironment) {
        self.hook = hook
        self.handle = handle
        self.objects = objects
        let commonPath = Self.bytes(git_repository_commondir(handle))
        self.commonPath = commonPath
        self.objectDirectories = LooseObject.directories(
            [commonPath + "/objects".utf8] + hook.objectDirectories.map { Array($0.utf8) })
    }

    deinit {
        git_odb_free(objects)
        git_repository_free(handle)
    }

    /// The repository's own folder: `.git`, `.git/worktrees/NAME`, or the bare repository; without a slash at the end.
    public var gitDirectory: String { String(decoding: Self.bytes(git_repository_path(handle)), as: UTF8.self) }

    /// The folder that all worktrees share: objects, tags, configuration; without a slash at the end.
    public var commonDirectory: String { String(decoding: commonPath, as: UTF8.self) }

    /// The folder with the checked-out files, without a slash at the end; `nil` in a bare repository.
    public var workingDirectory: String? {
        git_repository_workdir(handle).map { String(decoding: Self.bytes($0), as: UTF8.self) }
    }

    /// Whether there is no folder with checked-out files.
    public var isBare: Bool { git_repository_is_bare(handle) == 1 }

    /// Whether history ends early, as after `git clone --depth`.
    ///
    /// Git keeps the boundary in the common folder; `git_repository_is_shallow` looks in the worktree's.
    public var isShallow: Bool {
        var status = stat()
        return stat(path("shallow"), &status) == 0 && status.st_size > 0
    }

    /// Whether objects may be missing because a promisor remote has them, as after `git clone --filter`.
    /// - Throws: ``GitError`` where the configuration cannot be read.
    public func isPartialClone() throws(GitError) -> Bool {
        if try configuration("extensions.partialclone") != nil { return true }
        for key in try configurationKeys(matching: "^remote\\..*\\.promisor$") {
            if try configurationBool(key) == true { return true }
        }
        return false
    }

    /// A path below the common folder, ended by a zero byte for C.
    func path(_ relative: some Collection<UInt8>) -> [CChar] {
        (commonPath + [UInt8(ascii: "/")] + relative + [0]).map { CChar(bitPattern: $0) }
    }

    /// A path below the common folder, ended by a zero byte for C.
    func path(_ relative: String) -> [CChar] { path(relative.utf8) }

    private static func bytes(_ path: UnsafePointer<CChar>?) -> [UInt8] {
        guard let path else { return [] }
        let bytes = UnsafeRawBufferPointer(start: path, count: strlen(path))
        return Array(bytes.count > 1 && bytes.last == UInt8(ascii: "/") ? bytes.dropLast() : bytes[...])
    }
}
