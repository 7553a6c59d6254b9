import LibGit2

/// The versions of the libraries that this program runs on.
public enum RuntimeVersions {
    /// The version of this library and of the program, by SemVer.
    public static let product = "0.1.0"

    /// The version of libgit2: `1.5.1`.
    public static var libgit2: String { Library.version }
}
