/// A hook of Git's own that this program can be installed as, by the name that Git gives it.
public enum GitHook: String, CaseIterable, Hashable, Sendable {
    /// Refuses pushed tags that cannot be the registry's, on the server.
    case preReceive = "pre-receive"
    /// Runs the registry's hooks for pushed tags, on the server.
    case postReceive = "post-receive"
    /// Refuses to push tags that cannot be the registry's, in a clone.
    case prePush = "pre-push"
    /// Runs the registry's hooks for tags that are made in the repository, however they come.
    case referenceTransaction = "reference-transaction"

    /// Whether it can refuse what it is asked about.
    public var refuses: Bool { self == .preReceive || self == .prePush }
}
