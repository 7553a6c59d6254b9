public import GitTypes

/// A key of AWS.
public struct AWSCredentials: Hashable, Sendable {
    /// The id of the key.
    public let accessKeyID: Secret
    /// The key.
    public let secretAccessKey: Secret
    /// The token that goes with a temporary key.
    public let sessionToken: Secret?

    /// Creates a key.
    public init(accessKeyID: Secret, secretAccessKey: Secret, sessionToken: Secret? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

/// How requests to S3 are signed.
public enum AWSAccess: Hashable, Sendable {
    /// With a key, and where it was found.
    case key(AWSCredentials, from: String)
    /// Not at all.
    case anonymous
    /// The configuration asks for what cannot be done here, or is half of what it must be: one clause that says which.
    case unusable(String)
    /// There is no key in any of these places.
    case notFound([String])
}
