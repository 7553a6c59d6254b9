public import GitTypes
public import RegistryCore

/// How a writing command makes its tags.
public struct WriteRequest: Hashable, Sendable {
    /// The message instead of GTO's default one.
    public var message: String?
    /// Whether the tags get a counter.
    public var form: TagForm
    /// Writes a tag although it changes nothing.
    public var isForced: Bool
    /// Pushes to `origin`. A repository given by URL is always pushed to.
    public var pushes: Bool
    /// How the tags are parted into pushes.
    public var pushMode: PushMode
    /// Signs the tags; `nil` leaves it to `tag.gpgSign`.
    public var signs: Bool?
    /// Decides everything and writes nothing.
    public var isDryRun: Bool

    /// Creates a request; the defaults are those of the command line.
    public init(
        message: String? = nil, form: TagForm = .auto, isForced: Bool = false, pushes: Bool = false,
        pushMode: PushMode = .fitting, signs: Bool? = nil, isDryRun: Bool = false
    ) {
        self.message = message
        self.form = form
        self.isForced = isForced
        self.pushes = pushes
        self.pushMode = pushMode
        self.signs = signs
        self.isDryRun = isDryRun
    }
}

/// Which version an assignment is about, as a person says it.
public enum AssignmentRequest: Hashable, Sendable {
    /// What a selector means.
    case version(Selector)
    /// The version at a commit (`nil` is HEAD); where there is none, one is registered under `name` or the next number,
    /// unless `registers` is false.
    case commit(Revision?, name: SemanticVersion?, registers: Bool)
}

/// What is taken back, as a person says it.
public enum DeprecationRequest: Hashable, Sendable {
    /// The artifact, with the tag on a commit of one's choice.
    case artifact(at: Revision?)
    /// A version.
    case version(SemanticVersion)
    /// A version's stage.
    case stage(StageName, of: VersionSelection)

    /// How the version is named whose stage is taken away.
    public enum VersionSelection: Hashable, Sendable {
        /// By its name.
        case name(SemanticVersion)
        /// By its commit.
        case commit(Revision)
        /// Whichever is in the stage now.
        case holder
    }
}

/// What a writing command did.
public struct WriteReceipt: Hashable, Sendable {
    /// A tag that was created.
    public struct CreatedTag: Hashable, Sendable {
        /// What was planned.
        public let planned: PlannedTag
        /// The id of the tag object; `nil` in a dry run.
        public let id: ObjectID?
    }

    /// The tags created, in their order.
    public internal(set) var created: [CreatedTag]
    /// The tags deleted, in their order.
    public let deleted: [TagName]
    /// Those of them that the remote had, and that are deleted there too.
    public internal(set) var deletedAtRemote: [TagName] = []
    /// The remote that took them; `nil` where nothing was pushed.
    public let pushedTo: String?
    /// Whether nothing was written at all.
    public let isDryRun: Bool
    /// What a person must know of what was written, a sentence each.
    public internal(set) var warnings: [String] = []
    /// What may be of use to a person, a sentence each.
    public internal(set) var notes: [String] = []

    /// Whether there was nothing to do.
    public var isEmpty: Bool { created.isEmpty && deleted.isEmpty }
}

extension Revision {
    /// Checks a revision that a person gave.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidRevision``.
    public init(checking text: String) throws(RegistryError) {
        do {
            try self.init(text)
        } catch {
            throw RegistryError(error, hints: ["name a branch, a tag or a commit: main, HEAD~1, 8a1eb65"])
        }
    }
}
