/// Something odd in a repository that `doctor` names: the state is read in spite of it, by a rule that is written down.
public struct Finding: Hashable, Sendable {
    /// What kind of oddity.
    public let code: Code
    /// The tag, artifact or file that it is about.
    public let subject: String
    /// One sentence without a full stop.
    public let message: String
    /// The command or advice that mends it; `nil` where nothing needs to be done.
    public let hint: String?

    /// The kinds of oddities: stable words for scripts.
    public enum Code: String, CaseIterable, Hashable, Sendable {
        /// A registry tag is lightweight: no event, but its name is taken.
        case lightweightTag = "lightweight-tag"
        /// A tag object is damaged, has no tagger, or is not UTF-8.
        case unreadableTag = "unreadable-tag"
        /// A tag leads to a tree or blob.
        case noCommit = "no-commit"
        /// A tag of a tag.
        case nestedTag = "nested-tag"
        /// A ref's name is not the name inside its object.
        case renamedTag = "renamed-tag"
        /// A `NAME@created` tag.
        case createdTag = "created-tag"
        /// A tag looks like one of the registry's but breaks its grammar.
        case malformedName = "malformed-name"
        /// Two versions of an artifact are registered on one commit.
        case sharedCommit = "shared-commit"
        /// A version is registered on two commits.
        case splitVersion = "split-version"
        /// A deregistration on another commit than the registration.
        case strayDeregistration = "stray-deregistration"
        /// An event is dated more than a day ahead of the clock.
        case futureDate = "future-date"
        /// A stage is in use that the configuration does not allow.
        case stageNotAllowed = "stage-not-allowed"
        /// An artifact is described in two files that say different things.
        case conflictingAnnotations = "conflicting-annotations"
        /// A file of the registry cannot be read.
        case unreadableFile = "unreadable-file"
        /// A tag is another object than the one that was dealt with before.
        case movedTag = "moved-tag"
        /// A tag that was there is gone.
        case withdrawnTag = "withdrawn-tag"
        /// A ref is damaged.
        case damagedRef = "damaged-ref"
        /// A lock file that is so old that a crash must have left it.
        case staleLock = "stale-lock"
    }

    /// Creates a finding.
    public init(_ code: Code, subject: String, message: String, hint: String? = nil) {
        self.code = code
        self.subject = subject
        self.message = message
        self.hint = hint
    }

    /// The order of findings about tags: whichever way they were come upon, it is the same.
    public func precedes(_ other: Finding) -> Bool {
        (subject, code.rawValue, message) < (other.subject, other.code.rawValue, other.message)
    }
}
