import GitTypes
import Outbound
import RegistryCore
import RegistryFiles
import TestSupport
import Testing

@testable import ArtifactStore

/// Local copies that are not what they were.
@Suite struct DamagedCacheTests {
    private let sandbox = Sandbox()
    private let bytes = httpContent(7000)
    private let none = RegistryError(.storeNotConfigured, "none")

    /// A folder of DVC's objects, or of those of Git LFS.
    private func folder(_ name: String, _ content: [UInt8]?) throws -> FolderStore {
        let (md5, sha256) = try (ContentDigest(.md5, of: bytes), ContentDigest(.sha256, of: bytes))
        let digits = sha256.hexadecimal
        let paths = [
            "files/md5/\(md5.hexadecimal.prefix(2))/\(md5.hexadecimal.dropFirst(2))",
            "\(digits.prefix(2))/\(digits.dropFirst(2).prefix(2))/\(digits)",
        ]
        let root = "\(sandbox.path)/\(name)"
        try sandbox.succeed("mkdir -p \(name)")
        for path in paths {
            guard let content else { continue }
            try sandbox.succeed("mkdir -p $(dirname \(name)/\(path))")
            try Sandbox.write(content, to: "\(root)/\(path)")
        }
        return FolderStore(root)
    }

    private func dvc(_ cache: [UInt8], remote: [UInt8]?) throws -> DVCSource {
        let remote = DVCSource.Remote(name: "store", store: try folder("remote", remote))
        return DVCSource(caches: [try folder("cache", cache)], remote: remote, whyNoRemote: none)
    }

    @Test func `the remote's object is taken instead of a damaged one of DVC's cache`() async throws {
        let target = Target(sandbox)
        let source = try dvc([1] + bytes.dropFirst(), remote: bytes)
        #expect(await target.bring(try ArtifactFile(bytes, .md5), from: source).value?.count == 1)
        try #expect(Sandbox.readBytes(target.path) == bytes)
    }

    @Test func `a damaged object of DVC's cache is named where the remote has none`() async throws {
        let source = try dvc([1] + bytes.dropFirst(), remote: nil)
        let error = await Target(sandbox).bring(try ArtifactFile(bytes, .md5), from: source).error
        #expect(error?.code == .objectNotFound)
        #expect(error?.hints.contains { $0.contains("\(sandbox.path)/cache/files/md5/") } == true)
    }

    @Test func `a whole object of DVC's cache is enough`() async throws {
        let source = try dvc(bytes, remote: nil)
        #expect(await Target(sandbox).bring(try ArtifactFile(bytes, .md5), from: source).value?.count == 1)
    }

    @Test func `the server is asked instead of reading a damaged object of Git LFS`() async throws {
        let server = try FixtureServer()
        let file = try ArtifactFile(bytes)
        let source = LFSSource(
            local: [try folder("lfs", Array(bytes.dropLast()))],
            access: LFSSource.Access(
                .web(try OutboundURL(server.address("/lfs/bytes/7000"))),
                client: OutboundClient(policy: OutboundPolicy(userAgent: "test")), variables: [:],
                credentials: { _ in nil }), whyNoServer: none,
            objects: [LFSPointer(sha256: try #require(file.digest).hexadecimal, size: bytes.count)])
        let target = Target(sandbox)
        #expect(await target.bring(file, from: source).value?.count == 1)
        try #expect(Sandbox.readBytes(target.path) == bytes)
    }
}
