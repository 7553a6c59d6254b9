import LibGit2

/// The versions of the libraries that this program runs on.
public enum RuntimeVersions {
    /// The version of this library and of the program, by SemVer.
    public static let product = "0.1.0"

    /// The versions of libgit2 that fit: `1.5`. Reading it loads nothing.
    public static var requiredLibGit2: String { Library.requiredVersion }

    /// The version of libgit2 that is loaded: `1.5.1`; `nil` where none can be.
    public static var libgit2: String? { Library.version }
}
