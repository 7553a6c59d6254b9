import GitTypes
import Testing

@testable import Outbound

/// Signatures that others have computed.
@Suite struct AWSSignatureTests {
    /// What `Authorization` says behind `Signature=`.
    private func signature(
        _ address: String, method: OutboundRequest.Method = .get, headers: OutboundHeaders = [:], body: String = "",
        token: String? = nil, secret: String = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", region: String = "us-east-1",
        service: String = "s3", stamp: String = "20130524T000000Z"
    ) throws -> String {
        let plan = Transfer.Plan(
            method: method, url: try OutboundURL(address), headers: headers, body: Array(body.utf8),
            authorization: .none, refusesPrivate: false)
        let credentials = AWSCredentials(accessKeyID: "AKID", secretAccessKey: secret, sessionToken: token)
        let signer = AWSSignature(credentials: credentials, region: region, service: service)
        let fields = signer.headers(for: plan, at: AWSSignature.Moment(stamp: stamp))
        let value = try #require(fields.last { $0.name == "Authorization" }?.value)
        return String(value.split(separator: "Signature=").last ?? "")
    }

    /// Amazon S3 API Reference, "Signature Calculations for the Authorization Header", its examples without a body.
    @Test(arguments: [
        ("/test.txt", "bytes=0-9", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        ("/?lifecycle", nil, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("/?max-keys=2&prefix=J", nil, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
        ("/?prefix=J&max-keys=2", nil, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ])
    func `is that of Amazon's examples`(route: String, range: String?, expected: String) throws {
        let headers: OutboundHeaders = range.map { ["Range": $0] } ?? [:]
        #expect(try signature("https://examplebucket.s3.amazonaws.com\(route)", headers: headers) == expected)
    }

    /// From the test suite of Signature Version 4: get-vanilla, get-vanilla-query-order-key-case, post-vanilla.
    @Test(arguments: [
        (OutboundRequest.Method.get, "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        (.get, "/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        (.post, "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ])
    func `is that of the test suite`(method: OutboundRequest.Method, route: String, expected: String) throws {
        let value = try signature(
            "https://example.amazonaws.com\(route)", method: method, secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            service: "service", stamp: "20150830T123600Z")
        #expect(value == expected)
    }

    /// Computed by botocore 1.43 (`S3SigV4Auth`) for the names of objects that are hard to encode.
    @Test(
        arguments: [
            (["plain", "x"], nil, "b85a8838a3fd9c22fa6fb6574a90d503e6eb260c9808e81e419258d180954c03"),
            (["plain", "x"], "TOKEN+/= x", "7daf05d6256fe5cb05fe4e3df095dca582defb712e830048b036b057894cb87b"),
            (["a b", "c d"], nil, "25a9b691c0cef133a4df3fc666eb76ae04db8c723efcc44f8a08eef3a1a32a76"),
            (["a b", "c d"], "TOKEN+/= x", "56fd9edfa9337962d477db6f2e0f5844754dbcbb6ef1de13cf8cbc107f12fe45"),
            (["ünï", "ço"], nil, "0d273ec17671ec14a5fb37d06cfaac8ecad051d3e3a9fcf0ee8a49aa21f080d9"),
            (["ünï", "ço"], "TOKEN+/= x", "68822e5882039457f9a45d158867bfa703ac1f4c32077f2489b41460be5bb3d6"),
            (["p+q=r&s"], nil, "7262b55ca4c6738d100621cc1663d1a5a9e1b08eaa4b13345df9815c0db7de53"),
            (["p+q=r&s"], "TOKEN+/= x", "111ab88f88b2f9c4f2d316094fd7f40bee6d694a403277fa3b96343384e86068"),
            (["t~_-.!*'()"], nil, "a39495d595127c9b31d3776855d6ba806bd4fa39929bf8f1cc1dcfe60044362a"),
            (["t~_-.!*'()"], "TOKEN+/= x", "d642343983afe4625ca533b6f90ac09d1129b0060c16b3e119c719bfe129493e"),
            (["a", "", "b%2F"], nil, "5bc4a6ae213dce8fe5d25293ed778776011d6f044d4ffb62df1a15d7ad763ba1"),
            (["a", "", "b%2F"], "TOKEN+/= x", "5d1e477df0e31767517463c59250790518f9d9aafa2aad5e13d94897589e5a6b"),
            (["日本", "🎉 e\u{301}"], nil, "dd75146a9dd69fe0166ceb73c064d3fdbd54879e9c9e1f6b23ad0bf14666bb4f"),
            (["日本", "🎉 e\u{301}"], "TOKEN+/= x", "8bade9f8d30431176440090d249900957bc6804caaa0e965d6750482e56457c3"),
        ] as [([String], String?, String)])
    func `is botocore's for odd names`(components: [String], token: String?, expected: String) throws {
        let url = try OutboundURL("http://127.0.0.1:9000/bucket").appending(path: components)
        #expect(try signature(url.secret, token: token) == expected)
    }

    /// The same for queries.
    @Test(
        arguments: [
            (
                [("prefix", "a b/"), ("list-type", "2")],
                "23b55810ae257061afae574854a5c87f5986716aa8d6ca1f034e0cf2ebdefe62"
            ),
            (
                [("list-type", "2"), ("continuation-token", "1/+="), ("prefix", "ü&=+")],
                "bb0b861e410ca2a88467ea671732bdc4eb05865f663fbaf3b2b8d5b9a0598dfb"
            ),
            ([("acl", "")], "dfe463dabebf6be17e621f204eab5cb95e8ed5718c61c8512f4c5cb6ccad40e9"),
            ([("a", "2"), ("a", "1"), ("A", "3")], "9f2637026586386c73b0a8e8a9ee06ac4196c31cf06d1e18afc7ffcd5786b313"),
        ] as [([(String, String)], String)])
    func `is botocore's for odd queries`(items: [(String, String)], expected: String) throws {
        let url = try OutboundURL("http://127.0.0.1:9000/bucket").with(query: items.map { (name: $0.0, value: $0.1) })
        #expect(try signature(url.secret) == expected)
    }

    @Test func `is botocore's for a body`() throws {
        let value = try signature(
            "http://127.0.0.1:9000/bucket?delete", method: .post, headers: ["Content-Type": "text/xml"], body: "<x/>")
        #expect(value == "be813149d0bc520585c3f85a098761a015c1d9a1ef0acc0e64fec7523ed39ad9")
    }
}
