import GitTypes

/// Writes values as YAML that every reader, of YAML 1.1 and 1.2, reads back as they are.
enum YAMLWriter {
    /// A value on one line: `[a, "no"]`, `{a: 1}`, `text`.
    static func inline(_ value: JSONValue, isInFlow: Bool) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let text): text
        case .string(let text): scalar(text, isInFlow: isInFlow)
        case .array(let values): "[\(values.map { inline($0, isInFlow: true) }.joined(separator: ", "))]"
        case .object(let members):
            "{\(members.map { scalar($0.key, isInFlow: true) + ": " + inline($0.value, isInFlow: true) }.joined(separator: ", "))}"
        }
    }

    /// The lines of `key: value` in block style, the first without its indentation, the others with `indent` spaces
    /// and `step` more for each level.
    static func member(_ key: String, _ value: JSONValue, indent: Int, step: Int) -> [String] {
        let key = scalar(key, isInFlow: false)
        guard isBlock(value) else { return ["\(key): \(inline(value, isInFlow: false))"] }
        let padding = String(repeating: " ", count: indent + step)
        let lines = block(value, indent: indent + step, step: step)
        return ["\(key):"] + lines.prefix(1).map { padding + $0 } + lines.dropFirst()
    }

    /// The lines of a collection in block style, the first without its indentation.
    static func block(_ value: JSONValue, indent: Int, step: Int) -> [String] {
        let padding = String(repeating: " ", count: indent)
        var lines: [String] = []
        switch value {
        case .object(let members) where !members.isEmpty:
            for entry in members {
                let inner = member(entry.key, entry.value, indent: indent, step: step)
                lines += inner.prefix(1).map { padding + $0 } + inner.dropFirst()
            }
        case .array(let values) where !values.isEmpty:
            lines = values.map { padding + "- " + inline($0, isInFlow: false) }
        default: lines = [padding + inline(value, isInFlow: false)]
        }
        return lines.prefix(1).map { String($0.dropFirst(indent)) } + lines.dropFirst()
    }

    private static func isBlock(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let members): !members.isEmpty
        case .array(let values): !values.isEmpty
        default: false
        }
    }

    /// A text as a scalar: plain where nothing can mistake it, else in double quotes.
    static func scalar(_ text: String, isInFlow: Bool) -> String {
        isPlain(text, isInFlow: isInFlow) ? text : doubleQuoted(text)
    }

    /// A text in double quotes with all that does not print escaped.
    static func doubleQuoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if isPrinted(scalar) {
                    result.unicodeScalars.append(scalar)
                } else {
                    let digits = String(scalar.value, radix: 16)
                    let (mark, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
                    result += "\\\(mark)\(String(repeating: "0", count: width - digits.count))\(digits)"
                }
            }
        }
        return result + "\""
    }

    private static func isPrinted(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x20...0x7E).contains(scalar.value) }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .privateUse,
            .unassigned:
            false
        default: true
        }
    }

    private static func isPlain(_ text: String, isInFlow: Bool) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        guard first >= 0x80 || isAlphanumeric(first) || [0x2F, 0x2E, 0x5F].contains(first) else { return false }
        if last == UInt8(ascii: " ") || last == UInt8(ascii: ":") { return false }
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                let isSafe = isAlphanumeric(UInt8(scalar.value)) || " -_./+@%()=~^;!?".unicodeScalars.contains(scalar)
                guard isSafe || scalar == ":" && !isInFlow else { return false }
            } else if !isPrinted(scalar) {
                return false
            }
        }
        if text.contains(": ") || text.contains("${") { return false }
        // YAML 1.1 reads many texts that start like a number as one: 1_000, 190:20:30, 2001-12-14, 0b1, .inf.
        if first == UInt8(ascii: ".") || (0x30...0x39).contains(first) { return text.contains("/") }
        return !words.contains(text.lowercased())
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// The words that YAML 1.1 or 1.2 reads as something else than a text.
    private static let words: Set<String> = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]
}
