public import GitTypes

/// A place in a file.
public struct YAMLMark: Hashable, Sendable, CustomStringConvertible {
    /// The line, from 1.
    public let line: Int
    /// The column in Unicode scalars, from 1.
    public let column: Int
    /// Bytes from the start of the file, a byte order mark included.
    public let offset: Int

    /// Creates a place.
    public init(line: Int, column: Int, offset: Int) {
        self.line = line
        self.column = column
        self.offset = offset
    }

    /// `line:column`.
    public var description: String { "\(line):\(column)" }
}

/// A value of a YAML or JSON file, with the place where it stands.
public struct YAMLNode: Hashable, Sendable {
    /// What a node is.
    public enum Content: Hashable, Sendable {
        /// A text, a number, `true`, `null`.
        case scalar(YAMLScalar)
        /// A list.
        case sequence([YAMLNode])
        /// Keys and values in the order of the file; no key comes twice.
        case mapping([Entry])
    }

    /// One key of a mapping with its value.
    public struct Entry: Hashable, Sendable {
        /// The key's text, whatever type YAML gives it.
        public let key: String
        /// Where the key starts.
        public let keyStart: YAMLMark
        /// Where the key ends.
        public let keyEnd: YAMLMark
        /// The value; null where the file has none.
        public let value: YAMLNode
    }

    /// What the node is.
    public let content: Content
    /// Where it starts, its tag and anchor included. For a node used through an alias: where the alias stands.
    public let start: YAMLMark
    /// Where it ends. For a block collection: where its last value ends, so that comments below it are outside.
    public let end: YAMLMark
    /// Whether it is written with brackets or braces.
    public let isFlow: Bool
    /// Whether it carries an anchor or is used through an alias, so that a change here would show elsewhere.
    public let isShared: Bool

    /// The entries of a mapping; `nil` for anything else.
    public var entries: [Entry]? {
        guard case .mapping(let entries) = content else { return nil }
        return entries
    }

    /// The elements of a sequence; `nil` for anything else.
    public var elements: [YAMLNode]? {
        guard case .sequence(let elements) = content else { return nil }
        return elements
    }

    /// The scalar; `nil` for a collection.
    public var scalar: YAMLScalar? {
        guard case .scalar(let scalar) = content else { return nil }
        return scalar
    }

    /// The text of a scalar as it is written, whatever type YAML gives it: `no` is the text `no`, `1.0` the text
    /// `1.0`. `nil` for null and for collections.
    public var text: String? {
        guard let scalar, scalar.value != .null else { return nil }
        return scalar.text
    }

    /// Whether the node is null: nothing, `~` or `null`.
    public var isNull: Bool { scalar?.value == .null }

    /// The value of a key of a mapping.
    public subscript(key: String) -> YAMLNode? {
        entries?.first { $0.key == key }?.value
    }

    /// The value without its places. Numbers that JSON cannot write (`.inf`, `.nan`) become their text.
    public var json: JSONValue {
        switch content {
        case .scalar(let scalar): scalar.value
        case .sequence(let elements): .array(elements.map(\.json))
        case .mapping(let entries): .object(entries.map { JSONValue.Member($0.key, $0.value.json) })
        }
    }

    /// One of the words text, list, mapping, null, for sentences.
    var kindName: String {
        switch content {
        case .scalar: isNull ? "nothing" : "'\((text ?? "").terminalSafe(limit: 60))'"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
