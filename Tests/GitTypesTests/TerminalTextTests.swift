import GitTypes
import TestSupport
import Testing

@Suite struct TerminalTextTests {
    @Test(arguments: [
        ("plain", "plain"), ("é 模型", "é 模型"), ("a\u{1B}[31mb", "a\\x1b[31mb"), ("a\nb", "a\\nb"), ("a\rb", "a\\rb"),
        ("\u{7}", "\\x07"), ("\u{9B}31m", "\\x9b31m"), ("\u{7F}", "\\x7f"), ("a\u{202E}b", "a\\u{202e}b"),
        ("a\u{200B}b", "a\\u{200b}b"), ("\u{FEFF}", "\\u{feff}"), ("\u{E0041}", "\\u{e0041}"),
        ("\u{E000}", "\\u{e000}"),
    ])
    func `nothing that moves, hides or reorders is left`(text: String, expected: String) {
        #expect(text.terminalSafe() == expected)
    }

    @Test func `lines and tabs may be kept, and the rest cut`() {
        #expect("a\n\tb\u{1B}".terminalSafe(keepingLines: true) == "a\n\tb\\x1b")
        #expect("abcdef".terminalSafe(limit: 2) == "ab… (+4)")
    }

    /// Row M2 of the threat table: 10,000 texts of hostile scalars, none of which leaves a control byte.
    @Test func `no hostile text gets through`() {
        var random = SeededGenerator(seed: 20_261_121)
        let hostile: [ClosedRange<UInt32>] = [
            0x00...0x20, 0x7F...0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xE0000...0xE007F, 0x41...0x5A,
            0x4E00...0x4E20, 0xFFF0...0xFFFF, 0x61C...0x61C,
        ]
        for round in 0..<10_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...30, using: &random) {
                let range = hostile.randomElement(using: &random) ?? 0x41...0x41
                if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) { text.append(scalar) }
            }
            for safe in [String(text).terminalSafe(), String(text).terminalSafe(keepingLines: true)] {
                let bad = safe.unicodeScalars.filter { scalar in
                    let value = scalar.value
                    return value < 0x20 && value != 0x0A && value != 0x09 || (0x7F...0x9F).contains(value)
                        || (0x200B...0x200F).contains(value) || (0x2028...0x202E).contains(value)
                        || (0x2060...0x206F).contains(value) || (0xE0000...0xE0FFF).contains(value) || value == 0x61C
                }
                #expect(bad.isEmpty, "round \(round)")
            }
            // JSON is exact and ASCII: the escapes of the output read back as the text.
            let json = JSONValue.string(String(text)).text()
            #expect(json.utf8.allSatisfy { (0x20..<0x7F).contains($0) }, "round \(round)")
            #expect(Self.unescaped(json) == Array(String(text).utf16), "round \(round)")
        }
    }

    /// Reads a JSON string back, as UTF-16.
    private static func unescaped(_ json: String) -> [UInt16] {
        var units: [UInt16] = []
        var rest = json.utf8.dropFirst().dropLast()
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
                units.append(UInt16(byte))
                continue
            }
            switch escape {
            case UInt8(ascii: "u"):
                units.append(UInt16(String(decoding: rest.prefix(4), as: UTF8.self), radix: 16) ?? 0)
                rest = rest.dropFirst(4)
            case UInt8(ascii: "n"): units.append(10)
            case UInt8(ascii: "r"): units.append(13)
            case UInt8(ascii: "t"): units.append(9)
            case UInt8(ascii: "b"): units.append(8)
            case UInt8(ascii: "f"): units.append(12)
            default: units.append(UInt16(escape))
            }
        }
        return units
    }
}
