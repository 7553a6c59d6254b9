/// Through which servers requests go, as the usual variables say. No description of it shows a password.
public struct OutboundProxies: Hashable, Sendable {
    private var http: String?
    private var https: String?
    private var exceptions: [Substring] = []

    /// Creates no proxy: all servers are asked directly.
    public init() {}

    /// Reads `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`, in lower case first, then in capitals.
    ///
    /// `HTTP_PROXY` in capitals is not read: in a web server a stranger sets it, by the header `Proxy`.
    public init(environment: [String: String]) {
        func value(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        let all = value("all_proxy", "ALL_PROXY")
        http = value("http_proxy") ?? all
        https = value("https_proxy", "HTTPS_PROXY") ?? all
        exceptions = (value("no_proxy", "NO_PROXY") ?? "").split { $0 == "," || $0 == " " || $0 == "\t" }
    }

    /// The proxy for an address, as libcurl reads it; `nil` where it is asked directly.
    func proxy(for url: OutboundURL) -> String? {
        exceptions.contains { Self.excepts($0, url) } ? nil : (url.scheme == "https" ? https : http)
    }

    /// Whether an entry of `no_proxy` is meant: `*`, a host, a domain with or without its leading dot, an address or
    /// a block of addresses such as `10.0.0.0/8`, each but the last with a port or without.
    private static func excepts(_ entry: Substring, _ url: OutboundURL) -> Bool {
        if entry == "*" { return true }
        var name = entry.lowercased()[...]
        if let block = AddressBlock(name) { return IPAddress(url.host).map(block.contains) ?? false }
        if let colon = name.lastIndex(of: ":"), !name[..<colon].contains(":") || name[..<colon].hasSuffix("]") {
            guard name[name.index(after: colon)...] == "\(url.port)" else { return false }
            name = name[..<colon]
        }
        name = name.drop { $0 == "[" || $0 == "." }.prefix { $0 != "]" }
        let host = url.host.last == "." ? url.host.dropLast() : url.host[...]
        return !name.isEmpty && (host == name || (IPAddress(host) == nil && host.hasSuffix("." + name)))
    }
}

extension OutboundProxies: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Whether there are any.
    public var description: String { http == nil && https == nil ? "no proxies" : "proxies" }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// What `dump` shows: nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
