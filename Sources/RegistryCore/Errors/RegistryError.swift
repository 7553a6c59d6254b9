public import GitTypes

/// A failure as a person and a script see it: one sentence, a stable code, and advice that can be run.
///
/// The message names the thing and its value; texts from outside in it are escaped by whoever prints it. Advice goes
/// into ``hints``, never into the message.
public struct RegistryError: Error, Hashable, Sendable {
    /// The stable word for scripts; it decides the exit status.
    public let code: ErrorCode
    /// One sentence without a full stop.
    public let message: String
    /// What the failure is about: an artifact, a tag, a path.
    public let subject: String?
    /// Commands or short advice, the most useful first.
    public let hints: [String]
    /// What the layer below said, where it adds something.
    public let underlying: String?

    /// Creates an error.
    public init(
        _ code: ErrorCode, _ message: String, subject: String? = nil, hints: [String] = [], underlying: String? = nil
    ) {
        self.code = code
        self.message = message
        self.subject = subject
        self.hints = hints
        self.underlying = underlying
    }

    /// The error of a text that is not what its place asks for.
    public init(_ malformed: MalformedValue, code: ErrorCode = .invalidRevision, hints: [String] = []) {
        self.init(code, malformed.description, subject: malformed.value, hints: hints)
    }
}
