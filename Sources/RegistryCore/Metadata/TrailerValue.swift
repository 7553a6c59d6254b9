/// Values of trailers: one line, nothing in it that a terminal obeys, and readable back to the same text.
enum TrailerValue {
    /// Writes `\` as `\\`, and control characters, the blanks at both ends and what draws nothing as `\xNN` or
    /// `\u{NNNN}`, NN being the scalar's number.
    static func escaped(_ text: String, alsoEscaping special: Unicode.Scalar? = nil) -> String {
        var result = ""
        let scalars = text.unicodeScalars
        var position = scalars.startIndex
        while position < scalars.endIndex {
            let scalar = scalars[position]
            let next = scalars.index(after: position)
            let isAtEnd = position == scalars.startIndex || next == scalars.endIndex
            position = next
            if scalar == "\\" {
                result += "\\\\"
            } else if scalar == special || scalar == " " && isAtEnd || !isPrinted(scalar) {
                let digits = String(scalar.value, radix: 16)
                if scalar.value > 0xFF {
                    result += "\\u{\(digits)}"
                } else {
                    result += digits.utf8.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"
                }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Reads what ``escaped(_:alsoEscaping:)`` wrote. A `\` that starts no escape stands for itself.
    static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
        var result = String.UnicodeScalarView()
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.first {
            if scalar == "\\", let (meaning, length) = escape(rest) {
                result.append(meaning)
                rest = rest.dropFirst(length)
            } else {
                result.append(scalar)
                rest = rest.dropFirst()
            }
        }
        return String(result)
    }

    private static func escape(_ text: Substring.UnicodeScalarView) -> (Unicode.Scalar, length: Int)? {
        let start = text.prefix(12).map { $0 }
        guard start.count >= 2 else { return nil }
        switch start[1] {
        case "\\": return ("\\", 2)
        case "x":
            guard start.count >= 4, let scalar = scalar(start[2...3]) else { return nil }
            return (scalar, 4)
        case "u":
            guard start.count >= 5, start[2] == "{", let end = start.firstIndex(of: "}"),
                let scalar = scalar(start[3..<end])
            else { return nil }
            return (scalar, end + 1)
        default: return nil
        }
    }

    private static func scalar(_ digits: ArraySlice<Unicode.Scalar>) -> Unicode.Scalar? {
        guard !digits.isEmpty, digits.allSatisfy({ $0.properties.isASCIIHexDigit }) else { return nil }
        return UInt32(String(String.UnicodeScalarView(digits)), radix: 16).flatMap { Unicode.Scalar($0) }
    }

    private static func isPrinted(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x20...0x7E).contains(scalar.value) }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
        default: true
        }
    }
}
