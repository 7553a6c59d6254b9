import GitTypes
import TestSupport
import Testing

@testable import Outbound

/// Passwords, tokens and signatures in nothing that is shown.
@Suite struct SecretTests {
    private static let authorizations: [OutboundAuthorization] = [
        .basic(user: "ana", password: "hush"), .digest(user: "ana", password: "hush"), .bearer(token: "hush"),
        .aws(
            AWSCredentials(accessKeyID: "hush", secretAccessKey: "hush", sessionToken: "hush"), region: "eu-west-1",
            service: "s3"),
    ]

    /// All ways in which a value may be shown.
    private func shown(_ value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        dump([value], to: &dumped)
        return "\(value)" + String(reflecting: value) + "\([value])" + "\(Optional.some(value) as Any)" + dumped
    }

    @Test(arguments: authorizations)
    func `no description shows a secret`(authorization: OutboundAuthorization) async throws {
        let url = try OutboundURL("https://ana:hush@h.example/path?X-Amz-Signature=hush&token=hush#hush")
        var request = OutboundRequest(
            .post, url, headers: ["X-Key": "hush"], body: Array("hush".utf8), authorization: authorization)
        request.headers.append("Cookie", "hush")
        let environment = ["https_proxy": "http://u:hush@proxy:1", "CURL_CA_BUNDLE": "/x"]
        let policy = OutboundPolicy(userAgent: "git-model/1", environment: environment)
        let plan = Transfer.Plan(
            method: .get, url: url, headers: request.headers, body: [], authorization: authorization,
            refusesPrivate: false)
        for value in [url, request, request.headers, authorization, url.authorization, policy, plan] as [Any] {
            #expect(!shown(value).contains("hush"), "\(type(of: value)): \(shown(value))")
        }
        #expect("\(url)" == "https://h.example/path?***")
        #expect("\(request)" == "POST https://h.example/path?***")
    }

    @Test(arguments: authorizations)
    func `no error shows a secret`(authorization: OutboundAuthorization) async throws {
        let fixture = try Fixture {
            $0.attempts = 1
            $0.requestTimeLimit = .milliseconds(500)
        }
        let port = fixture.server.port
        for route in [
            "/status/403?hush", "/status/500?k=hush", "/redirect?to=ftp://hush/", "/redirect?to=http://a:hush@%00/",
            "/loop?hush", "/gzip/9?hush", "/nothttp?hush", "/bigheaders/200?hush", "/endless?hush", "/silent?hush",
            "/drop/times/9?hush", "/short/9?hush",
        ] {
            let url = try OutboundURL("http://ana:hush@127.0.0.1:\(port)\(route)")
            let request = OutboundRequest(.get, url, headers: ["X-Key": "hush"], authorization: authorization)
            let error = try #require(await fixture.failure(request, limit: 1000), "\(route)")
            #expect(!shown(error).contains("hush"), "\(route): \(shown(error))")
            #expect(!shown(error.failure as Any).contains("hush"))
        }
        for address in [
            "http://nowhere.invalid/?hush", "https://127.0.0.1:\(port)/?hush", "http://169.254.169.254/?hush",
        ] {
            let request = OutboundRequest(.get, try OutboundURL(address), authorization: authorization)
            let error = try #require(await fixture.failure(request))
            #expect(!shown(error).contains("hush"))
        }
    }

    @Test func `a proxy's password is not shown`() async throws {
        let environment = ["http_proxy": "http://ana:hush@127.0.0.1:1"]
        var policy = OutboundPolicy(userAgent: "x", environment: environment)
        policy.attempts = 1
        await #expect {
            _ = try await OutboundClient(policy: policy).send(
                OutboundRequest(.get, try OutboundURL("http://models.example/")), limit: 1)
        } throws: { ($0 as? OutboundError)?.kind == .unreachable && !"\($0)".contains("hush") }
    }

    @Test(arguments: ["https://ana:hush@h:x/", "ftp://ana:hush@h/", "https://ana:hush@/", "http://h/\u{1B}?k=hush"])
    func `an address that is none is not shown either`(text: String) {
        #expect { _ = try OutboundURL(text) } throws: { !"\($0)".contains("hush") && !"\($0)".contains("\u{1B}") }
    }

    @Test(arguments: ["a\r\nX-Evil: 1", "a\nb", "a\0b", "a\u{7F}"])
    func `nothing ends a line of the head`(value: String) async throws {
        let fixture = try Fixture()
        var request = try fixture.request("/echo")
        request.headers = ["X-Key": value]
        #expect(await fixture.failure(request)?.kind == .malformed)
        request.headers = ["X: 1\r\nX-Evil": "1"]
        #expect(await fixture.failure(request)?.kind == .malformed)
        request.headers = [:]
        for authorization in [OutboundAuthorization.bearer(token: value), .basic(user: value, password: "p")] {
            request.authorization = authorization
            #expect(await fixture.failure(request)?.kind == .malformed)
        }
    }
}
