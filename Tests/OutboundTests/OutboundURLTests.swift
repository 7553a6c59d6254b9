import GitTypes
import Testing

@testable import Outbound

@Suite struct OutboundURLTests {
    @Test(arguments: [
        ("https://Example.COM/a%20b?x=1#f", "https", "example.com", 443, "/a%20b", "x=1"),
        ("http://[::1]:8080", "http", "::1", 8080, "/", nil),
        ("http://0x7f000001/", "http", "127.0.0.1", 80, "/", nil),
        ("https://h/a/../b//c", "https", "h", 443, "/a/../b//c", nil),
    ])
    func `reads an address`(
        text: String, scheme: String, host: String, port: Int, path: String, query: String?
    ) throws {
        let url = try OutboundURL(text)
        #expect(url.scheme == scheme && url.host == host && url.port == port)
        #expect(url.path == path && url.query == query)
    }
}
