/// A JSON value whose objects keep the order of their keys, so that our output can follow GTO's.
public enum JSONValue: Hashable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number.
    case integer(Int)
    /// A number kept as the text it was read as: `0.91`, `1e-5`.
    case number(String)
    /// A text.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// Keys and values in the order in which they are written.
    case object([Member])

    /// One key of an object with its value.
    public struct Member: Hashable, Sendable {
        /// The key.
        public let key: String
        /// Its value.
        public let value: JSONValue

        /// Creates a member.
        public init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// A text, or `null` where there is none.
    public static func optional(_ text: String?) -> JSONValue {
        text.map { .string($0) } ?? .null
    }

    /// The value of a key, where this is an object that has it.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// How a value is laid out.
    public enum Layout: Sendable {
        /// Four spaces a level, a member a line: what Python's `json.dumps(indent=4)`, and so GTO, writes.
        case indented
        /// One line, without spaces.
        case compact
    }

    /// The JSON text. All that is not ASCII is written as `\uNNNN`, as GTO does, so that no control character of
    /// any kind reaches a terminal and no encoding can spoil it.
    public func text(_ layout: Layout = .indented) -> String {
        var result = ""
        write(to: &result, layout, depth: 0)
        return result
    }

    private func write(to result: inout String, _ layout: Layout, depth: Int) {
        switch self {
        case .null: result += "null"
        case .bool(let value): result += value ? "true" : "false"
        case .integer(let value): result += String(value)
        case .number(let text): result += text
        case .string(let text): Self.writeString(text, to: &result)
        case .array(let values):
            Self.writeList(values, brackets: ("[", "]"), to: &result, layout, depth: depth) { value, result in
                value.write(to: &result, layout, depth: depth + 1)
            }
        case .object(let members):
            Self.writeList(members, brackets: ("{", "}"), to: &result, layout, depth: depth) { member, result in
                Self.writeString(member.key, to: &result)
                result += layout == .indented ? ": " : ":"
                member.value.write(to: &result, layout, depth: depth + 1)
            }
        }
    }

    private static func writeList<Item>(
        _ items: [Item], brackets: (String, String), to result: inout String, _ layout: Layout, depth: Int,
        item write: (Item, inout String) -> Void
    ) {
        result += brackets.0
        for (position, item) in items.enumerated() {
            if position > 0 { result += "," }
            if layout == .indented { result += "\n" + String(repeating: "    ", count: depth + 1) }
            write(item, &result)
        }
        if layout == .indented, !items.isEmpty { result += "\n" + String(repeating: "    ", count: depth) }
        result += brackets.1
    }

    private static func writeString(_ text: String, to result: inout String) {
        result += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{8}": result += "\\b"
            case "\u{C}": result += "\\f"
            default:
                if (0x20..<0x7F).contains(scalar.value) {
                    result.unicodeScalars.append(scalar)
                } else {
                    for unit in String(scalar).utf16 {
                        let digits = String(unit, radix: 16)
                        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                    }
                }
            }
        }
        result += "\""
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
    /// An object from key and value pairs, in their order.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
