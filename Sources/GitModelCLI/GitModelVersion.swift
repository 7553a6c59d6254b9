import CBuildCommit
import ModelRegistry

/// What `--version` says.
enum GitModelVersion {
    /// The version, the commit that it was built from, and the versions of libgit2 that fit, none of which is loaded.
    static var text: String { text(libgit2: RuntimeVersions.requiredLibGit2) }

    /// The version, the commit that it was built from, and a version of libgit2.
    static func text(libgit2: String) -> String {
        "\(RuntimeVersions.product) (\(String(cString: git_model_build_commit()))) libgit2 \(libgit2)"
    }
}
