/// What a server answered, with a status from 200 to 299.
public struct OutboundResponse: Sendable {
    /// The status, such as 200.
    public let status: Int
    /// The header fields of the last answer.
    public let headers: OutboundHeaders
    /// The body; empty where it was handed over in pieces.
    public let body: [UInt8]
    /// How many bytes of body there were, in the body or handed over.
    public let byteCount: Int
    /// Where the answer came from, after redirects.
    public let url: OutboundURL
}

extension OutboundResponse: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The status, the number of bytes and the address without secrets.
    public var description: String { "\(status), \(byteCount) bytes from \(url)" }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// What `dump` shows: the description.
    public var customMirror: Mirror { Mirror(self, children: ["response": description]) }
}
