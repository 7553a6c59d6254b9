import RegistryCore
import Testing

@testable import ArtifactStore
@testable import Outbound

/// What is made of a server's refusal.
@Suite struct ServerRefusalTests {
    private func refusal(_ status: Int, _ code: String) throws -> RegistryError {
        let body = "<Error><Code>\(code)</Code><Message>No.</Message></Error>"
        let failure = OutboundError.Failure(status: status, headers: [:], body: Array(body.utf8))
        let error = OutboundError(.status(status), try OutboundURL("https://host/bucket/key"), failure: failure)
        return RegistryError(error, hasCredentials: true, credentialHints: ["aws configure"])
    }

    // Statuses and codes: "Error responses" of the API reference of Amazon S3.
    @Test(arguments: [
        (400, "ExpiredToken"), (400, "InvalidToken"), (400, "TokenRefreshRequired"), (403, "InvalidAccessKeyId"),
        (403, "SignatureDoesNotMatch"), (403, "AccessDenied"),
    ])
    func `keys that do not hold are told as that`(status: Int, code: String) throws {
        let error = try refusal(status, code)
        #expect(error.code == .accessDenied)
        #expect(error.message.contains(code))
        #expect(error.hints == ["aws configure"])
    }

    @Test func `another bad request is not about keys`() throws {
        #expect(try refusal(400, "InvalidArgument").code == .transferFailed)
    }
}
