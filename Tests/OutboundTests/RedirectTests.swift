import GitTypes
import TestSupport
import Testing

@testable import Outbound

/// Where a redirect may lead, and what goes along.
@Suite struct RedirectTests {
    /// What the server was sent.
    private func echo(_ fixture: Fixture, _ request: OutboundRequest) async throws -> String {
        String(decoding: try await fixture.client.send(request, limit: 10_000).body, as: UTF8.self)
    }

    private let secrets: OutboundHeaders = [
        "Cookie": "key=hush", "X-Api-Key": "hush", "Proxy-Authorization": "hush", "Accept": "text/plain",
    ]

    @Test(arguments: [301, 302, 303, 307, 308])
    func `follows with everything on the same server`(status: Int) async throws {
        let fixture = try Fixture()
        var request = try fixture.request("/redirect?status=\(status)&to=echo")
        request.headers = secrets
        request.authorization = .bearer(token: "hush")
        let said = try await echo(fixture, request)
        #expect(said.contains("Bearer hush") && said.contains("key=hush") && said.contains("\"/echo\""))
    }

    @Test func `leaves secrets behind on the way to another server`() async throws {
        let fixture = try Fixture()
        let other = try FixtureServer()
        for authorization in [
            OutboundAuthorization.bearer(token: "hush"), .basic(user: "ana", password: "hush"),
            .aws(
                AWSCredentials(accessKeyID: "hush", secretAccessKey: "s", sessionToken: "hush"), region: "r",
                service: "s3"),
        ] {
            var request = try fixture.request("/redirect?to=\(other.address("/echo"))")
            request.headers = secrets
            request.authorization = authorization
            let said = try await echo(fixture, request)
            #expect(!said.contains("hush") && !said.contains("uthorization"))
            #expect(said.contains("text/plain") && said.contains("git-model/test"))
            #expect(!said.lowercased().contains("cookie"))
        }
        // User and password in the first address are its own, those in the second are not used.
        let address =
            "http://ana:hush@127.0.0.1:\(fixture.server.port)/redirect?to=http://eve:pw@127.0.0.1:\(other.port)/echo"
        let said = try await echo(fixture, OutboundRequest(.get, try OutboundURL(address)))
        #expect(!said.lowercased().contains("authorization"))
    }

    @Test(arguments: [
        "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "scp://h/x", "javascript:1", "http://",
        "http://h:99999/",
    ])
    func `goes to no other scheme`(location: String) async throws {
        #expect(try await Fixture().failure("/redirect?to=\(location)")?.kind == .redirectRefused)
    }

    @Test func `goes from https to http never, the other way always`() throws {
        let plan = { (text: String) throws in
            Transfer.Plan(
                method: .get, url: try OutboundURL(text), headers: [:], body: [], authorization: .bearer(token: "t"),
                refusesPrivate: true)
        }
        #expect(Follower.redirected(try plan("https://h/"), status: 302, to: "http://h/") == nil)
        #expect(Follower.redirected(try plan("https://h/"), status: 302, to: "//g/x")?.url.scheme == "https")
        let up = try #require(Follower.redirected(try plan("http://h/"), status: 302, to: "https://h/"))
        #expect(up.authorization == .none && up.refusesPrivate)
        #expect(
            Follower.redirected(try plan("http://h:8080/"), status: 302, to: "http://h/")?.authorization == .some(.none)
        )
    }

    @Test func `follows five and no more`() async throws {
        let fixture = try Fixture()
        #expect(try await fixture.failure("/loop")?.kind == .tooManyRedirects)
        #expect(try await fixture.count(of: "/loop") == 6)
        let none = try Fixture { $0.mostRedirects = 0 }
        #expect(try await none.failure("/redirect?to=/echo")?.kind == .tooManyRedirects)
    }

    @Test func `sends a body again to the same server only`() async throws {
        let fixture = try Fixture()
        let other = try FixtureServer()
        var request = try fixture.request("/redirect?status=307&to=/echo")
        request.method = .post
        request.body = Array("body".utf8)
        var said = try await echo(fixture, request)
        #expect(said.contains("POST") && said.contains("\"body\": \"body\""))
        request.url = try fixture.request("/redirect?status=303&to=/echo").url
        said = try await echo(fixture, request)
        #expect(said.contains("GET") && said.contains("\"body\": \"\""))
        request.url = try fixture.request("/redirect?status=307&to=\(other.address("/echo", host: "localhost"))").url
        #expect(await fixture.failure(request)?.kind == .redirectRefused)
    }

    @Test func `continues a cut download through the redirect`() async throws {
        let fixture = try Fixture()
        let (bytes, result) = try await fixture.download("/redirect?to=/cut/1000/at/300")
        #expect(bytes == content(1000) && result.error == nil)
        #expect(try result.get().url.path == "/cut/1000/at/300")
    }
}

