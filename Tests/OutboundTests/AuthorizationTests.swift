import GitTypes
import TestSupport
import Testing

@testable import Outbound

@Suite struct AuthorizationTests {
    @Test func `proves who it is`() async throws {
        let fixture = try Fixture()
        for (route, authorization) in [
            ("/auth/basic", OutboundAuthorization.basic(user: "ana", password: "pass word:ü")),
            ("/auth/digest", .digest(user: "ana", password: "pass word:ü")),
        ] {
            var request = try fixture.request(route)
            #expect(await fixture.failure(request)?.kind == .status(401))
            request.authorization = authorization
            #expect(try await fixture.client.send(request, limit: 4).body == Array("done".utf8))
            #expect(await fixture.download(request, limit: 4).bytes == Array("done".utf8))
        }
        var request = try fixture.request("/auth/digest")
        request.authorization = .digest(user: "ana", password: "wrong")
        #expect(await fixture.failure(request)?.kind == .status(401))
        let address = "http://ana:pass%20word%3A%C3%BC@127.0.0.1:\(fixture.server.port)/auth/basic"
        let response = try await fixture.client.send(OutboundRequest(.get, try OutboundURL(address)), limit: 4)
        #expect(response.body == Array("done".utf8))
    }

    @Test func `sends what it is told and nothing of its own`() async throws {
        let fixture = try Fixture()
        var request = try fixture.request("/echo")
        request.method = .post
        request.body = Array("{\"a\": 1}".utf8)
        request.headers = ["Content-Type": "application/vnd.git-lfs+json", "Accept": "x/y"]
        request.authorization = .bearer(token: "t0ken")
        let said = String(decoding: try await fixture.client.send(request, limit: 1000).body, as: UTF8.self)
        let port = fixture.server.port
        #expect(
            said == """
                {"method": "POST", "path": "/echo", "headers": {"host": "127.0.0.1:\(port)", \
                "content-type": "application/vnd.git-lfs+json", "accept": "x/y", "user-agent": "git-model/test", \
                "accept-encoding": "identity", "authorization": "Bearer t0ken", "content-length": "8"}, \
                "body": "{\\"a\\": 1}"}
                """)
    }
}

@Suite struct ProxyTests {
    @Test(arguments: [
        ("https://h.example/", "S"), ("http://h.example/", "H"), ("http://in.corp/", nil),
        ("http://a.in.corp:80/", nil),
        ("http://xin.corp/", "H"), ("http://10.1.2.3/", nil), ("http://11.1.2.3/", "H"), ("http://[::1]/", nil),
        ("http://dot.corp/", nil), ("http://x.dot.corp/", nil), ("http://port.corp:81/", nil),
        ("http://port.corp/", "H"),
        ("http://IN.corp./", nil), ("http://127.0.0.1/", nil), ("http://1.127.0.0.1.example/", "H"),
    ])
    func `is the one that the environment names`(address: String, proxy: String?) throws {
        let proxies = OutboundProxies(environment: [
            "https_proxy": "S", "http_proxy": "H", "HTTP_PROXY": "never", "HTTPS_PROXY": "later",
            "no_proxy": "in.corp, .dot.corp,10.0.0.0/8,[::1],port.corp:81 127.0.0.1",
        ])
        #expect(proxies.proxy(for: try OutboundURL(address)) == proxy)
    }

    @Test func `may be none, or for all`() throws {
        let url = try OutboundURL("http://h/")
        #expect(OutboundProxies().proxy(for: url) == nil)
        #expect(OutboundProxies(environment: ["HTTP_PROXY": "x"]).proxy(for: url) == nil)
        #expect(OutboundProxies(environment: ["ALL_PROXY": "x", "no_proxy": ""]).proxy(for: url) == "x")
        #expect(OutboundProxies(environment: ["all_proxy": "x", "NO_PROXY": "*"]).proxy(for: url) == nil)
    }

    @Test func `is asked, and its private address is no matter`() async throws {
        let proxy = try FixtureServer()
        let environment = ["http_proxy": "http://127.0.0.1:\(proxy.port)"]
        var policy = OutboundPolicy(userAgent: "x", environment: environment)
        policy.attempts = 1
        let client = OutboundClient(policy: policy)
        // The server answers as if it were the one that is asked.
        let url = try OutboundURL("http://models.example/x")
        await #expect { _ = try await client.send(OutboundRequest(.get, url), limit: 9) } throws: {
            ($0 as? OutboundError)?.kind == .status(404)
        }
        for host in ["169.254.169.254", "metadata.google.internal", "[fd00:ec2::254]"] {
            let url = try OutboundURL("http://\(host)/latest")
            await #expect { _ = try await client.send(OutboundRequest(.get, url), limit: 9) } throws: {
                ($0 as? OutboundError)?.kind == .privateAddress
            }
        }
    }
}
