public import GitTypes

/// What a name in a folder stands for.
public enum FileMode: Hashable, Sendable {
    /// A file.
    case file
    /// A file that may be run.
    case executable
    /// A symbolic link; its blob is the path it points to.
    case symlink
    /// A folder.
    case tree
    /// A commit of another repository.
    case submodule

    /// Reads the octal mode of a tree's entry, as git's `canon_mode` sorts it; `nil` for what is no mode of Git.
    init?(octal digits: some Collection<UInt8>) {
        guard let mode = UInt32(String(decoding: digits, as: UTF8.self), radix: 8) else { return nil }
        switch mode & 0o170000 {
        case 0o100000: self = mode & 0o100 == 0 ? .file : .executable
        case 0o120000: self = .symlink
        case 0o040000: self = .tree
        case 0o160000: self = .submodule
        default: return nil
        }
    }
}

/// One name in a folder of a commit.
public struct TreeEntry: Hashable, Sendable {
    /// The name without folders; bytes that are not UTF-8 are written as `\xNN`.
    public let name: String
    /// What it stands for.
    public let mode: FileMode
    /// The blob, the tree, or the submodule's commit.
    public let id: ObjectID

    /// Creates an entry.
    public init(name: String, mode: FileMode, id: ObjectID) {
        self.name = name
        self.mode = mode
        self.id = id
    }
}

/// Reads the entries of a tree object: `MODE NAME`, a zero byte, the id's 20 bytes.
struct TreeReader {
    /// An entry whose name is still bytes of the tree.
    struct Entry {
        let name: Slice<UnsafeRawBufferPointer>
        let mode: FileMode
        let id: ObjectID

        var entry: TreeEntry { TreeEntry(name: String(lossless: name), mode: mode, id: id) }
    }

    private var rest: Slice<UnsafeRawBufferPointer>

    init(_ bytes: UnsafeRawBufferPointer) {
        rest = bytes[...]
    }

    /// Whether every byte has been read; where ``next()`` returns nothing before, the tree is damaged.
    var isAtEnd: Bool { rest.isEmpty }

    /// The next entry; `nil` at the end or at bytes that are no entry.
    mutating func next() -> Entry? {
        guard let space = rest.firstIndex(of: UInt8(ascii: " ")), let mode = FileMode(octal: rest[..<space]),
            let zero = rest[space...].firstIndex(of: 0),
            let id = ObjectID(bytes: rest[(zero + 1)...].prefix(ObjectID.byteCount))
        else { return nil }
        let name = rest[(space + 1)..<zero]
        if name.isEmpty || name.contains(UInt8(ascii: "/")) { return nil }
        rest = rest[(zero + 1 + ObjectID.byteCount)...]
        return Entry(name: name, mode: mode, id: id)
    }
}
