/// The address of a remote repository, which never prints its password.
///
/// Accepted are the transports that run no program of the address's choosing: `https`, `http`, `ssh`, `git`, `file`,
/// and the short form `user@host:path`. `ext::` and other helper transports are refused.
public struct GitURL: Hashable, Sendable, CustomStringConvertible {
    /// The address as it is given to `git`, secrets included. Never print it.
    public let secret: String
    /// The transport in lower case; `ssh` for the short form.
    public let scheme: String

    /// The transports that are accepted.
    public static let schemes = ["https", "http", "ssh", "git", "file"]

    /// Checks an address that a person gave.
    /// - Throws: ``MalformedValue`` where it is none, uses another transport, or could be taken for an option.
    public init(_ text: some StringProtocol) throws(MalformedValue) {
        let text = String(text)
        func refuse(_ rule: String) -> MalformedValue {
            MalformedValue(expected: "repository URL", value: Self.redact(text), rule: rule)
        }
        if text.isEmpty { throw refuse("it is empty") }
        if text.utf8.count > 8192 { throw refuse("it is longer than 8192 bytes") }
        if text.hasPrefix("-") { throw refuse("it starts with '-'") }
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { throw refuse("it holds a control character") }
        if text.hasJoinedDelimiter { throw refuse("it holds a mark that is joined to a delimiter") }
        if let separator = text.firstRange(of: "://") {
            let scheme = text[..<separator.lowerBound].lowercased()
            guard Self.schemes.contains(scheme) else {
                throw refuse("the transport is not one of \(Self.schemes.joined(separator: ", "))")
            }
            let rest = text[separator.upperBound...]
            let host = rest.prefix { $0 != "/" }.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
            if scheme != "file", host.isEmpty { throw refuse("it has no host") }
            if host.hasPrefix("-") || rest.hasPrefix("-") { throw refuse("the host starts with '-'") }
            self.scheme = scheme
        } else {
            guard let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/"), colon != text.startIndex else {
                throw refuse("it is neither a folder that exists nor an address")
            }
            if text[colon...].hasPrefix("::") { throw refuse("helper transports are not used") }
            let host = text[..<colon].split(separator: "@", omittingEmptySubsequences: false).last ?? ""
            if host.isEmpty || host.hasPrefix("-") || text[text.index(after: colon)...].hasPrefix("-") {
                throw refuse("the host or the path starts with '-' or is empty")
            }
            self.scheme = "ssh"
        }
        self.secret = text
    }

    /// The address with `***` in place of a password or token.
    public var description: String { Self.redact(secret) }

    /// Replaces whatever stands before the `@` of each address in a text, unless it is a bare user name of SSH.
    ///
    /// `https://ana:token@host/x` becomes `https://***@host/x`; a query's values become `***`.
    public static func redact(_ text: String) -> String {
        guard text.contains("://") else { return text }
        var result = ""
        var rest = text[...]
        while let separator = rest.firstRange(of: "://") {
            result += rest[..<separator.upperBound]
            let isSSH = result.hasSuffix("ssh://")
            rest = rest[separator.upperBound...]
            let authority = rest.prefix { !" /?#'\"\n\t".contains($0) }
            if let at = authority.lastIndex(of: "@") {
                let user = authority[..<at]
                result += isSSH && !user.contains(":") ? user : "***"
                rest = rest[at...]
            }
            let address = rest.prefix { !" '\"\n\t".contains($0) }
            if let query = address.firstIndex(of: "?") {
                result += address[...query] + "***"
                rest = rest[address.endIndex...]
            }
        }
        return result + rest
    }
}
