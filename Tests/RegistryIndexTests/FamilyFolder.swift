import Glibc
import TestSupport
import Testing

/// A folder that a test and the processes that it starts know by the test's process: an exit test of Swift 6.2 takes no values
/// along.
final class FamilyFolder {
    let path: String

    init(_ name: String) throws {
        path = Self.path(name, of: getpid())
        try #require(mkdir(path, 0o755) == 0, "\(path) cannot be made")
    }

    deinit {
        for name in ["index", "index-wal", "index-shm", "index-journal", "index-written"] { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    /// The folder of the test that started this process.
    static func ofParent(_ name: String) -> String { path(name, of: getppid()) }

    private static func path(_ name: String, of process: pid_t) -> String { "/tmp/git-model-index-\(name).\(process)" }
}
