public import GitTypes

/// An `http` or `https` address, whose description shows neither password nor the values of its query.
///
/// It is read by libcurl, so what is checked here is what is asked for later.
public struct OutboundURL: Hashable, Sendable {
    /// The address as it is sent: without user, password and fragment, but with the query, which may hold secrets.
    public let secret: String
    /// `http` or `https`.
    public let scheme: String
    /// The host in lower case; an IPv6 address without its brackets.
    public let host: String
    /// The port, 80 or 443 where none is written.
    public let port: Int
    /// The path, percent-encoded, beginning with a slash.
    public let path: String
    /// The query, percent-encoded, without its question mark. It may hold secrets.
    public let query: String?
    /// The user and password that stood before the host; ``OutboundAuthorization/none`` where there were none.
    public let authorization: OutboundAuthorization

    /// Whether requests to both go to the same server: scheme, host and port are equal.
    public func hasSameOrigin(as other: OutboundURL) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }

    /// This address with components added to its path, each percent-encoded, so that a slash in one is not a separator.
    ///
    /// What is already there is kept; so are user and password, but not the query.
    /// - Throws: ``MalformedValue`` where a component is `.` or `..`, which servers take away, or the whole is too long.
    public func appending(path components: [String]) throws(MalformedValue) -> OutboundURL {
        var path = self.path
        if path.last == "/" { path.removeLast() }
        for component in components {
            if component == "." || component == ".." {
                throw MalformedValue(expected: "path", value: component, rule: "it leads out of its folder")
            }
            path += "/" + component.percentEncoded
        }
        return try replacing(path: path, query: nil)
    }

    /// This address with another query, made of names and values that are percent-encoded here.
    /// - Throws: ``MalformedValue`` where the whole is too long.
    public func with(query items: [(name: String, value: String)]) throws(MalformedValue) -> OutboundURL {
        let query = items.map { "\($0.name.percentEncoded)=\($0.value.percentEncoded)" }.joined(separator: "&")
        return try replacing(path: path, query: query)
    }

    private func replacing(path: String, query: String?) throws(MalformedValue) -> OutboundURL {
        let name = host.contains(":") ? "[\(host)]" : host
        var text = "\(scheme)://"
        if case .basic(let user, let password) = authorization {
            text += "\(user.percentEncoded):\(password.percentEncoded)@"
        }
        text += "\(name):\(port)\(path)"
        if let query { text += "?\(query)" }
        return try OutboundURL(text)
    }
}

extension OutboundURL: CustomStringConvertible, CustomReflectable {
    /// The address with `***` in place of the values of its query, and without user and password.
    public var description: String { GitURL.redact(secret) }

    /// What `dump` shows: the description.
    public var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}

extension String {
    /// The text with all bytes percent-encoded that are not unreserved in RFC 3986 (2.3).
    var percentEncoded: String { Array(utf8).percentEncoded }
}

extension [UInt8] {
    /// The bytes as text, percent-encoded where they are not unreserved in RFC 3986 (2.3).
    var percentEncoded: String {
        let digits = Array("0123456789ABCDEF".utf8)
        let marks = Array("-._~".utf8)
        var result: [UInt8] = []
        for byte in self {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                result.append(byte)
            case _ where marks.contains(byte): result.append(byte)
            default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
