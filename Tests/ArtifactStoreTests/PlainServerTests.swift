import GitTypes
import Outbound
import RegistryCore
import RegistryFiles
import TestSupport
import Testing

@testable import ArtifactStore

/// Servers that know less of HTTP than most: no ranges, no `HEAD`.
@Suite struct PlainServerTests {
    private static let server = Result { try FixtureServer() }
    private let client = OutboundClient(policy: OutboundPolicy(userAgent: "test"))

    private func store(_ route: String, authorization: OutboundAuthorization = .none) throws -> WebStore {
        let url = try OutboundURL(Self.server.get().address(route))
        return WebStore(url, authorization: authorization, client: client)
    }

    @Test(arguments: [("/range/70000", true), ("/bytes/70000", false), ("/gzip/70000", false), ("/norange/7", false)])
    func `parts are read where the server has ranges`(route: String, hasParts: Bool) async throws {
        #expect(try await store(route).readsParts(of: ObjectKey("")) == hasParts)
        let (folder, name) = ("/" + route.split(separator: "/")[0], String(route.split(separator: "/")[1]))
        #expect(try await store(folder).readsParts(of: ObjectKey(name)) == hasParts)
    }

    @Test(arguments: [("range", true), ("bytes", false)])
    func `parts of a file of Git LFS are read where its server has ranges`(route: String, hasParts: Bool) async throws {
        let oid = String(repeating: "ab", count: 32)
        let url = try OutboundURL(Self.server.get().address("/lfs/\(route)/70000"))
        let source = LFSSource(
            local: [],
            access: LFSSource.Access(.web(url), client: client, variables: [:], credentials: { _ in nil }),
            whyNoServer: RegistryError(.storeNotConfigured, "none"),
            objects: [LFSPointer(sha256: oid, size: 70000)])
        let file = ArtifactFile(path: nil, size: 70000, digest: ContentDigest(.sha256, oid))
        #expect(try await source.readsParts(of: file) == hasParts)
    }

    @Test(arguments: ["range", "bytes"])
    func `parts of a file of DVC are read where its server has ranges`(route: String) async throws {
        let md5 = String(repeating: "ab", count: 16)
        let source = DVCSource(
            caches: [], remote: DVCSource.Remote(name: "store", store: try store("/\(route)")),
            whyNoRemote: RegistryError(.storeNotConfigured, "none"), keys: [md5: ObjectKey("70000")])
        let file = ArtifactFile(path: nil, size: 70000, digest: ContentDigest(.md5, md5))
        #expect(try await source.readsParts(of: file) == (route == "range"))
    }

    @Test func `a large file comes whole from a server without ranges`() async throws {
        let bytes = httpContent(70_000)
        let target = Target(Sandbox())
        var options = PlacementOptions()
        (options.jobs, options.partSize, options.partsThreshold) = (4, 4096, 16_384)
        let source = StoreSource(try store("/bytes/70000"), ObjectKey(""))
        #expect(await target.bring(try ArtifactFile(bytes), from: source, options).value?.first?.size == 70_000)
        try #expect(Sandbox.readBytes(target.path) == bytes)
    }

    @Test(arguments: [400, 403, 405, 501])
    func `a refusal of HEAD is not one of reading`(status: Int) async throws {
        #expect(try await store("/headless/\(status)/70000").size(of: ObjectKey("")) == 70_000)
        #expect(try await store("/headless/\(status)/0").size(of: ObjectKey("")) == 0)
    }

    @Test(arguments: [403, 404]) func `what cannot be read either is refused`(status: Int) async throws {
        await #expect(throws: RegistryError.self) { try await store("/status/\(status)").size(of: ObjectKey("")) }
    }
}
