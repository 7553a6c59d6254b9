public import GitTypes

/// Why a `git` command did not do what it was asked to.
public struct GitCommandError: Error, Hashable, Sendable {
    /// What kind of failure it is.
    public let kind: Kind
    /// The command: `push`, `tag`.
    public let operation: String
    /// One sentence without a full stop. Passwords are replaced; texts from outside in it are not escaped.
    public let message: String
    /// What the server said, a line each, as it came but for passwords; at most 72 KiB. It must be escaped when shown.
    public let remoteText: String
    /// Git's exit status; `nil` where git was not started, or was ended by a signal.
    public let exitCode: Int32?
    /// What became of each ref of a push that was answered; empty for other failures.
    public let results: [RefResult]

    /// Creates an error; passwords in the two texts are replaced.
    public init(
        _ kind: Kind, operation: String, message: String, remoteText: String = "", exitCode: Int32? = nil,
        results: [RefResult] = []
    ) {
        self.kind = kind
        self.operation = operation
        self.message = GitURL.redact(message)
        self.remoteText = GitURL.redact(remoteText)
        self.exitCode = exitCode
        self.results = results
    }

    /// The kinds of failure.
    public enum Kind: Hashable, Sendable {
        /// The `git` program is not installed, or cannot be started.
        case programMissing
        /// A local command took longer than its time limit.
        case timedOut
        /// The task was cancelled while git ran; nothing was published by the command.
        case cancelled
        /// Git failed for a reason that has no kind of its own.
        case failed
        /// A value cannot be given to git: a ref name that is not one, a text with a NUL byte.
        case malformedValue
        /// Git printed more than was asked for.
        case tooLarge(limit: Int)
        /// `GIT_COMMITTER_DATE` is no date that git can read.
        case invalidDate
        /// Git does not know who commits: no name, or no email.
        case identityUnknown

        /// A ref that should be created exists.
        case exists(RefName)
        /// A ref does not hold the id that was expected, or is gone.
        case changed(RefName)
        /// Another process holds the lock at this path, or left it behind.
        case locked(path: String)
        /// A ref cannot be created because another one stands in the way: `m` blocks `m/x`.
        case blocked(RefName, by: RefName)
        /// An object is neither here nor at the remote that promised it.
        case objectMissing(ObjectID?)
        /// The remote has no such ref.
        case remoteRefMissing(RefName)

        /// The remote, or git before it sent anything, refused this ref of a push or a fetch.
        case rejected(RefName, RejectionReason)
        /// The remote could not be reached, or did not answer in time.
        case remoteUnreachable
        /// The remote does not know us, or will not have us.
        case authenticationFailed
        /// The remote cannot take several refs all or none.
        case atomicUnsupported
        /// The connection broke, or was ended, during a push: it may or may not have arrived. Pushing again is safe.
        case outcomeUnknown

        /// The tag was not signed, and not created.
        case signingFailed
        /// A setting of the repository's own configuration names a program that the child would run; it was not
        /// started.
        case configurationNotTrusted(key: String, file: String)
    }
}

/// Why a ref was refused.
public enum RejectionReason: Hashable, Sendable {
    /// The remote has a ref of that name with another id.
    case alreadyExists
    /// The new commit does not follow the one that the remote has.
    case notFastForward
    /// The ref does not hold what it was expected to.
    case changed
    /// A `pre-receive` or `update` hook of the server refused it.
    case hookDeclined
    /// A rule of the hosting service protects the ref.
    case protected
    /// Another ref of the same push was refused, and they go together.
    case atomic
    /// Another process held the ref's lock at the server.
    case locked
    /// Another ref at the remote stands in the way.
    case blocked
    /// Git's own words for anything else.
    case other(String)
}
