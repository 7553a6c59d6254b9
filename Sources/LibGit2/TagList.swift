public import GitTypes

/// A tag's ref: its short name and the object it points to.
public struct TagReference: Hashable, Sendable {
    /// The name below `refs/tags/`.
    public let name: TagName
    /// The tag object of an annotated tag; the commit, tree or blob of a lightweight one.
    public let id: ObjectID

    /// Creates a reference.
    public init(name: TagName, id: ObjectID) {
        self.name = name
        self.id = id
    }
}

/// The tags of a repository.
public struct TagList: Hashable, Sendable {
    /// A tag whose ref cannot be used. `git for-each-ref` leaves these out with a warning.
    public struct Damaged: Hashable, Sendable {
        /// The name below `refs/tags/`.
        public let name: TagName
        /// A clause: "its file is empty".
        public let problem: String

        /// Creates the report of one tag.
        public init(name: TagName, problem: String) {
            self.name = name
            self.problem = problem
        }
    }

    /// The usable tags, ordered by the bytes of their names, as `git for-each-ref` orders them.
    public internal(set) var references: [TagReference]
    /// The unusable ones, in the same order.
    public internal(set) var damaged: [Damaged]
}
