import Outbound
import RegistryCore
import TestSupport
import Testing

@testable import ArtifactStore

/// Bytes that are not the registered ones: no name is given to them, and no more of them is taken than was declared.
@Suite struct WrongBytesTests {
    private let target = Target(Sandbox())
    private let bytes = randomBytes(50_000)

    @Test func `a content that ends too early never gets the name`() async throws {
        let seed = SeededGenerator.seed
        var random = SeededGenerator(seed: seed)
        for tellsSize in [true, false] {
            for cut in [0, 49_999] + (0..<98).map({ _ in Int.random(in: 1..<49_999, using: &random) }) {
                // The source takes it for whole.
                let source = ScriptedSource { [bytes] read in
                    read.hand(bytes, upTo: cut)
                    return nil
                }
                let error = await target.bring(try ArtifactFile(bytes, tellsSize: tellsSize), from: source).error
                #expect(error?.code == .digestMismatch, "cut at \(cut), seed \(seed)")
                #expect(target.entries.isEmpty, "cut at \(cut), seed \(seed)")
            }
        }
    }

    @Test func `more than was declared is not taken`() async throws {
        for piece in [1, 1000, 65_536] {
            let taken = Counter()
            let source = ScriptedSource { read in
                // As a server that never ends.
                let more = [UInt8](repeating: 7, count: piece)
                while more.withUnsafeBytes({ read.take($0) }) { taken.add(piece) }
                return nil
            }
            for size in [0, 1, 65_536, 100_000] {
                let file = ArtifactFile(path: nil, size: size, digest: try ContentDigest(.sha256, of: bytes))
                let before = taken.value
                #expect(await target.bring(file, from: source).error?.code == .digestMismatch)
                #expect(taken.value - before <= size)
                let limited = ArtifactFile(path: nil, size: nil, sizeLimit: size, digest: file.digest)
                #expect(await target.bring(limited, from: source).error?.code == .digestMismatch)
                #expect(target.entries.isEmpty)
            }
        }
    }

    @Test func `a server that sends something else leaves nothing`() async throws {
        let server = try FixtureServer()
        let body = httpContent(50_000)
        let file = try ArtifactFile(body)
        for (route, code) in [
            ("/huge", ErrorCode.digestMismatch), ("/endless", .digestMismatch), ("/range/49999", .digestMismatch),
            ("/range/50001", .digestMismatch), ("/bytes/49999", .digestMismatch), ("/gzip/50000", .transferFailed),
            ("/short/50000", .transferFailed), ("/norange/50000", .transferFailed),
            ("/wrongrange/50000", .transferFailed), ("/status/404", .objectNotFound), ("/nothttp", .transferFailed),
        ] {
            let error = await target.bring(file, from: try source(server, route)).error
            #expect(error?.code == code, "\(route): \(error?.message ?? "")")
            #expect(!target.entries.contains("model.bin"), "\(route)")
            // What is left is a beginning that the next download checks.
            if let temporary = target.temporary {
                let kept = try Sandbox.readBytes(temporary)
                #expect(!kept.isEmpty && kept == Array(body.prefix(kept.count)), "\(route)")
            }
        }
        #expect(await target.bring(file, from: try source(server, "/range/50000")).value?.count == 1)
        try #expect(Sandbox.readBytes(target.path) == body)
    }

    @Test func `a server that cuts at any byte is asked again for the rest`() async throws {
        let server = try FixtureServer()
        let seed = SeededGenerator.seed
        var random = SeededGenerator(seed: seed)
        let body = httpContent(20_000)
        let file = try ArtifactFile(body)
        for round in 0..<50 {
            let cut = Int.random(in: 1..<20_000, using: &random)
            for route in ["cut", "bare"] {
                let address = "/~\(round)/\(route)/20000/at/\(cut)/once"
                let result = await target.bring(file, from: try source(server, address))
                #expect(result.value?.count == 1, "\(route) at \(cut), seed \(seed): \(result)")
                try #expect(Sandbox.readBytes(target.path) == body)
                try target.clear()
            }
        }
    }

    @Test func `a download goes on with another answer of the same server`() async throws {
        let server = try FixtureServer()
        let body = httpContent(30_000)
        for tellsSize in [true, false] {
            let file = try ArtifactFile(body, .md5, tellsSize: tellsSize)
            for cut in [1, 29_999, 30_000] {
                #expect(await target.bring(file, from: ScriptedSource(body, cutAt: cut)).error != nil)
                // Whole or not: a server refuses what begins at the end.
                let result = await target.bring(file, from: try source(server, "/range/30000"))
                #expect(result.value?.count == 1, "\(cut): \(result)")
                try target.clear()
                // The bytes that were left are wrong.
                #expect(await target.bring(file, from: ScriptedSource(body, cutAt: cut)).error != nil)
                try Sandbox.write([UInt8](repeating: 1, count: cut), to: #require(target.temporary))
                let again = await target.bring(file, from: try source(server, "/range/30000"))
                #expect(again.value?.count == 1, "\(cut): \(again)")
                try target.clear()
                // A server that knows no ranges sends all, and what came before is left out.
                #expect(await target.bring(file, from: ScriptedSource(body, cutAt: cut)).error != nil)
                let whole = await target.bring(file, from: try source(server, "/bytes/30000"))
                #expect(whole.value?.count == 1, "\(cut): \(whole)")
                try target.clear()
            }
        }
    }

    @Test func `a server that is mute or not there leaves nothing`() async throws {
        let server = try FixtureServer()
        let file = try ArtifactFile(bytes)
        let mute = await target.bring(file, from: try source(server, "/silent") { $0.stallLimit = .seconds(1) }).error
        #expect(mute?.code == .remoteUnreachable && target.entries.isEmpty)
        let gone = "http://127.0.0.1:1/x"
        let error = await target.bring(file, from: try source(gone)).error
        #expect(error?.code == .remoteUnreachable && target.entries.isEmpty)
    }

    private func source(
        _ server: FixtureServer, _ route: String, change: (inout OutboundPolicy) -> Void = { _ in }
    ) throws -> StoreSource {
        try source(server.address(route), change: change)
    }

    private func source(_ address: String, change: (inout OutboundPolicy) -> Void = { _ in }) throws -> StoreSource {
        var policy = OutboundPolicy(userAgent: "git-model/test")
        policy.attempts = 2
        policy.firstPause = .milliseconds(1)
        change(&policy)
        let client = OutboundClient(policy: policy, connections: 2)
        return StoreSource(WebStore(try OutboundURL(address), client: client), ObjectKey(""))
    }
}
