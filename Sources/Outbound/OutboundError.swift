/// Why a request was not answered as it should be. No description of it shows a secret.
public struct OutboundError: Error, Sendable {
    /// What went wrong.
    public enum Kind: Hashable, Sendable {
        /// The host's name, or the proxy's, has no address.
        case unresolvedHost
        /// There is no connection to the host or the proxy.
        case unreachable
        /// Connecting, or the whole request, took too long, or nothing came for too long.
        case timedOut
        /// The server's certificate is not trusted, or there is no agreement on TLS.
        case tls
        /// The server answered with a status that is not 200 to 299: ``OutboundError/failure`` has it.
        case status(Int)
        /// A redirect leads to another scheme, from https to http, or would send a body to another host.
        case redirectRefused
        /// There are more redirects than allowed.
        case tooManyRedirects
        /// The address is one of a private network where it must not be, or of a cloud's metadata service.
        case privateAddress
        /// There are more bytes than allowed.
        case tooLong
        /// The connection ended before the answer did.
        case cut
        /// The server did not answer with the bytes that were asked for.
        case rangeIgnored
        /// The content became another one before it was complete.
        case changed
        /// The content is compressed, though that was not asked for.
        case encoded
        /// The answer, or the request, is not HTTP, or its headers are too long.
        case malformed
        /// libcurl is not installed, or is too old.
        case libraryMissing
        /// The one who takes the bytes wants no more.
        case stopped
        /// The task was cancelled, or the client was shut down.
        case cancelled
    }

    /// What the server said with a status that is not 200 to 299.
    public struct Failure: Sendable {
        /// The status, such as 404.
        public let status: Int
        /// The header fields.
        public let headers: OutboundHeaders
        /// The first 4 KiB of the body.
        public let body: [UInt8]
    }

    /// What went wrong.
    public let kind: Kind
    /// The address that was asked, after redirects.
    public let url: OutboundURL
    /// What the server said, where ``kind-swift.property`` is a status.
    public let failure: Failure?
    /// What libcurl says of it, one clause that is safe to print; may be empty.
    public let detail: String
    /// Whether the same request may succeed in a moment.
    public let isTransient: Bool

    init(_ kind: Kind, _ url: OutboundURL, detail: String = "", failure: Failure? = nil, isTransient: Bool = false) {
        self.kind = kind
        self.url = url
        self.detail = detail
        self.failure = failure
        self.isTransient = isTransient
    }
}

extension OutboundError: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// One clause for a person.
    public var description: String {
        detail.isEmpty ? clause : "\(clause) (\(detail))"
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// What `dump` shows: the description.
    public var customMirror: Mirror { Mirror(self, children: ["error": description]) }

    private var clause: String {
        switch kind {
        case .unresolvedHost: "the host of \(url) has no address"
        case .unreachable: "there is no connection to \(url)"
        case .timedOut: "\(url) took too long"
        case .tls: "there is no trusted connection to \(url)"
        case .status(let status): "\(url) answered with status \(status)"
        case .redirectRefused: "\(url) redirects to where requests are not sent"
        case .tooManyRedirects: "\(url) is one redirect too many"
        case .privateAddress: "\(url) is at an address that requests are not sent to"
        case .tooLong: "\(url) has more bytes than allowed"
        case .cut: "the connection to \(url) ended before the content did"
        case .rangeIgnored: "\(url) does not send the part of the content that was asked for"
        case .changed: "the content of \(url) changed while it was read"
        case .encoded: "\(url) sends a compressed content that was not asked for"
        case .malformed: "\(url) and its answer are not proper HTTP"
        case .libraryMissing: "\(url) cannot be asked without libcurl 7.81 or newer"
        case .stopped: "the content of \(url) was not read to its end"
        case .cancelled: "the request to \(url) was stopped"
        }
    }
}

extension OutboundError.Failure: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The status.
    public var description: String { "status \(status)" }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// What `dump` shows: the status.
    public var customMirror: Mirror { Mirror(self, children: ["status": status]) }
}
