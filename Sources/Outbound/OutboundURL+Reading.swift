import CLibCurl
public import GitTypes

extension OutboundURL {
    /// Reads an address.
    ///
    /// Without libcurl it is read as far as it takes to name it: a request to it ends by
    /// ``OutboundError/Kind/libraryMissing``.
    /// - Throws: ``MalformedValue`` where it is not an `http` or `https` address of at most 8192 bytes.
    public init(_ text: some StringProtocol) throws(MalformedValue) {
        try self.init(String(text), relativeTo: nil)
    }

    /// The address that a redirect from this one leads to.
    func resolving(_ reference: String) throws(MalformedValue) -> OutboundURL {
        try OutboundURL(reference, relativeTo: self)
    }

    private init(_ text: String, relativeTo base: OutboundURL?) throws(MalformedValue) {
        if text.utf8.count > 8192 { throw Self.refusal(of: text, "it is longer than 8192 bytes") }
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw Self.refusal(of: text, "it holds a control character")
        }
        self = libcurl_failure() == nil ? try Self.read(text, relativeTo: base) : try Self.named(text)
    }

    private static func read(_ text: String, relativeTo base: OutboundURL?) throws(MalformedValue) -> OutboundURL {
        func refuse(_ rule: String) -> MalformedValue { refusal(of: text, rule) }
        guard let handle = libcurl_url() else { throw refuse("there is no memory to read it") }
        defer { libcurl_url_cleanup(handle) }
        if let base, libcurl_url_set(handle, CURLUPART_URL, base.secret, asIs) != CURLUE_OK {
            throw refuse("it is relative to one that is none")
        }
        switch libcurl_url_set(handle, CURLUPART_URL, text, asIs) {
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
            libcurl_url_set(handle, removed, nil, 0)
        }
        guard let whole = part(CURLUPART_URL, 0) else { throw refuse("it is not an http or https address") }
        return OutboundURL(
            secret: whole, scheme: scheme, host: String(host.lowercased().filter { $0 != "[" && $0 != "]" }),
            port: port, path: part(CURLUPART_PATH, 0) ?? "/", query: part(CURLUPART_QUERY, 0),
            authorization: hasUserInfo ? .basic(user: user ?? "", password: password ?? "") : .none)
    }

    /// An address as it is needed for the message that libcurl is missing. Nothing can be sent to it, so what would
    /// decide about safety is not looked at; user and password are left out.
    static func named(_ text: String) throws(MalformedValue) -> OutboundURL {
        guard let separator = text.firstRange(of: "://"),
            case let scheme = text[..<separator.lowerBound].lowercased(), ["http", "https"].contains(scheme)
        else { throw refusal(of: text, "it does not begin with http:// or https://") }
        let address = text[separator.upperBound...].prefix { $0 != "#" }
        let authority = address.prefix { $0 != "/" && $0 != "?" }
        let server = authority[(authority.lastIndex(of: "@").map(authority.index(after:)) ?? authority.startIndex)...]
        // The last colon is that of the port, unless it is one of an IPv6 address.
        let colon = server.lastIndex(of: ":").flatMap { server[$0...].contains("]") ? nil : $0 }
        let host = server[..<(colon ?? server.endIndex)].lowercased().filter { $0 != "[" && $0 != "]" }
        if host.isEmpty || host.hasPrefix("-") { throw refusal(of: text, "it has no host") }
        let standard = scheme == "http" ? 80 : 443
        guard let port = colon.map({ Int(server[server.index(after: $0)...]) }) ?? standard, 1...65535 ~= port else {
            throw refusal(of: text, "the port is not a number from 1 to 65535")
        }
        let parts = address[authority.endIndex...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.first.flatMap { $0.isEmpty ? nil : String($0) } ?? "/"
        let query = parts.count > 1 ? String(parts[1]) : nil
        return OutboundURL(
            secret: "\(scheme)://\(server)\(path)" + (query.map { "?\($0)" } ?? ""), scheme: scheme, host: host,
            port: port, path: path, query: query, authorization: .none)
    }

    private static func refusal(of text: String, _ rule: String) -> MalformedValue {
        MalformedValue(expected: "address", value: GitURL.redact(text), rule: rule)
    }

    /// Dot segments stay, so that the name of an object is not changed.
    private static var asIs: UInt32 { UInt32(CURLU_PATH_AS_IS) }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer, flags: UInt32) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard libcurl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { libcurl_free(text) }
        return String(cString: text)
    }
}
