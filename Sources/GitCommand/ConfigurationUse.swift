/// What a `git` child is about to do with settings of the configuration that name programs.
public enum ConfigurationUse: Hashable, Sendable {
    /// It reads from a remote: the one that is named, or whichever owes objects to a partial clone.
    case fetch(Remote?)
    /// It publishes refs, and runs the hook `pre-push`.
    case push(Remote)
    /// It asks the credential helpers.
    case credential
    /// It signs a tag, or checks a signature.
    case signature
}

/// Judges the configuration before a child runs that would use it; throws ``GitCommandError`` of kind
/// `configurationNotTrusted` where it must not.
public typealias ConfigurationCheck = @Sendable (ConfigurationUse) throws(GitCommandError) -> Void
