/// One request, whose description shows neither its headers' values nor its body.
public struct OutboundRequest: Sendable {
    /// What is asked for.
    public enum Method: String, Hashable, Sendable {
        /// The content.
        case get = "GET"
        /// The headers only.
        case head = "HEAD"
        /// That the server takes a body. It is sent at most once where it may have been received.
        case post = "POST"
    }

    /// What is asked for.
    public var method: Method
    /// Whom it is asked of. User and password in it are used where ``authorization`` says nothing.
    public var url: OutboundURL
    /// Header fields. Where a redirect leads to another server only `Accept` and `Content-Type` go along.
    public var headers: OutboundHeaders
    /// The body of a ``Method/post``.
    public var body: [UInt8]
    /// The first byte that is wanted, counted from zero.
    public var offset = 0
    /// How many bytes are wanted, at least one; `nil` for all from ``offset`` on.
    public var length: Int?
    /// On whose behalf it is made.
    public var authorization: OutboundAuthorization

    /// Creates a request for a whole content.
    public init(
        _ method: Method = .get, _ url: OutboundURL, headers: OutboundHeaders = [:], body: [UInt8] = [],
        authorization: OutboundAuthorization = .none
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.authorization = authorization
    }

    /// What is used of ``authorization`` and the address.
    var effectiveAuthorization: OutboundAuthorization { authorization == .none ? url.authorization : authorization }
}

extension OutboundRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The method and the address without secrets.
    public var description: String { "\(method.rawValue) \(url)" }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// What `dump` shows: the description.
    public var customMirror: Mirror { Mirror(self, children: ["request": description]) }
}
