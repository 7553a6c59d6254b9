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

/// Usable tags, ordered by the bytes of their names, as `git for-each-ref` orders them.
///
/// The names lie one behind the other in one array: a million texts of their own would take three times the memory.
public struct TagReferences: RandomAccessCollection, Hashable, Sendable {
    private var names: [UInt8] = []
    /// Where each name ends.
    private var ends: [Int] = []
    private var ids: [ObjectID] = []

    /// Makes the list of no tag.
    public init() {}

    /// Makes a list of tags that are ordered by the bytes of their names.
    public init(_ tags: some Sequence<TagReference>) {
        for tag in tags {
            var name = tag.name.description
            name.withUTF8 { append(UnsafeRawBufferPointer($0), tag.id) }
        }
    }

    /// The position of the first tag: zero.
    public var startIndex: Int { 0 }
    /// The number of tags.
    public var endIndex: Int { ids.count }

    /// The tag at a position.
    public subscript(position: Int) -> TagReference {
        TagReference(name: withName(at: position) { TagName(bytes: $0) }, id: ids[position])
    }

    /// The id of the tag at a position.
    public func id(at position: Int) -> ObjectID { ids[position] }

    /// Lends the bytes of the name of the tag at a position.
    public func withName<Result>(at position: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let start = position == 0 ? 0 : ends[position - 1]
        return names.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start..<ends[position]])) }
    }

    mutating func reserve(_ count: Int) {
        names.reserveCapacity(32 * count)
        ends.reserveCapacity(count)
        ids.reserveCapacity(count)
    }

    mutating func append(_ name: UnsafeRawBufferPointer, _ id: ObjectID) {
        names += name
        ends.append(names.count)
        ids.append(id)
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

    /// The usable tags.
    public internal(set) var references = TagReferences()
    /// Whether the lines of `packed-refs` are ordered by the bytes of their names, all of them.
    public internal(set) var isPackedSorted = true
    /// The unusable ones, in the same order.
    public internal(set) var damaged: [Damaged] = []
}
