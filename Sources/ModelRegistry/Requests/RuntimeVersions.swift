import LibGit2

/// The versions of the libraries that this program runs on.
public enum RuntimeVersions {
    /// The version of libgit2: `1.5.1`.
    public static var libgit2: String { Library.version }
}
