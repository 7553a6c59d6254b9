import GitTypes
import TestSupport
import Testing

@testable import Outbound

/// Whom a client trusts.
@Suite struct TLSTests {
    @Test func `trusts the certificates that it is told to, for their hosts`() async throws {
        let sandbox = Sandbox()
        try sandbox.succeed(
            """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out certificate -days 30 \
            -subj /CN=models.example -addext subjectAltName=DNS:models.example 2>/dev/null
            """)
        let certificate = "\(sandbox.path)/certificate"
        let server = try FixtureServer("http_fixture.py", "--tls", certificate, "\(sandbox.path)/key")
        let outcome = { (host: String, environment: [String: String], verifies: Bool) async throws in
            var policy = OutboundPolicy.quick
            policy.caFile = OutboundPolicy(userAgent: "x", environment: environment).caFile
            policy.verifiesTLS = verifies
            policy.attempts = 2
            policy.resolves = ["models.example": "127.0.0.1", "other.example": "127.0.0.1"]
            let url = try OutboundURL(server.address("/bytes/9", host: host, scheme: "https"))
            do throws(OutboundError) {
                _ = try await OutboundClient(policy: policy).send(OutboundRequest(.get, url), limit: 9)
                return OutboundError.Kind?.none
            } catch {
                return error.kind
            }
        }
        #expect(try await outcome("models.example", [:], true) == .tls)
        #expect(try await outcome("models.example", ["SSL_CERT_FILE": certificate], true) == nil)
        #expect(try await outcome("models.example", ["CURL_CA_BUNDLE": certificate], true) == nil)
        #expect(try await outcome("other.example", ["CURL_CA_BUNDLE": certificate], true) == .tls)
        #expect(try await outcome("models.example", ["CURL_CA_BUNDLE": "/nonexistent"], true) == .tls)
        #expect(try await outcome("other.example", [:], false) == nil)
        // One that speaks no TLS.
        let plain = try FixtureServer()
        var policy = OutboundPolicy.quick
        policy.attempts = 2
        let url = try OutboundURL(plain.address("/", scheme: "https"))
        await #expect {
            _ = try await OutboundClient(policy: policy).send(OutboundRequest(.get, url), limit: 9)
        } throws: {
            ($0 as? OutboundError)?.kind == .tls
        }
    }
}
