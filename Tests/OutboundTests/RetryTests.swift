import GitTypes
import Synchronization
import TestSupport
import Testing

@testable import Outbound

/// What is tried again, how often, and what never is.
@Suite struct RetryTests {
    @Test(arguments: [408, 429, 500, 502, 503, 504])
    func `tries again what may pass`(status: Int) async throws {
        let fixture = try Fixture()
        let done = Array("done".utf8)
        #expect(try await fixture.get("/status/\(status)/times/3") == done)
        #expect(try await fixture.download("/status/\(status)/times/3?again").bytes == done)
        let error = try await fixture.failure("/status/\(status)")
        #expect(error?.kind == .status(status))
        #expect(try await fixture.count(of: "/status/\(status)") == 4)
    }

    @Test(arguments: [400, 401, 403, 404, 410, 416, 418, 501, 505, 300, 304])
    func `does not try again what will not`(status: Int) async throws {
        let fixture = try Fixture()
        let error = try #require(try await fixture.failure("/status/\(status)"))
        #expect(error.kind == .status(status))
        let failure = try #require(error.failure)
        #expect(failure.status == status)
        // There is no body with 304.
        let body = status == 304 ? "" : String(repeating: "status \(status) ", count: 1000)
        #expect(failure.body == Array(body.utf8.prefix(4096)))
        #expect(try await fixture.count(of: "/status/\(status)") == 1)
        #expect(try await fixture.download("/status/\(status)").result.error?.kind == .status(status))
    }

    @Test func `tries again where the connection ends without an answer`() async throws {
        let fixture = try Fixture()
        #expect(try await fixture.get("/drop/times/3") == Array("done".utf8))
        #expect(try await fixture.get("/cut/1000/at/300/once") == content(1000))
        #expect(try await fixture.failure("/short/1000")?.kind == .cut)
    }

    @Test func `sends a body twice only where the server did not take it`() async throws {
        let fixture = try Fixture()
        func post(_ route: String) throws -> OutboundRequest {
            var request = try fixture.request(route, method: .post)
            request.body = Array("x".utf8)
            return request
        }
        for status in [429, 503] {
            let response = try await fixture.client.send(post("/status/\(status)/times/2"), limit: 10)
            #expect(response.body == Array("done".utf8))
        }
        for route in ["/status/500/times/1", "/status/408/times/1", "/drop/times/1", "/short/10"] {
            // A connection is kept, which the server will close.
            _ = try await fixture.get("/bytes/1")
            #expect(await fixture.failure(try post(route)) != nil, "\(route)")
            #expect(try await fixture.count(of: route) == 1, "\(route)")
        }
        #expect(try await fixture.client.send(post("/echo"), limit: 1000).byteCount > 0)
    }

    @Test func `waits as long as the server asks, within bounds`() async throws {
        let fixture = try Fixture { $0.longestPause = .milliseconds(300) }
        let clock = ContinuousClock()
        let start = clock.now
        #expect(try await fixture.get("/status/429/times/1?retry=100000") == Array("done".utf8))
        #expect(clock.now - start >= .milliseconds(300))
        for odd in ["-1", "x", "", "99999999999999999999", "Wed,%2021%20Oct%202015%2007:28:00%20GMT"] {
            #expect(try await fixture.get("/status/429/times/1?retry=\(odd)") == Array("done".utf8))
        }
    }

    @Test func `says that there is no connection`() async throws {
        let closed = try FixtureServer().port
        let fixture = try Fixture { $0.attempts = 2 }
        let url = try OutboundURL("http://127.0.0.1:\(closed)/")
        for method in [OutboundRequest.Method.get, .post, .head] {
            #expect(await fixture.failure(OutboundRequest(method, url))?.kind == .unreachable)
        }
        let nowhere = try OutboundURL("http://nowhere.invalid/")
        #expect(await fixture.failure(OutboundRequest(.get, nowhere))?.kind == .unresolvedHost)
    }

    @Test func `ends a request that lasts too long`() async throws {
        let fixture = try Fixture {
            $0.requestTimeLimit = .milliseconds(300)
            $0.attempts = 1
        }
        #expect(try await fixture.failure("/slow/100000")?.kind == .timedOut)
    }

    @Test(arguments: ["/bigheaders/101", "/longheader/70000", "/bigheaders/5000", "/longstatus/70000", "/nothttp"])
    func `reads no more of a head than it may`(route: String) async throws {
        #expect(try await Fixture().failure(route)?.kind == .malformed)
    }

    @Test(arguments: ["/bigheaders/90", "/longheader/60000"])
    func `reads a head within bounds`(route: String) async throws {
        #expect(try await Fixture().get(route) == Array("x".utf8))
    }

    @Test func `asks for a head alone`() async throws {
        let fixture = try Fixture()
        var request = try fixture.request("/bytes/1000")
        request.method = .head
        let response = try await fixture.client.send(request, limit: 0)
        #expect(response.body.isEmpty && response.headers["content-length"] == "1000")
    }
}