/// Redirects into this machine's own network. The first server's address counts as a public one.
@Suite struct PrivateAddressTests {
    private func makeFixture() throws -> Fixture {
        try Fixture {
            $0.treatedAsPublic = ["127.0.0.1"]
            $0.resolves = [
                "models.example": "127.0.0.1", "inside.example": "127.0.0.2", "cloud.example": "169.254.169.254",
            ]
        }
    }

    @Test(arguments: [
        "127.0.0.2", "inside.example", "localhost", "localhost.", "x.localhost", "[::1]", "[::ffff:127.0.0.2]",
        "[::ffff:7f00:2]", "[::127.0.0.2]", "[64:ff9b::7f00:2]", "[2002:7f00:2::]", "2130706434", "0x7f000002",
        "0177.0.0.2", "127.2", "0.0.0.0", "[::]", "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "[fe80::1]", "[fd00::1]", "[ff02::1]", "169.254.169.254", "cloud.example",
        "metadata.google.internal", "[fd00:ec2::254]",
    ])
    func `a redirect does not lead there`(host: String) async throws {
        let fixture = try makeFixture()
        // A connection to that address is there already, and must not be used either.
        let direct = OutboundRequest(.get, try OutboundURL(fixture.server.address("/echo", host: host)))
        _ = await fixture.failure(direct)
        let location = fixture.server.address("/echo", host: host)
        let request = try fixture.request("/redirect?to=\(location)", host: "models.example")
        let error = await fixture.failure(request)
        #expect(error?.kind == .privateAddress, "\(host): \(error.map(\.description) ?? "answered")")
    }

    @Test func `a kept connection does not lead there`() async throws {
        let server = try FixtureServer("http_fixture.py", "--address", "0.0.0.0")
        var policy = OutboundPolicy.quick
        policy.treatedAsPublic = ["127.0.0.1"]
        policy.resolves = ["inside.example": "127.0.0.2"]
        let client = OutboundClient(policy: policy, connections: 1)
        let inside = server.address("/echo", host: "inside.example")
        _ = try await client.send(OutboundRequest(.get, try OutboundURL(inside)), limit: 1000)
        let request = OutboundRequest(.get, try OutboundURL(server.address("/redirect?to=\(inside)")))
        await #expect { _ = try await client.send(request, limit: 1000) } throws: {
            ($0 as? OutboundError)?.kind == .privateAddress
        }
        let url = try OutboundURL(server.address("/count?of=/echo"))
        #expect(try await client.send(OutboundRequest(.get, url), limit: 9).body == Array("1".utf8))
    }

    @Test func `a private server may lead to another, a public one to a public one`() async throws {
        let server = try FixtureServer("http_fixture.py", "--address", "0.0.0.0")
        var policy = OutboundPolicy.quick
        let route = "/redirect?to=\(server.address("/bytes/9", host: "127.0.0.2"))"
        let request = OutboundRequest(.get, try OutboundURL(server.address(route)))
        #expect(try await OutboundClient(policy: policy).send(request, limit: 9).body == content(9))
        policy.treatedAsPublic = ["127.0.0.1", "127.0.0.2"]
        #expect(try await OutboundClient(policy: policy).send(request, limit: 9).body == content(9))
    }

    @Test(arguments: [
        "169.254.169.254", "169.254.1.1", "cloud.example", "[::ffff:169.254.169.254]", "2852039166", "0xa9fea9fe",
        "[fd00:ec2::254]", "[fd20:ce::254]", "metadata.google.internal", "METADATA.google.internal.",
        "[64:ff9b::a9fe:a9fe]",
    ])
    func `the services that hand out keys are never asked`(host: String) async throws {
        let error = try await makeFixture().failure(try makeFixture().request("/echo", host: host))
        #expect(error?.kind == .privateAddress)
    }

    @Test func `knows what is public`() throws {
        for text in ["8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "2606:4700::1111", "64:ff9b::808:808"] {
            let address = try #require(IPAddress(text))
            #expect(!address.isPrivate && !address.isMetadata, "\(text)")
        }
        #expect(try #require(IPAddress("169.254.0.1")).isMetadata)
        for text in ["", "1.2.3", "1.2.3.4.5", "::g", "[::1]", "1.2.3.4/8"] { #expect(IPAddress(text) == nil) }
    }
}
