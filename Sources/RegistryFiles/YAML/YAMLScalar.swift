public import GitTypes

/// A text of a YAML file and how it is written, which decides what it means.
public struct YAMLScalar: Hashable, Sendable {
    /// How a scalar is written.
    public enum Style: Hashable, Sendable {
        /// Without quotes.
        case plain
        /// In `'`.
        case singleQuoted
        /// In `"`.
        case doubleQuoted
        /// After `|`.
        case literal
        /// After `>`.
        case folded
    }

    /// The text, unescaped.
    public let text: String
    /// How it is written.
    public let style: Style
    /// What it means by YAML's core schema (YAML 1.2.2, section 10.3): `true` is a bool, `no` and `yes` are texts.
    public let value: JSONValue

    /// Resolves a text. `isText` says that a tag (`!!str`, `!`) or the style makes it a text.
    init(_ text: String, style: Style, isText: Bool) {
        self.text = text
        self.style = style
        self.value = isText ? .string(text) : CoreSchema.resolve(text)
    }
}

/// YAML's core schema: what a plain scalar means.
enum CoreSchema {
    static func resolve(_ text: String) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        guard let first = text.utf8.first, (0x30...0x39).contains(first) || [0x2B, 0x2D, 0x2E].contains(first) else {
            return .string(text)
        }
        return based(text) ?? decimal(text) ?? .string(text)
    }

    /// `0x1F` and `0o17`.
    private static func based(_ text: String) -> JSONValue? {
        guard text.hasPrefix("0x") || text.hasPrefix("0o") else { return nil }
        let digits = text.dropFirst(2)
        guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-") else { return nil }
        return Int(digits, radix: text.hasPrefix("0x") ? 16 : 8).map { .integer($0) }
    }

    /// Whole numbers and fractions, rewritten where JSON would refuse them: `+1`, `007`, `.5`, `1.`.
    private static func decimal(_ text: String) -> JSONValue? {
        // As bytes: a combining mark behind a point would be one character with it.
        var rest = text.utf8[...]
        let sign = takeSign(&rest) == UInt8(ascii: "-") ? "-" : ""
        var whole = takeDigits(&rest)
        var fraction = ""
        let hasPoint = rest.first == UInt8(ascii: ".")
        if hasPoint {
            rest = rest.dropFirst()
            fraction = takeDigits(&rest)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var exponent = ""
        if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            exponent = "e" + (takeSign(&rest).map { String(UnicodeScalar($0)) } ?? "")
            let digits = takeDigits(&rest)
            guard !digits.isEmpty else { return nil }
            exponent += digits
        }
        guard rest.isEmpty else { return nil }
        whole = String(whole.drop { $0 == "0" })
        if whole.isEmpty { whole = "0" }
        if !hasPoint, exponent.isEmpty, let value = Int(sign + whole) { return .integer(value) }
        return .number(sign + whole + (fraction.isEmpty ? "" : "." + fraction) + exponent)
    }

    private static func takeSign(_ rest: inout Substring.UTF8View) -> UInt8? {
        guard let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") else { return nil }
        rest = rest.dropFirst()
        return first
    }

    private static func takeDigits(_ rest: inout Substring.UTF8View) -> String {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        rest = rest[digits.endIndex...]
        return String(decoding: digits, as: UTF8.self)
    }
}
