import GitTypes
import Synchronization
import Testing

@testable import Outbound

/// Bytes that come in full, in part, or without an end.
@Suite struct DownloadTests {
    @Test func `hands a content over as it is`() async throws {
        let fixture = try Fixture()
        let (bytes, result) = try await fixture.download("/bytes/300000")
        #expect(bytes == content(300_000))
        let response = try result.get()
        #expect(response.status == 200 && response.byteCount == 300_000 && response.body.isEmpty)
        #expect(response.headers["ETag"] == "\"one\"")
        #expect(response.headers.fields.allSatisfy { $0.name == $0.name.lowercased() })
        #expect(try await fixture.get("/bytes/70000") == content(70_000))
        #expect(try await fixture.get("/bytes/0").isEmpty)
    }

    @Test func `goes on at any byte where the connection is cut`() async throws {
        let fixture = try Fixture()
        let whole = content(10_000)
        for number in 0..<100 {
            let offset = number < 3 ? number : 10_000 * number / 100 + number % 7
            let (bytes, result) = try await fixture.download("/cut/10000/at/\(offset)/once")
            #expect(bytes == whole, "cut at \(offset)")
            #expect(try result.get().byteCount == 10_000)
            #expect(try await fixture.count(of: "/cut/10000/at/\(offset)/once") == 2)
        }
    }

    @Test func `a server that gives out a byte at a time is not followed for ever`() async throws {
        let fixture = try Fixture()
        let (bytes, result) = try await fixture.download("/cut/100000/at/1")
        #expect(result.error?.kind == .cut, "\(String(describing: result.error))")
        #expect(bytes.count >= 50 && bytes.count <= 101)
    }

    @Test func `goes on as long as bytes come`() async throws {
        let fixture = try Fixture()
        let (bytes, result) = try await fixture.download("/cut/1000/at/37")
        #expect(bytes == content(1000))
        #expect(result.error == nil)
        #expect(try await fixture.count(of: "/cut/1000/at/37") == 28)
    }

    @Test func `gives up when nothing comes any more`() async throws {
        let fixture = try Fixture()
        let (bytes, result) = try await fixture.download("/cut/1000/at/0")
        #expect(bytes.isEmpty)
        #expect(result.error?.kind == .cut)
        #expect(try await fixture.count(of: "/cut/1000/at/0") == 4)
    }

    @Test func `goes on though the length is not known`() async throws {
        let fixture = try Fixture()
        let (bytes, result) = try await fixture.download("/unknown/1000/at/300")
        #expect(bytes == content(1000))
        #expect(try result.get().byteCount == 1000)
    }

    @Test func `does not join two contents`() async throws {
        let fixture = try Fixture()
        let (bytes, result) = try await fixture.download("/changing/1000/at/300")
        #expect(bytes == Array(content(1000).prefix(300)))
        #expect(result.error?.kind == .changed)
    }

    @Test func `does not take a whole content for its rest`() async throws {
        let fixture = try Fixture()
        let (bytes, result) = try await fixture.download("/short/1000")
        #expect(bytes == Array(content(1000).prefix(999)))
        #expect(result.error?.kind == .rangeIgnored)
    }

    @Test func `goes on when nothing comes for too long`() async throws {
        let fixture = try Fixture { $0.stallLimit = .seconds(1) }
        let (bytes, result) = try await fixture.download("/stall/500/once")
        #expect(bytes == content(1000))
        #expect(result.error == nil)
        let silent = try Fixture {
            $0.stallLimit = .seconds(1)
            $0.attempts = 1
        }
        #expect(try await silent.download("/silent").result.error?.kind == .timedOut)
    }

    @Test(arguments: ["/endless", "/huge"], [1, 4096, 100_000])
    func `ends at the limit`(route: String, limit: Int) async throws {
        let fixture = try Fixture()
        let (bytes, result) = try await fixture.download(route, limit: limit)
        #expect(result.error?.kind == .tooLong)
        // What says beforehand that it is too long is not begun.
        #expect(bytes.count == (route == "/huge" ? 0 : limit))
        #expect(try await fixture.failure(route, limit: limit)?.kind == .tooLong)
        #expect(try await fixture.count(of: route) == 2)
    }

    @Test func `takes exactly as many bytes as allowed`() async throws {
        let fixture = try Fixture()
        #expect(try await fixture.download("/bytes/1000", limit: 1000).bytes.count == 1000)
        #expect(try await fixture.download("/bytes/1000", limit: 999).result.error?.kind == .tooLong)
        #expect(try await fixture.download("/bytes/0", limit: 0).result.error == nil)
    }

    @Test func `asks for a part`() async throws {
        let fixture = try Fixture()
        var request = try fixture.request("/range/1000")
        request.offset = 100
        #expect(await fixture.download(request).bytes == Array(content(1000)[100...]))
        request.length = 50
        #expect(await fixture.download(request).bytes == Array(content(1000)[100..<150]))
        #expect(try await fixture.client.send(request, limit: 50).body == Array(content(1000)[100..<150]))
        request.offset = 0
        #expect(await fixture.download(request).bytes == Array(content(1000)[..<50]))
        request = try fixture.request("/cut/1000/at/7")
        request.offset = 100
        request.length = 50
        #expect(await fixture.download(request).bytes == Array(content(1000)[100..<150]))
    }

    @Test(arguments: ["/bytes/1000", "/wrongrange/1000", "/norange/1000"])
    func `takes no other part than asked for`(route: String) async throws {
        let fixture = try Fixture()
        var request = try fixture.request(route)
        request.offset = 100
        let (bytes, result) = await fixture.download(request)
        #expect(bytes.isEmpty)
        #expect(result.error?.kind == .rangeIgnored)
    }

    @Test func `takes no part that was not asked for`() async throws {
        #expect(try await Fixture().download("/wrongrange/1000").result.error?.kind == .rangeIgnored)
    }

    @Test func `takes nothing compressed`() async throws {
        let fixture = try Fixture()
        let (bytes, result) = try await fixture.download("/gzip/1000")
        #expect(bytes.isEmpty && result.error?.kind == .encoded)
        #expect(try await fixture.failure("/gzip/1000")?.kind == .encoded)
    }

    @Test func `ends when no more is wanted`() async throws {
        let fixture = try Fixture()
        let pieces = Mutex(0)
        await #expect {
            _ = try await fixture.client.download(fixture.request("/endless")) { _ in
                pieces.withLock { $0 += 1 }
                return pieces.withLock { $0 < 3 }
            }
        } throws: { ($0 as? OutboundError)?.kind == .stopped }
        #expect(pieces.withLock { $0 } == 3)
    }

    @Test(arguments: [1, 3, 8])
    func `does eight at a time on few threads`(connections: Int) async throws {
        let fixture = try Fixture(connections: connections)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 1...8 {
                group.addTask {
                    let (bytes, result) = try await fixture.download("/cut/\(number * 50_000)/at/30000")
                    return result.error == nil && bytes == content(number * 50_000)
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }
}
