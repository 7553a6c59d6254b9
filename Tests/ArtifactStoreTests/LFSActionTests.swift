import Outbound
import RegistryCore
import Testing

@testable import ArtifactStore

/// Whose user and password go along with the download of an object (`docs/api/batch.md` of git-lfs).
@Suite struct LFSActionTests {
    private let oid = String(repeating: "ab", count: 32)

    private func sharesLogin(_ fields: String, href: String) throws -> Bool? {
        let endpoint = try OutboundURL("http://host:8080/team/models.git/info/lfs")
        let text =
            #"{"objects": [{"oid": "\#(oid)", "size": 1, \#(fields) "actions": {"download": {"href": "\#(href)"}}}]}"#
        let server = LFSServer(
            endpoint, headers: [:], client: OutboundClient(policy: OutboundPolicy(userAgent: "test")),
            credentials: { _ in nil }, objects: [])
        guard case .action(let action)? = try LFSBatch.answers(Array(text.utf8), from: endpoint)[oid] else {
            return nil
        }
        return server.sharesLogin(with: action)
    }

    @Test(arguments: ["", #""authenticated": false,"#])
    func `the server's own addresses get them`(fields: String) throws {
        #expect(try sharesLogin(fields, href: "http://host:8080/objects/1") == true)
    }

    @Test(arguments: ["http://host:8081/objects/1", "https://host:8080/objects/1", "http://other:8080/objects/1"])
    func `others do not`(href: String) throws {
        #expect(try sharesLogin("", href: href) == false)
    }

    @Test func `an address that lets in by itself does not`() throws {
        #expect(try sharesLogin(#""authenticated": true,"#, href: "http://host:8080/objects/1?jwt=token") == false)
    }
}
