/// How a request says on whose behalf it is made. No description of it shows a secret.
public enum OutboundAuthorization: Hashable, Sendable {
    /// It does not say.
    case none
    /// A user and a password, as they are (RFC 7617).
    case basic(user: String, password: String)
    /// A user, and a proof that the password is known (RFC 7616). It costs one more request.
    case digest(user: String, password: String)
    /// A token (RFC 6750).
    case bearer(token: String)
    /// Signature version 4 of Amazon Web Services, for a region such as `eu-west-1` and a service such as `s3`.
    case aws(AWSCredentials, region: String, service: String)
}

/// The keys with which a request to Amazon Web Services, or to a server like it, is signed.
public struct AWSCredentials: Hashable, Sendable {
    /// The public half.
    public let accessKeyID: String
    /// The secret half.
    public let secretAccessKey: String
    /// The token of temporary keys.
    public let sessionToken: String?

    /// Creates keys that were read elsewhere.
    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

extension OutboundAuthorization: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The way, without what it proves itself by.
    public var description: String {
        switch self {
        case .none: "none"
        case .basic: "basic"
        case .digest: "digest"
        case .bearer: "bearer"
        case .aws(_, let region, let service): "aws \(service) \(region)"
        }
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// What `dump` shows: the description.
    public var customMirror: Mirror { Mirror(self, children: ["way": description]) }
}

extension AWSCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The same for all keys.
    public var description: String { "AWS credentials" }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// What `dump` shows: nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
