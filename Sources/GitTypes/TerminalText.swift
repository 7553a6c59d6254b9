extension String {
    /// The text as it may be printed on a terminal: nothing in it can move the cursor, change colours or hide.
    ///
    /// Control characters (C0 and C1), DEL, the line and paragraph separators, zero-width and bidirectional controls,
    /// and tag characters become `\xNN` or `\u{NNNN}`; a newline becomes `\n` and a tab `\t` unless they are kept.
    /// Text that comes out of a repository, a file, a hook or the network passes here before a person sees it.
    /// - Parameters:
    ///   - keepingLines: leaves LF and TAB as they are, for texts of several lines.
    ///   - limit: the most characters that are shown; what is left out is counted: `… (+1234)`.
    public func terminalSafe(keepingLines: Bool = false, limit: Int = .max) -> String {
        var result = ""
        var shown = 0
        var left = 0
        for scalar in unicodeScalars {
            if shown >= limit {
                left += 1
                continue
            }
            shown += 1
            switch scalar {
            case "\n": result += keepingLines ? "\n" : "\\n"
            case "\t": result += keepingLines ? "\t" : "\\t"
            case "\r": result += "\\r"
            default:
                if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
                    result += "\\x" + String(scalar.value, radix: 16).leftPadded(to: 2)
                } else if scalar.isInvisibleOnTerminal {
                    result += "\\u{" + String(scalar.value, radix: 16) + "}"
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return left == 0 ? result : result + "… (+\(left))"
    }

    /// Decodes bytes as UTF-8 without losing any: a byte that is not UTF-8 becomes `\xNN`.
    public init(lossless bytes: some Collection<UInt8>) {
        if let valid = String(validating: bytes, as: UTF8.self) {
            self = valid
            return
        }
        var result = ""
        var rest = Array(bytes)[...]
        while let first = rest.first {
            let length = [1, 2, 3, 4].first { length in
                rest.count >= length && String(validating: rest.prefix(length), as: UTF8.self) != nil
            }
            if let length, let valid = String(validating: rest.prefix(length), as: UTF8.self) {
                result += valid
                rest = rest.dropFirst(length)
            } else {
                result += "\\x" + String(first, radix: 16).leftPadded(to: 2)
                rest = rest.dropFirst()
            }
        }
        self = result
    }

    fileprivate func leftPadded(to width: Int) -> String {
        String(repeating: "0", count: max(0, width - count)) + self
    }
}

extension Unicode.Scalar {
    /// A scalar that draws nothing of its own but may reorder, hide or join what is around it.
    fileprivate var isInvisibleOnTerminal: Bool {
        switch value {
        case 0xAD, 0x61C, 0x115F, 0x1160, 0x180E, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0x3164,
            0xFEFF, 0xFFA0, 0xFFF9...0xFFFB, 0xE0000...0xE0FFF:
            true
        default:
            properties.generalCategory == .privateUse || properties.generalCategory == .unassigned
        }
    }
}
