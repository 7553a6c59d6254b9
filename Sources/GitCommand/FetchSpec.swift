public import GitTypes

/// What is fetched, and under which local name it is kept: one refspec.
///
/// Written as git writes it: `refs/tags/*:refs/tags/*`, `+refs/heads/main:refs/remotes/origin/main`, an object's id.
public struct FetchSpec: Hashable, Sendable, CustomStringConvertible {
    /// The refspec.
    public let description: String

    private init(unchecked text: String) {
        self.description = text
    }

    /// All tags, under their own names; a tag that is here with another id is refused.
    public static let tags = FetchSpec(unchecked: "refs/tags/*:refs/tags/*")

    /// One ref, under its own name or another one; `nil` fetches the objects alone.
    /// - Throws: ``MalformedValue`` where a name that a repository gave is not one that git accepts.
    public init(_ source: RefName, to destination: RefName?) throws(MalformedValue) {
        var text = try RefName(source.description).description
        if let destination { text += ":\(try RefName(destination.description))" }
        self.description = text
    }

    /// One object and what it needs, under no name.
    public init(_ object: ObjectID) {
        self.description = object.description
    }

    /// Reads a refspec that a person gave: `[+]source[:destination]`, each side a full ref name in which one `*` may
    /// stand, the source alone also an id.
    /// - Throws: ``MalformedValue`` for anything else.
    public init(_ text: some StringProtocol) throws(MalformedValue) {
        let text = String(text)
        let body = text.hasPrefix("+") ? text.dropFirst() : text[...]
        let sides = body.split(separator: ":", omittingEmptySubsequences: false)
        guard sides.count == 1 || sides.count == 2 else {
            throw MalformedValue(expected: "refspec", value: text, rule: "it has more than two sides")
        }
        let stars = sides.map { side in side.utf8.count { $0 == UInt8(ascii: "*") } }
        guard stars.allSatisfy({ $0 <= 1 }), stars.first == stars.last else {
            throw MalformedValue(expected: "refspec", value: text, rule: "at most one '*' may stand on both sides")
        }
        for (position, side) in sides.enumerated() where position > 0 || ObjectID(side) == nil {
            // A star stands for any part of a name, so a name with a letter in its place must be one.
            _ = try RefName(String(side.map { $0 == "*" ? "x" : $0 }))
        }
        self.description = text
    }
}

/// What a partial fetch leaves at the remote until it is asked for.
public enum ObjectFilter: String, Hashable, Sendable {
    /// All files' contents.
    case blobless = "blob:none"
    /// All folders and files' contents.
    case treeless = "tree:0"
}
