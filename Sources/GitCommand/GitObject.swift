public import GitTypes

/// An object as `git cat-file --batch` hands it out.
public struct GitObject: Hashable, Sendable {
    /// Its id.
    public let id: ObjectID
    /// What it is.
    public let kind: Kind
    /// Its content without the header.
    public let bytes: [UInt8]

    /// Creates an object from what was read.
    public init(id: ObjectID, kind: Kind, bytes: [UInt8]) {
        self.id = id
        self.kind = kind
        self.bytes = bytes
    }

    /// The four kinds of object.
    public enum Kind: String, Hashable, Sendable {
        /// A commit.
        case commit
        /// A folder.
        case tree
        /// A file's content.
        case blob
        /// An annotated tag.
        case tag
    }
}

/// Takes the output of `git cat-file --batch` apart as it comes: `id SP kind SP size LF content LF`.
struct ObjectStreamParser {
    /// Why the stream cannot be read on.
    enum Failure: Error {
        case missing(ObjectID?)
        case tooLarge
        case malformed
    }

    private let limit: Int
    private var total = 0
    private var header: [UInt8] = []
    private var current: (id: ObjectID, kind: GitObject.Kind, size: Int)?
    private var content: [UInt8] = []
    private(set) var objects: [GitObject] = []

    /// - Parameter limit: the most bytes that all objects may have together.
    init(limit: Int) {
        self.limit = limit
    }

    /// Whether the stream may end here.
    var isBetweenObjects: Bool { current == nil && header.isEmpty }

    /// Takes the next piece of the stream.
    mutating func append(_ piece: UnsafeRawBufferPointer) throws(Failure) {
        var rest = piece[...]
        while !rest.isEmpty {
            guard let object = current else {
                try appendHeader(&rest)
                continue
            }
            // The line end after the content counts as its last byte.
            let part = rest.prefix(object.size + 1 - content.count)
            content.append(contentsOf: part)
            rest = rest.dropFirst(part.count)
            guard content.count == object.size + 1 else { continue }
            content.removeLast()
            objects.append(GitObject(id: object.id, kind: object.kind, bytes: content))
            current = nil
            content = []
        }
    }

    private mutating func appendHeader(_ rest: inout Slice<UnsafeRawBufferPointer>) throws(Failure) {
        let end = rest.firstIndex(of: UInt8(ascii: "\n"))
        header.append(contentsOf: rest[..<(end ?? rest.endIndex)])
        guard header.count <= 256 else { throw .malformed }
        rest = rest[(end.map { $0 + 1 } ?? rest.endIndex)...]
        guard end != nil else { return }
        let fields = String(decoding: header, as: UTF8.self).split(separator: " ")
        header = []
        let id = fields.first.flatMap { ObjectID($0) }
        if fields.count == 2, fields[1] == "missing" { throw .missing(id) }
        guard fields.count == 3, let id, let kind = GitObject.Kind(rawValue: String(fields[1])),
            let size = Int(fields[2]), size >= 0
        else { throw .malformed }
        guard size <= limit - total else { throw .tooLarge }
        total += size
        content.reserveCapacity(size + 1)
        current = (id, kind, size)
    }
}
