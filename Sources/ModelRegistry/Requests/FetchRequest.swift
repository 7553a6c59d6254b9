public import GitTypes
public import RegistryCore

/// Which tags are brought, and where from.
public struct FetchRequest: Hashable, Sendable {
    /// The remote.
    public var remote: RemoteName
    /// Says what would be fetched, and fetches nothing. The remote is asked what it has all the same.
    public var isDryRun: Bool

    /// Creates a request; the defaults are those of the command line.
    public init(remote: RemoteName = .origin, isDryRun: Bool = false) {
        self.remote = remote
        self.isDryRun = isDryRun
    }
}

/// What `fetch` did.
public struct FetchReceipt: Hashable, Sendable {
    /// A tag that the remote holds with another id.
    public struct MovedTag: Hashable, Sendable {
        /// Its name.
        public let tag: TagName
        /// Its id here.
        public let here: ObjectID
        /// Its id at the remote.
        public let there: ObjectID
        /// When the remote was first seen to have that id.
        public let firstSeen: Timestamp
    }

    /// A tag that the remote had and has no more.
    public struct WithdrawnTag: Hashable, Sendable {
        /// Its name.
        public let tag: TagName
        /// Its id, here and as it was there.
        public let id: ObjectID
    }

    /// The remote.
    public let remote: RemoteName
    /// Whether nothing was fetched at all.
    public let isDryRun: Bool
    /// The tags that came; in a dry run those that would.
    public internal(set) var fetched: [TagName] = []
    /// The tags that the remote has with another id; those here are as they were.
    public internal(set) var moved: [MovedTag] = []
    /// The tags that are gone at the remote; they are kept here.
    public internal(set) var withdrawn: [WithdrawnTag] = []
    /// How many tags were here already.
    public internal(set) var upToDateCount = 0

    init(remote: RemoteName, isDryRun: Bool) {
        self.remote = remote
        self.isDryRun = isDryRun
    }

    /// What is wrong with the remote's tags; `nil` where nothing is.
    public var failure: RegistryError? {
        if let first = moved.first {
            let ref = RefName(first.tag).description
            let rest = moved.count > 1 ? "; so are \(moved.count - 1) more" : ""
            return RegistryError(
                .tagMoved,
                "tag \(first.tag) is another one at \(remote) (\(first.there.short) there, \(first.here.short) here), so it "
                    + "was not fetched\(rest)",
                subject: ref,
                hints: [
                    "to take over the one there: \(Self.adviceToFollow(first.tag, remote))",
                    "to see the one here: git show \(ref.shellQuoted)",
                ])
        }
        guard let first = withdrawn.first else { return nil }
        let rest = withdrawn.count > 1 ? "; so were \(withdrawn.count - 1) more" : ""
        return RegistryError(
            .tagMoved, "tag \(first.tag) was withdrawn upstream: \(remote) has it no more, and it is kept here\(rest)",
            subject: RefName(first.tag).description,
            hints: [
                "to delete it here too: \(Self.adviceToWithdraw(first.tag))",
                "to publish it again: \(Self.adviceToPublish(first.tag, remote))",
            ])
    }

    /// The command that takes over a tag of the remote.
    static func adviceToFollow(_ tag: TagName, _ remote: RemoteName) -> String {
        let ref = RefName(tag)
        return "git fetch --force \(remote) \("\(ref):\(ref)".shellQuoted)"
    }

    /// The command that deletes a tag as the remote did.
    static func adviceToWithdraw(_ tag: TagName) -> String { "git tag -d \(tag.shellQuoted)" }

    /// The command that publishes a tag that the remote has no more.
    static func adviceToPublish(_ tag: TagName, _ remote: RemoteName) -> String {
        "git model push \(tag.shellQuoted)" + (remote == .origin ? "" : " --remote \(remote)")
    }
}
