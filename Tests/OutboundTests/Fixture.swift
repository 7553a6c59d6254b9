import Glibc
import GitTypes
import Synchronization
import TestSupport
import Testing

@testable import Outbound

/// Routes of its own for a test, at a server that all share, and a client that does not wait long.
final class Fixture: Sendable {
    let server: FixtureServer
    let client: OutboundClient
    private let prefix: String

    private static let shared = Result { try FixtureServer() }
    private static let number = Atomic(0)

    init(connections: Int = 8, change: (inout OutboundPolicy) -> Void = { _ in }) throws {
        server = try Self.shared.get()
        prefix = "/~\(Self.number.add(1, ordering: .relaxed).newValue)"
        var policy = OutboundPolicy.quick
        change(&policy)
        client = OutboundClient(policy: policy, connections: connections)
    }

    func request(
        _ route: String, host: String = "127.0.0.1", method: OutboundRequest.Method = .get
    ) throws -> OutboundRequest {
        OutboundRequest(method, try OutboundURL(server.address(prefix + route, host: host)))
    }

    /// The body of an answer.
    func get(_ route: String, limit: Int = 1 << 20) async throws -> [UInt8] {
        try await client.send(try request(route), limit: limit).body
    }

    /// What was handed over of a download, and how it ended.
    func download(
        _ request: OutboundRequest, limit: Int? = nil
    ) async -> (bytes: [UInt8], result: Result<OutboundResponse, OutboundError>) {
        let bytes = Mutex<[UInt8]>([])
        do throws(OutboundError) {
            let response = try await client.download(request, limit: limit) { piece in
                bytes.withLock { $0.append(contentsOf: piece) }
                return true
            }
            return (bytes.withLock { $0 }, .success(response))
        } catch {
            return (bytes.withLock { $0 }, .failure(error))
        }
    }

    func download(_ route: String, limit: Int? = nil) async throws -> (
        bytes: [UInt8], result: Result<OutboundResponse, OutboundError>
    ) {
        await download(try request(route), limit: limit)
    }

    /// How often a route was asked for.
    func count(of route: String) async throws -> Int {
        // The client under test may be busy, or shut down.
        let url = try OutboundURL(server.address("/count?of=\(prefix)\(route)"))
        let client = OutboundClient(policy: .quick, connections: 1)
        let body = try await client.send(OutboundRequest(.get, url), limit: 100).body
        return Int(String(decoding: body, as: UTF8.self)) ?? -1
    }

    /// What went wrong with a request.
    func failure(_ request: OutboundRequest, limit: Int = 1 << 20) async -> OutboundError? {
        do throws(OutboundError) {
            _ = try await client.send(request, limit: limit)
            return nil
        } catch {
            return error
        }
    }

    func failure(_ route: String, limit: Int = 1 << 20) async throws -> OutboundError? {
        await failure(try request(route), limit: limit)
    }
}

extension OutboundPolicy {
    /// Hardly a pause between tries, so that tests need not wait.
    static var quick: OutboundPolicy {
        var policy = OutboundPolicy(userAgent: "git-model/test")
        policy.firstPause = .milliseconds(1)
        policy.longestPause = .milliseconds(5)
        policy.stallLimit = .seconds(20)
        return policy
    }
}

extension Result {
    var error: Failure? {
        if case .failure(let error) = self { return error }
        return nil
    }
}

/// What the server sends for a size.
func content(_ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 251) }
}
