import Glibc

/// A repository of the usual kind: a `.git` folder beside the checked-out files, all of it this user's. Others, and those
/// that only libgit2 can judge, are none of these.
public struct PlainRepository: Hashable, Sendable {
    /// The folder with the checked-out files.
    public let workingDirectory: String
    /// The repository's own folder, which is also the one that its worktrees share.
    public var gitDirectory: String { workingDirectory == "/" ? "/.git" : workingDirectory + "/.git" }

    /// Looks for it upwards from a folder, as `git -C path` does.
    /// - Parameter ceilings: the value of `GIT_CEILING_DIRECTORIES`: folders that are not looked into from below.
    public init?(containing path: String, ceilings: String?) {
        guard var folder = Self.resolved(path) else { return nil }
        let ceilings = Set((ceilings ?? "").split(separator: ":").compactMap { Self.resolved(String($0)) })
        var device: dev_t?
        while true {
            var status = stat()
            guard stat(folder, &status) == 0, device == nil || device == status.st_dev else { return nil }
            device = status.st_dev
            let git = folder == "/" ? "/.git" : folder + "/.git"
            var inner = stat()
            if lstat(git, &inner) == 0 {
                // A file or a link in its place leads elsewhere.
                guard inner.st_mode & S_IFMT == S_IFDIR, inner.st_dev == device, inner.st_uid == geteuid(),
                    status.st_uid == geteuid(), Self.isRepository(git), access(git + "/commondir", F_OK) != 0
                else { return nil }
                workingDirectory = folder
                return
            }
            // A bare repository, or the inside of another.
            guard errno == ENOENT, !Self.isRepository(folder), folder != "/" else { return nil }
            folder = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? "/"
            if folder.isEmpty { folder = "/" }
            if ceilings.contains(folder) { return nil }
        }
    }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func isRepository(_ folder: String) -> Bool {
        ["HEAD", "objects", "refs"].allSatisfy { access("\(folder)/\($0)", F_OK) == 0 }
    }
}
