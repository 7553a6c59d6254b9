import CBuildCommit
import ModelRegistry

/// What `--version` says.
enum GitModelVersion {
    /// The version of this program, by SemVer.
    static let number = "0.1.0"

    /// The version, the commit that it was built from, and the version of libgit2.
    static var text: String {
        "\(number) (\(String(cString: git_model_build_commit()))) libgit2 \(RuntimeVersions.libgit2)"
    }
}
