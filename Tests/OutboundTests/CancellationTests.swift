import Glibc
import GitTypes
import Synchronization
import TestSupport
import Testing

@testable import Outbound

/// Transfers that are to end before they would. Each would otherwise last for minutes.
@Suite(.timeLimit(.minutes(1))) struct CancellationTests {
    @Test(arguments: ["/silent", "/stall/1000", "/endless"])
    func `ends a transfer that waits or runs`(route: String) async throws {
        let fixture = try Fixture { $0.stallLimit = .seconds(600) }
        let task = Task { try await fixture.download(route) }
        while try await fixture.count(of: route) == 0 {}
        task.cancel()
        #expect(try await task.value.result.error?.kind == .cancelled)
    }

    @Test func `ends a connection that is not answered`() async throws {
        // A socket that listens and never accepts: with its queue full, further connections are not answered.
        let listener = try DeafListener()
        var policy = OutboundPolicy.quick
        policy.connectTimeLimit = .seconds(600)
        let client = OutboundClient(policy: policy)
        let url = try OutboundURL("http://127.0.0.1:\(listener.port)/")
        let task = Task { try await client.send(OutboundRequest(.get, url), limit: 10) }
        while !listener.hasPendingConnection() { sched_yield() }
        task.cancel()
        await #expect { try await task.value } throws: { ($0 as? OutboundError)?.kind == .cancelled }
    }

    @Test func `gives up connecting in time`() async throws {
        let listener = try DeafListener()
        var policy = OutboundPolicy.quick
        policy.connectTimeLimit = .milliseconds(200)
        policy.attempts = 2
        let client = OutboundClient(policy: policy)
        let url = try OutboundURL("http://127.0.0.1:\(listener.port)/")
        await #expect {
            _ = try await client.send(OutboundRequest(.get, url), limit: 10)
        } throws: { ($0 as? OutboundError)?.kind == .timedOut }
    }

    @Test func `ends one that waits for a thread, and a pause`() async throws {
        let fixture = try Fixture(connections: 1) {
            $0.stallLimit = .seconds(600)
            $0.firstPause = .seconds(600)
            $0.longestPause = .seconds(600)
        }
        let pausing = Task { try await fixture.failure("/status/503") }
        while try await fixture.count(of: "/status/503") == 0 {}
        pausing.cancel()
        #expect(try await pausing.value?.kind == .cancelled)
        let first = Task { try await fixture.failure("/silent") }
        let second = Task { try await fixture.failure("/bytes/1") }
        second.cancel()
        #expect(try await second.value?.kind == .cancelled || second.isCancelled)
        first.cancel()
        #expect(try await first.value?.kind == .cancelled)
        #expect(try await fixture.get("/bytes/10") == content(10))
    }

    @Test func `ends all when it is shut down`() async throws {
        let fixture = try Fixture(connections: 2) { $0.stallLimit = .seconds(600) }
        let tasks = (0..<4).map { _ in Task { try await fixture.failure("/silent") } }
        while try await fixture.count(of: "/silent") < 2 {}
        fixture.client.shutdown()
        for task in tasks { #expect(try await task.value?.kind == .cancelled) }
        #expect(try await fixture.failure("/bytes/1")?.kind == .cancelled)
    }

    @Test func `ends its threads with itself`() async throws {
        weak var pool: TransferPool?
        do {
            let server = try FixtureServer()
            let client = OutboundClient(policy: .quick)
            pool = client.pool
            let url = try OutboundURL(server.address("/bytes/10"))
            #expect(try await client.send(OutboundRequest(.get, url), limit: 10).body == content(10))
        }
        while pool != nil { try await Task.sleep(for: .milliseconds(1)) }
    }
}

/// A port whose queue of connections is full, so that no further one is answered.
final class DeafListener: Sendable {
    let port: Int
    private let sockets: [Int32]

    init() throws {
        let stream = Int32(SOCK_STREAM.rawValue)
        let listener = socket(AF_INET, stream, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 0) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isBound)
        port = Int(UInt16(bigEndian: address.sin_port))
        var sockets = [listener]
        for _ in 0..<4 {
            let filler = socket(AF_INET, stream | Int32(SOCK_NONBLOCK.rawValue), 0)
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = connect(filler, $0, length) }
            }
            sockets.append(filler)
        }
        self.sockets = sockets
    }

    deinit { for socket in sockets { close(socket) } }

    /// Whether more connections than those of this object are being made to the port, as the kernel lists them.
    func hasPendingConnection() -> Bool {
        let digits = String(port, radix: 16, uppercase: true)
        let end = ":" + String(repeating: "0", count: 4 - digits.count) + digits
        guard let table = try? Sandbox.read("/proc/net/tcp") else { return false }
        // 02 is SYN_SENT: four are this object's at most, of which one or two are in the queue.
        let waiting = table.split(separator: "\n").filter { line in
            let words = line.split(separator: " ")
            return words.count > 3 && words[2].hasSuffix(end) && words[3] == "02"
        }
        return waiting.count > sockets.count - 3
    }
}
