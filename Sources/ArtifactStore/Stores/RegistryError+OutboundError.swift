import GitTypes
import Outbound
import RegistryCore

extension RegistryError {
    /// What a person is told of a request that failed.
    /// - Parameters:
    ///   - hasCredentials: whether the server was told who asks.
    ///   - credentialHints: what mends missing or wrong credentials.
    init(_ error: OutboundError, hasCredentials: Bool, credentialHints: [String] = []) {
        let subject = error.url.description
        let reason = error.failure.flatMap { ServerReason($0) }
        func make(_ code: ErrorCode, _ message: String, _ hints: [String]) -> RegistryError {
            RegistryError(
                code, message + (reason.map { ": \($0.text)" } ?? ""), subject: subject, hints: hints,
                underlying: error.detail.isEmpty ? nil : error.detail)
        }
        let again = "run the same command again"
        switch error.kind {
        case .status(404), .status(410):
            self = make(.objectNotFound, "\(error.url) is not there", [])
        case .status(416):
            // What was left of an earlier download is as long as it, or longer.
            self = make(.digestMismatch, "\(error.url) ends before the byte that was asked for", [again])
        case .status(401):
            self =
                hasCredentials
                ? make(.accessDenied, "\(error.url) does not accept the credentials", credentialHints)
                : make(.credentialsMissing, "\(error.url) asks for credentials", credentialHints)
        case .status(403):
            self = make(
                hasCredentials ? .accessDenied : .credentialsMissing,
                "\(error.url) refuses to be read" + (hasCredentials ? "" : " without credentials"), credentialHints)
        // S3 has other statuses than 401 for keys that do not hold.
        case .status(400) where reason?.isAboutCredentials == true:
            self = make(.accessDenied, "\(error.url) does not accept the credentials", credentialHints)
        case .unresolvedHost, .unreachable, .timedOut:
            self = make(.remoteUnreachable, error.description, [again, "check the network, and http_proxy"])
        case .tls:
            self = make(
                .remoteUnreachable, error.description,
                ["SSL_CERT_FILE=FILE names the certificate authority of a private server"])
        case .libraryMissing:
            self = make(.programMissing, error.description, ["apt install libcurl4"])
        case .redirectRefused, .tooManyRedirects, .privateAddress:
            self = make(.addressRefused, error.description, ["write the final address into the configuration"])
        case .cancelled:
            self = RegistryError(.inputOutput, "interrupted: \(error.description)", subject: subject)
        case .tooLong:
            self = make(.digestMismatch, error.description, ["look at what the server sends"])
        case .status, .cut, .rangeIgnored, .changed, .encoded, .malformed, .stopped:
            self = make(.transferFailed, error.description, [again])
        }
    }
}

/// What a server says about a failure, as far as it can be told to a person.
private struct ServerReason {
    let text: String
    private let code: String?

    /// Whether it is the credentials that the server minds, by the codes of S3.
    var isAboutCredentials: Bool {
        let codes = ["ExpiredToken", "InvalidToken", "TokenRefreshRequired", "InvalidAccessKeyId"]
        return code.map { codes.contains($0) } ?? false
    }

    /// - Parameter failure: a body of JSON with a `message`, as Git LFS has it, or of XML with `Code` and `Message`, as
    ///   S3 has it.
    init?(_ failure: OutboundError.Failure) {
        let body = String(decoding: failure.body, as: UTF8.self)
        let code = Self.between("<Code>", "</Code>", in: body)
        let message = Self.between("<Message>", "</Message>", in: body) ?? Self.jsonMessage(body)
        let text = [code, message].compactMap { $0 }.joined(separator: ", ")
        if text.isEmpty { return nil }
        self.code = code
        self.text = GitURL.redact(String(text.prefix(300)))
    }

    private static func between(_ start: String, _ end: String, in text: String) -> String? {
        guard let from = text.firstRange(of: start) else { return nil }
        let rest = text[from.upperBound...]
        return rest.firstRange(of: end).map { String(rest[..<$0.lowerBound]) }
    }

    private static func jsonMessage(_ text: String) -> String? {
        guard text.first == "{", let from = text.firstRange(of: "\"message\"") else { return nil }
        let rest = text[from.upperBound...].drop { $0 == ":" || $0 == " " }
        guard rest.first == "\"" else { return nil }
        return String(rest.dropFirst().prefix { $0 != "\"" })
    }
}
