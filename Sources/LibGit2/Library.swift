import CLibGit2
import Glibc

/// Stands for the libgit2 that this program loads when it first needs one.
public enum Library {
    /// The versions of libgit2 that fit: `1.5`. Reading it loads nothing.
    public static let requiredVersion = LIBGIT2_SOVERSION

    /// The version of libgit2 that is loaded: `1.5.1`; `nil` where none can be.
    public static var version: String? {
        guard libgit2_failure() == nil else { return nil }
        var (major, minor, revision): (Int32, Int32, Int32) = (0, 0, 0)
        _ = git_libgit2_version(&major, &minor, &revision)
        return "\(major).\(minor).\(revision)"
    }

    /// Loads and starts libgit2 at the first use, once for the process.
    ///
    /// Loading takes about 3 ms, and `git_libgit2_init` 4.5 ms because it reads the system's certificates, so nothing that
    /// can do without a repository comes here. libgit2 is never shut down: the process ends first.
    /// - Throws: ``GitError`` where libgit2 cannot be loaded or set up.
    static func start() throws(GitError) {
        if let failure { throw failure }
    }

    /// Does so on another thread, for who has something else to do meanwhile. What goes wrong is told by the first use.
    public static func startAhead() async { try? start() }

    /// What went wrong when libgit2 was started; `nil` where nothing did. A global constant is made once, whichever
    /// thread asks first.
    private static let failure: GitError? = {
        if let reason = libgit2_failure() {
            return GitError(
                .libraryMissing(version: requiredVersion), operation: "load libgit2 \(requiredVersion)",
                message: String(cString: reason))
        }
        do throws(GitError) {
            try call("start libgit2") { min(0, git_libgit2_init()) }
            try allowExtensions()
            // Without this option libgit2 neither syncs objects nor refs (`git_repository__fsync_gitdir`), and a tag
            // that was reported as made could be gone after a power cut.
            try call("start libgit2") { git_model_enable_fsync(1) }
            // Each tag object is read once. Kept ones, and all packs mapped as a whole, would take 500 MB for a million.
            try call("start libgit2") { git_model_set_tag_cache_limit(0) }
            try call("start libgit2") { git_model_set_window(64 << 20, 256 << 20) }
            try leaveOutConfiguration()
            return nil
        } catch {
            return error
        }
    }()

    /// The extensions that are opened besides `noop`, which libgit2 1.5 knows.
    ///
    /// `worktreeconfig` and `partialclone` come with every sparse or partial clone, `preciousobjects` only forbids a
    /// gc, `relativeworktrees` is a way to write a `.git` file that libgit2 reads. `objectformat` and `refstorage` are
    /// let through so that their value can be judged: `sha1` and `files` are what we read.
    static let extensions = [
        "worktreeconfig", "partialclone", "preciousobjects", "relativeworktrees", "objectformat", "refstorage",
    ]

    private static func allowExtensions() throws(GitError) {
        var names = extensions.map { UnsafePointer(strdup($0)) }
        defer { for name in names { free(UnsafeMutablePointer(mutating: name)) } }
        try call("start libgit2") { git_model_set_extensions(&names, names.count) }
    }

    /// Obeys `GIT_CONFIG_NOSYSTEM`, `GIT_CONFIG_SYSTEM` and `GIT_CONFIG_GLOBAL`, which libgit2 1.5 does not know: the
    /// levels they replace are emptied here, the files they name are added by ``Repository``.
    private static func leaveOutConfiguration() throws(GitError) {
        var levels: [git_config_level_t] = []
        if ConfigurationFiles.system.isReplaced { levels += [GIT_CONFIG_LEVEL_SYSTEM] }
        if ConfigurationFiles.global.isReplaced { levels += [GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_XDG] }
        for level in levels {
            try call("start libgit2") { git_model_set_search_path(level.rawValue, "") }
        }
    }
}

/// A level of configuration whose file the environment may replace.
struct ConfigurationFiles {
    /// Whether the level's usual files are left out.
    let isReplaced: Bool
    /// The file to read instead; `nil` where there is none.
    let path: String?

    /// `GIT_CONFIG_NOSYSTEM` and `GIT_CONFIG_SYSTEM`.
    static var system: ConfigurationFiles {
        if let isOff = environmentValue("GIT_CONFIG_NOSYSTEM"), !["", "0", "false", "no", "off"].contains(isOff) {
            return ConfigurationFiles(isReplaced: true, path: nil)
        }
        let path = environmentValue("GIT_CONFIG_SYSTEM")
        return ConfigurationFiles(isReplaced: path != nil, path: path)
    }

    /// `GIT_CONFIG_GLOBAL`.
    static var global: ConfigurationFiles {
        let path = environmentValue("GIT_CONFIG_GLOBAL")
        return ConfigurationFiles(isReplaced: path != nil, path: path)
    }
}

/// The value of an environment variable of this process; `nil` where it is not set.
public func environmentValue(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}
