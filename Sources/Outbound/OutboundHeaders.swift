/// Header fields in their order; names are in lower case. No description of them shows a value.
public struct OutboundHeaders: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// One field.
    public struct Field: Hashable, Sendable {
        /// The name in lower case.
        public let name: String
        /// The value without space around it.
        public let value: String
    }

    /// The fields in their order. A name may stand more than once.
    public private(set) var fields: [Field] = []

    /// Creates no field.
    public init() {}

    /// Creates fields from names and values.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { append(name, value) }
    }

    /// Adds a field behind the others.
    public mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: name.lowercased(), value: value))
    }

    /// The first value of a name, whichever way it is written.
    public subscript(name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name == name }?.value
    }
}

extension OutboundHeaders: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The names.
    public var description: String { fields.map(\.name).joined(separator: ", ") }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// What `dump` shows: the names.
    public var customMirror: Mirror { Mirror(self, children: ["names": description]) }
}

extension OutboundHeaders.Field: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The name.
    public var description: String { name }

    /// The same as ``description``.
    public var debugDescription: String { name }

    /// What `dump` shows: the name.
    public var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
