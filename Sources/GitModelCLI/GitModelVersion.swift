import CBuildCommit
import ModelRegistry

/// What `--version` says.
enum GitModelVersion {
    /// The version, the commit that it was built from, and the version of libgit2.
    static var text: String {
        "\(RuntimeVersions.product) (\(String(cString: git_model_build_commit()))) libgit2 \(RuntimeVersions.libgit2)"
    }
}
