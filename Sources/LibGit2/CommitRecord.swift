public import GitTypes

/// A commit, taken apart.
public struct CommitRecord: Hashable, Sendable {
    /// The commit's own id.
    public let id: ObjectID
    /// Its folder.
    public let tree: ObjectID
    /// The commits before it; in a shallow clone they may not be there.
    public let parents: [ObjectID]
    /// Who wrote the change.
    public let author: Person
    /// When, by the author's clock.
    public let authorTime: Timestamp
    /// Who made the commit.
    public let committer: Person
    /// When, by the committer's clock.
    public let committerTime: Timestamp
    /// The message as it is stored; bytes that are not UTF-8 are written as `\xNN`.
    public let message: String

    /// Takes the bytes of a commit apart; `nil` where a line of the header is missing or malformed.
    init?(_ id: ObjectID, parsing bytes: UnsafeRawBufferPointer) {
        var lines = CommitLines(rest: bytes[...])
        guard let tree = lines.next(key: "tree ").flatMap({ ObjectID(hexadecimal: $0) }) else { return nil }
        var parents: [ObjectID] = []
        while let line = lines.next(key: "parent ") {
            guard let parent = ObjectID(hexadecimal: line) else { return nil }
            parents.append(parent)
        }
        guard let author = lines.next(key: "author ").flatMap(Self.identity),
            let committer = lines.next(key: "committer ").flatMap(Self.identity)
        else { return nil }
        self.id = id
        self.tree = tree
        self.parents = parents
        (self.author, authorTime) = author
        (self.committer, committerTime) = committer
        message = String(lossless: lines.message())
    }

    /// An old commit may be in another encoding than UTF-8: its person is read with the odd bytes written out.
    private static func identity(_ line: Slice<UnsafeRawBufferPointer>) -> (Person, Timestamp)? {
        (try? TagObject.parseIdentity(line)) ?? (try? TagObject.parseIdentity(String(lossless: line).utf8))
    }
}

/// The header of a commit, a line at a time.
private struct CommitLines {
    var rest: Slice<UnsafeRawBufferPointer>

    /// The rest of the next line where it starts with `key`; `nil`, and no step, where it does not.
    mutating func next(key: String) -> Slice<UnsafeRawBufferPointer>? {
        guard rest.starts(with: key.utf8), let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let value = rest[(rest.startIndex + key.utf8.count)..<end]
        rest = rest[(end + 1)...]
        return value
    }

    /// What follows the first blank line, past header lines such as `encoding` and `gpgsig`.
    mutating func message() -> Slice<UnsafeRawBufferPointer> {
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let isBlank = end == rest.startIndex
            rest = rest[(end + 1)...]
            if isBlank { break }
        }
        return rest
    }
}
