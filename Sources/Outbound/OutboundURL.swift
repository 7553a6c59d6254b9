import CLibCurl
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

    /// Reads an address.
    /// - Throws: ``MalformedValue`` where it is not an `http` or `https` address of at most 8192 bytes.
    public init(_ text: some StringProtocol) throws(MalformedValue) {
        try self.init(String(text), relativeTo: nil)
    }

    /// The address that a redirect from this one leads to.
    func resolving(_ reference: String) throws(MalformedValue) -> OutboundURL {
        try OutboundURL(reference, relativeTo: self)
    }

    private init(_ text: String, relativeTo base: OutboundURL?) throws(MalformedValue) {
        func refuse(_ rule: String) -> MalformedValue {
            MalformedValue(expected: "address", value: GitURL.redact(text), rule: rule)
        }
        if text.utf8.count > 8192 { throw refuse("it is longer than 8192 bytes") }
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { throw refuse("it holds a control character") }
        guard let handle = curl_url() else { throw refuse("there is no memory to read it") }
        defer { curl_url_cleanup(handle) }
        if let base, curl_url_set(handle, CURLUPART_URL, base.secret, Self.asIs) != CURLUE_OK {
            throw refuse("it is relative to one that is none")
        }
        switch curl_url_set(handle, CURLUPART_URL, text, Self.asIs) {
        case CURLUE_OK: break
        case CURLUE_UNSUPPORTED_SCHEME: throw refuse("it does not begin with http:// or https://")
        default: throw refuse("it is not an http or https address")
        }
        let part = { (part: CURLUPart, flags: UInt32) in Self.part(part, of: handle, flags: flags) }
        guard let scheme = part(CURLUPART_SCHEME, 0), ["http", "https"].contains(scheme) else {
            throw refuse("it does not begin with http:// or https://")
        }
        guard let host = part(CURLUPART_HOST, 0), !host.isEmpty, !host.hasPrefix("-") else {
            throw refuse("it has no host")
        }
        guard let port = part(CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)).flatMap({ Int($0) }), port > 0 else {
            throw refuse("the port is not a number from 1 to 65535")
        }
        // Encoded control characters in user or password would reach the credentials that are sent.
        let user = part(CURLUPART_USER, UInt32(CURLU_URLDECODE))
        let password = part(CURLUPART_PASSWORD, UInt32(CURLU_URLDECODE))
        let hasUserInfo = part(CURLUPART_USER, 0) != nil || part(CURLUPART_PASSWORD, 0) != nil
        if hasUserInfo, user == nil, password == nil { throw refuse("the user or password cannot be decoded") }
        for removed in [CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_FRAGMENT] {
            curl_url_set(handle, removed, nil, 0)
        }
        guard let whole = part(CURLUPART_URL, 0) else { throw refuse("it is not an http or https address") }
        self.secret = whole
        self.scheme = scheme
        self.host = String(host.lowercased().filter { $0 != "[" && $0 != "]" })
        self.port = port
        self.path = part(CURLUPART_PATH, 0) ?? "/"
        self.query = part(CURLUPART_QUERY, 0)
        self.authorization = hasUserInfo ? .basic(user: user ?? "", password: password ?? "") : .none
    }

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

    /// Dot segments stay, so that the name of an object is not changed.
    private static var asIs: UInt32 { UInt32(CURLU_PATH_AS_IS) }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer, flags: UInt32) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
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
