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
        var bytes: [UInt8] = []
        write(to: &bytes, layout)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Adds the bytes of the JSON text. See ``text(_:)``.
    /// - Parameter depth: how many values this one lies in.
    public func write(to result: inout [UInt8], _ layout: Layout = .indented, depth: Int = 0) {
        switch self {
        case .null: result.add("null")
        case .bool(let value): result.add(value ? "true" : "false")
        case .integer(let value): result += String(value).utf8
        case .number(let text): result += text.utf8
        case .string(let text): Self.writeString(text, to: &result)
        case .array(let values):
            Self.writeList(values, ("[", "]"), to: &result, layout, depth: depth) { value, result in
                value.write(to: &result, layout, depth: depth + 1)
            }
        case .object(let members):
            Self.writeList(members, ("{", "}"), to: &result, layout, depth: depth) { member, result in
                Self.writeString(member.key, to: &result)
                result.add(layout == .indented ? ": " : ":")
                member.value.write(to: &result, layout, depth: depth + 1)
            }
        }
    }

    private static func writeList<Item>(
        _ items: [Item], _ brackets: (StaticString, StaticString), to result: inout [UInt8], _ layout: Layout,
        depth: Int, item write: (Item, inout [UInt8]) -> Void
    ) {
        result.add(brackets.0)
        for (position, item) in items.enumerated() {
            if position > 0 { result.add(",") }
            if layout == .indented { result.addLine(depth: depth + 1) }
            write(item, &result)
        }
        if layout == .indented, !items.isEmpty { result.addLine(depth: depth) }
        result.add(brackets.1)
    }

    private static func writeString(_ text: String, to result: inout [UInt8]) {
        result.add("\"")
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            for position in bytes.indices where !isPlain(bytes[position]) {
                // A scalar is escaped at its first byte; those that follow belong to it.
                if position < start { continue }
                result += UnsafeBufferPointer(rebasing: bytes[start..<position])
                let length = scalarLength(bytes[position])
                writeEscape(UnsafeBufferPointer(rebasing: bytes[position..<(position + length)]), to: &result)
                start = position + length
            }
            result += UnsafeBufferPointer(rebasing: bytes[start...])
        }
        result.add("\"")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// How many bytes the scalar has that starts with this one, in valid UTF-8.
    private static func scalarLength(_ first: UInt8) -> Int {
        first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    }

    private static func writeEscape(_ scalar: UnsafeBufferPointer<UInt8>, to result: inout [UInt8]) {
        switch scalar.first {
        case UInt8(ascii: "\""): result.add("\\\"")
        case UInt8(ascii: "\\"): result.add("\\\\")
        case UInt8(ascii: "\n"): result.add("\\n")
        case UInt8(ascii: "\r"): result.add("\\r")
        case UInt8(ascii: "\t"): result.add("\\t")
        case 0x08: result.add("\\b")
        case 0x0C: result.add("\\f")
        default:
            for unit in String(decoding: scalar, as: UTF8.self).utf16 {
                let digits = String(unit, radix: 16)
                result.add("\\u")
                result += repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count)
                result += digits.utf8
            }
        }
    }
}

extension [UInt8] {
    fileprivate mutating func add(_ text: StaticString) {
        self += UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    /// A new line, with the spaces of a depth.
    fileprivate mutating func addLine(depth: Int) {
        append(UInt8(ascii: "\n"))
        self += repeatElement(UInt8(ascii: " "), count: 4 * depth)
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
    /// An object from key and value pairs, in their order.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
