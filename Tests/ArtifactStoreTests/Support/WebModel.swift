import ArtifactStore
import TestSupport

/// A repository whose artifact `churn` is at an address of a web server.
struct WebModel {
    let sandbox = Sandbox()
    let server: FixtureServer

    /// - Parameters:
    ///   - route: where the server has it.
    ///   - bytes: what it must be.
    init(_ route: String, _ bytes: [UInt8], server: FixtureServer? = nil) throws {
        try self.init(route, sha256: ContentDigest(.sha256, of: bytes).hexadecimal, size: bytes.count, server: server)
    }

    init(_ route: String, sha256: String, size: Int, server: FixtureServer? = nil) throws {
        self.server = try server ?? FixtureServer()
        try sandbox.makeRepository()
        try sandbox.commit(
            """
            artifacts:
              churn:
                path: \(self.server.address(route))
                meta: {sha256: \(sha256), size: \(size)}

            """, as: "dvc.yaml")
        try sandbox.succeed("git model register churn -q", in: "repo")
        try sandbox.succeed("mkdir out")
    }

    /// Runs `download` in the folder beside the repository.
    func download(_ arguments: String = "") throws -> Sandbox.Outcome {
        try sandbox.model("download -r ../repo churn -o model.bin \(arguments)", in: "out")
    }

    /// What stands in the folder.
    var entries: [String] { Target(sandbox).entries }
    /// Where the artifact comes to stand.
    var path: String { Target(sandbox).path }
}
