import GitTypes
import TestSupport
import Testing

@testable import Outbound

/// What happens where libcurl is not installed. It is looked for once, so each test has a process of its own.
@Suite struct LibraryMissingTests {
    @Test func `a request says that libcurl is missing`() async {
        await #expect(processExitsWith: .success) {
            Self.hideLibrary()
            let url = try OutboundURL("https://ana:hidden@example.org/m.bin?key=hidden")
            let client = OutboundClient(policy: OutboundPolicy(userAgent: "test"))
            let error = await #expect(throws: OutboundError.self) {
                try await client.send(OutboundRequest(.get, url), limit: 1)
            }
            #expect(error?.kind == .libraryMissing && error?.isTransient == false)
            let description = error?.description ?? ""
            let begin = "https://example.org/m.bin?*** cannot be asked without libcurl 7.81 or newer (libcurl.so.4: "
            #expect(description.hasPrefix(begin), "\(description)")
        }
    }

    @Test func `addresses are still made of others`() async {
        await #expect(processExitsWith: .success) {
            Self.hideLibrary()
            let root = try OutboundURL("https://s3.example.org")
            let object = try root.appending(path: ["a b", "c"]).with(query: [("x", "1")])
            #expect(object.description == "https://s3.example.org:443/a%20b/c?***" && object.hasSameOrigin(as: root))
            #expect(throws: MalformedValue.self) { try OutboundURL("ftp://example.org/") }
        }
    }

    @Test(arguments: [
        "https://Example.COM/a%20b?x=1#f", "http://[::1]:8080", "http://[::1]/", "https://h/a/../b//c", "http://h?q=/@",
        "HTTP://h:81/a?b?c", "https://h:443/", "https://u:p@h/@?", "https://h#f/",
    ])
    func `names an address as libcurl reads it`(text: String) throws {
        let named = try OutboundURL.named(text)
        let read = try OutboundURL(text)
        #expect(named.scheme == read.scheme && named.host == read.host && named.port == read.port)
        #expect(named.path == read.path && named.query == read.query && named.authorization == .none)
    }

    @Test(arguments: [
        "", "h", "ftp://h/", "://h/", "http://", "http:///a", "http://u@/", "http://:80/", "http://h:/", "http://h:0/",
        "http://h:65536/", "http://h:x/", "http://-h/", "http://?", "http://#",
    ])
    func `refuses to name what is no address`(text: String) {
        #expect(throws: MalformedValue.self) { try OutboundURL.named(text) }
    }

    /// Has libcurl looked for while no file can be opened.
    private static func hideLibrary() {
        whileNoFileOpens { _ = try? OutboundURL("http://h/") }
    }
}
