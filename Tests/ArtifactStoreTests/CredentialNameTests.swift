import Outbound
import RegistryCore
import RegistryFiles
import TestSupport
import Testing

@testable import ArtifactStore

/// What people are told of the credentials that a place is read with.
@Suite struct CredentialNameTests {
    private let client = OutboundClient(policy: OutboundPolicy(userAgent: "test"))

    @Test func `a user of the address is one`() throws {
        let store = WebStore(try OutboundURL("http://ana:pass@host/x"), client: client)
        #expect(store.credentials == "user ana with a password")
        #expect(WebStore(try OutboundURL("http://host/x"), client: client).credentials == nil)
    }

    @Test func `a wrong password of the address is not a missing one`() async throws {
        let server = try FixtureServer()
        let url = try OutboundURL("http://ana:wrong@127.0.0.1:\(server.port)/auth/basic")
        let error = await #expect(throws: RegistryError.self) {
            try await WebStore(url, client: client).size(of: ObjectKey(""))
        }
        #expect(error?.code == .accessDenied)
    }

    @Test func `programs have their own`() throws {
        var location = SFTPStore.Location(host: "host", path: "/models")
        #expect(try SFTPStore(location, variables: [:]).credentials == "your SSH keys")
        location.keyFile = "/keys/own"
        #expect(try SFTPStore(location, variables: [:]).credentials == "key /keys/own")
        #expect(RcloneStore(name: "gs://x", root: ":gcs:x", variables: [:]).credentials == "those of rclone")
    }

    @Test func `Git LFS tells whom it asked as`() async throws {
        let server = try FixtureServer()
        let pointer = LFSPointer(sha256: String(repeating: "ab", count: 32), size: 1)
        func source(_ user: String, _ route: String) throws -> LFSSource {
            LFSSource(
                local: [],
                access: LFSSource.Access(
                    .web(try OutboundURL("http://\(user)127.0.0.1:\(server.port)\(route)")), client: client,
                    variables: [:], credentials: { _ in .basic(user: "bea", password: "wrong") }),
                whyNoServer: RegistryError(.storeNotConfigured, "none"), objects: [pointer])
        }
        let file = ArtifactFile(path: nil, size: 1, digest: ContentDigest(.sha256, pointer.sha256))
        for (user, route, shown) in [
            ("", "/lfs", nil), ("ana:pass@", "/lfs", "user ana of the address"),
            ("", "/auth/basic", "user bea of Git's credential helpers"),
        ] {
            let source = try source(user, route)
            #expect(source.credentials == nil)
            _ = try? await source.find(file)
            #expect(source.credentials == shown)
        }
    }

    @Test(arguments: [("https://host/x", "https", "host"), ("http://host:8080/x", "http", "host:8080")])
    func `what is said to be typed for Git LFS can be typed`(url: String, scheme: String, host: String) throws {
        let sandbox = Sandbox()
        sandbox.environment["GIT_CONFIG_GLOBAL"] = "\(sandbox.path)/home/.gitconfig"
        let hints = LFSServer.hints(try OutboundURL(url), hasCredentials: true)
        func type(_ part: String) throws -> String {
            let hint = try #require(hints.first { $0.contains(part) })
            return String(hint[try #require(hint.firstRange(of: ": ")).upperBound...])
        }
        let fill = "printf 'protocol=\(scheme)\\nhost=\(host)\\n\\n' | GIT_TERMINAL_PROMPT=0 git credential fill"
        try sandbox.succeed(try type("credential.helper store"))
        try sandbox.succeed(try type("credential approve"))
        try sandbox.succeed("\(fill) | grep -qx password=TOKEN")
        try sandbox.succeed(try type("credential reject"))
        try sandbox.succeed("! \(fill)")
    }
}
