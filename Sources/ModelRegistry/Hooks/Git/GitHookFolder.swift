import GitTypes
import Glibc
import LibGit2
import RegistryCore

/// The folder that Git starts a repository's hooks from, and what of it is ours.
struct GitHookFolder {
    /// The absolute path.
    let path: String
    /// The folder of the repository that paths are shown relative to.
    private let root: String

    /// - Throws: ``RegistryError`` with code ``ErrorCode/notSupportedYet`` for a repository at a URL, and with
    ///   ``ErrorCode/unsafePath`` where the user's or the system's configuration names a folder for all repositories.
    init(_ session: RegistrySession) throws(RegistryError) {
        guard session.remote == nil else {
            throw RegistryError(
                .notSupportedYet, "Git hooks are installed on the machine that has the repository",
                hints: ["run it there, in the repository's folder"])
        }
        let repository = session.repository
        let root = repository.workingDirectory ?? repository.gitDirectory
        self.root = root
        let own = "\(repository.commonDirectory)/hooks"
        let (configured, isLocal) = try RegistryError.wrapping { () throws(GitError) in
            (
                try repository.configuration("core.hookspath"),
                try repository.localConfiguration("core.hookspath") != nil
            )
        }
        guard let configured, !configured.isEmpty else {
            self.path = own
            return
        }
        var path = configured
        if path.hasPrefix("~/"), let home = session.environment.variables["HOME"] { path = home + path.dropFirst(1) }
        if !path.hasPrefix("/") { path = "\(root)/\(path)" }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        if let resolved = realpath(path, nil) {
            path = String(cString: resolved)
            free(resolved)
        }
        let isInside = [root, repository.commonDirectory].contains { path.hasPrefix("\($0)/") }
        guard isLocal || isInside && !path.contains("/../") else {
            throw RegistryError(
                .unsafePath, "core.hooksPath names \(path) for all repositories, and a hook there would run in each",
                subject: path,
                hints: ["to give this repository its own: git config core.hooksPath \(own.shellQuoted)"])
        }
        self.path = path
    }

    func file(_ hook: GitHook) -> String { "\(path)/\(hook.rawValue)" }

    /// The file of somebody else's hook that ours calls first.
    func otherFile(_ hook: GitHook) -> String { file(hook) + GitHookScript.otherSuffix }

    /// A path as it is shown.
    func shown(_ file: String) -> String { file.hasPrefix("\(root)/") ? String(file.dropFirst(root.count + 1)) : file }

    /// The bytes of a hook; `nil` where there is none.
    func content(_ hook: GitHook) throws(RegistryError) -> [UInt8]? {
        let path = file(hook)
        // A larger one is a program, and somebody else's.
        guard let start = FileStart.read(path, count: 64 << 10) else {
            var status = stat()
            return lstat(path, &status) == 0 ? [] : nil
        }
        return start
    }

    func isOurs(_ content: [UInt8]?) -> Bool { content?.starts(with: GitHookScript.mark.utf8) == true }

    /// Whether ours is installed.
    func has(_ hook: GitHook) -> Bool { isOurs(try? content(hook)) }
}

/// The first bytes of a file.
private enum FileStart {
    static func read(_ path: String, count: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        let length = Glibc.read(descriptor, &bytes, count)
        return length < 0 ? nil : Array(bytes.prefix(length))
    }
}
