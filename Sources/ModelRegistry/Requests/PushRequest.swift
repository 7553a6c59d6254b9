public import GitTypes
public import RegistryCore

/// Which tags are pushed, where to and how.
public struct PushRequest: Hashable, Sendable {
    /// What is pushed: the events of these artifacts, versions or stages; of all where there are none.
    public var selectors: [Selector]
    /// The remote.
    public var remote: RemoteName
    /// How the tags are parted into pushes.
    public var mode: PushMode
    /// Says what would be pushed and pushes nothing. The remote is asked what it has all the same.
    public var isDryRun: Bool

    /// Creates a request; the defaults are those of the command line.
    public init(
        _ selectors: [Selector] = [], remote: RemoteName = .origin, mode: PushMode = .fitting, isDryRun: Bool = false
    ) {
        self.selectors = selectors
        self.remote = remote
        self.mode = mode
        self.isDryRun = isDryRun
    }
}

/// What `push` did.
public struct PushReceipt: Hashable, Sendable {
    /// A tag that the remote holds with another id.
    public struct MovedTag: Hashable, Sendable {
        /// Its name.
        public let tag: TagName
        /// Its id here.
        public let here: ObjectID
        /// Its id at the remote.
        public let there: ObjectID
    }

    /// The remote.
    public let remote: String
    /// The tags of each push that arrived, in order; in a dry run of each that would be made.
    public internal(set) var pushes: [[TagName]] = []
    /// The tags that the remote has with another id; they were not pushed.
    public let moved: [MovedTag]
    /// How many tags the remote has already.
    public let upToDateCount: Int
    /// Whether nothing was pushed at all.
    public let isDryRun: Bool
    /// What a person must know, a sentence each.
    public internal(set) var warnings: [String] = []
    /// Why not all was pushed, or that tags were moved.
    public internal(set) var failure: RegistryError?
}
