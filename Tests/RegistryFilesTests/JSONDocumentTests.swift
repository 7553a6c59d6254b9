import GitTypes
import RegistryCore
import RegistryFiles
import TestSupport
import Testing

@Suite struct JSONDocumentTests {
    static func parse(_ text: String, _ limits: JSONLimits = .response) throws(RegistryError) -> JSONValue {
        try JSONDocument.parse(Array(text.utf8), limits: limits, file: "f.json")
    }

    @Test func `reads what Python's json reads, and refuses what it refuses`() throws {
        let rows = try Fixture.rows("json.tsv")
        #expect(rows.count > 130)
        for row in rows {
            let bytes = Fixture.bytes(hex: row[0])
            let text = String(decoding: bytes, as: UTF8.self)
            let value = try? JSONDocument.parse(bytes, file: "f.json")
            if row[1] == "ours" || row[2] == "refused" {
                #expect(value == nil, "\(text) was read as \(value?.text(.compact) ?? "")")
            } else {
                #expect(value?.text(.compact) == row[2], "\(text)")
            }
        }
    }

    @Test func `keeps whole numbers, and the text of all others`() throws {
        #expect(try Self.parse("[-3, 1.50, 1E9]") == .array([.integer(-3), .number("1.50"), .number("1E9")]))
    }

    @Test(arguments: [
        ("{\"a\": 1,\n \"b\" 2}", "2:6"), ("[1,\r\n\r\n  x]", "3:3"), ("", "1:1"), ("{\"k\": 1, \"k\": 2}", "1:10"),
        ("\"a\\x\"", "1:3"), ("\"a\u{1}\"", "1:3"), ("[1] 2", "1:5"), ("[", "1:2"),
    ])
    func `names the place of what it refuses`(text: String, place: String) {
        do throws(RegistryError) {
            let value = try Self.parse(text)
            Issue.record("read as \(value.text(.compact))")
        } catch {
            #expect(error.code == .invalidFile)
            #expect(error.message.hasPrefix("f.json:\(place): "), "\(error.message)")
        }
    }

    @Test func `keeps the budgets of size, depth and values`() throws {
        let limits = JSONLimits(byteCount: 1000, depth: 32, valueCount: 100)
        let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        let list = { (count: Int) in "[" + Array(repeating: "1", count: count).joined(separator: ",") + "]" }
        _ = try Self.parse(nested(32), limits)
        _ = try Self.parse(list(99), limits)
        _ = try Self.parse("1" + String(repeating: " ", count: 999), limits)
        let refused = [
            nested(33), nested(500), String(repeating: "[", count: 900), list(100),
            "1" + String(repeating: " ", count: 1000),
            String(repeating: "{\"a\":", count: 150), "{" + (0..<50).map { "\"\($0)\":1" }.joined(separator: ",") + "}",
        ]
        for text in refused {
            #expect(throws: RegistryError.self, "\(text)") { try Self.parse(text, limits) }
        }
        let deep = String(repeating: "[{\"a\":", count: 1_000_000)
        #expect(throws: RegistryError.self) { try Self.parse(deep) }
    }

    @Test func `what JSONValue writes is read again`() throws {
        var random = SeededGenerator(seed: SeededGenerator.seed)
        print("seed \(SeededGenerator.seed)")
        for _ in 0..<500 {
            let value = Self.value(depth: 4, &random)
            for layout in [JSONValue.Layout.compact, .indented] {
                #expect(try Self.parse(value.text(layout)) == value)
            }
        }
    }

    @Test func `no cut and no flipped byte of a text runs away`() throws {
        var random = SeededGenerator(seed: SeededGenerator.seed)
        print("seed \(SeededGenerator.seed)")
        for _ in 0..<300 {
            var bytes = Array(Self.value(depth: 4, &random).text(.compact).utf8)
            for _ in 0..<3 {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let cut = bytes.prefix(Int.random(in: 0...bytes.count, using: &random))
            // Whatever is accepted is valid JSON, and so survives being written.
            if let value = try? JSONDocument.parse(Array(cut), file: "f") {
                #expect(try Self.parse(value.text(.compact)) == value)
            }
        }
    }

    private static func value(depth: Int, _ random: inout SeededGenerator) -> JSONValue {
        let texts = [
            "", "a", "é", "😀", "\u{0}", "\\", "\"", "\n\t\r\u{8}\u{C}", "\u{7F}", "\u{FEFF}", "a/b", "\u{2028}",
        ]
        switch Int.random(in: 0..<(depth == 0 ? 5 : 7), using: &random) {
        case 0: return .null
        case 1: return .bool(random.chance(50))
        case 2: return .integer(Int.random(in: Int.min...Int.max, using: &random))
        case 3: return .number(random.pick(["0.5", "-1e9", "1E-5", "123456789012345678901"]))
        case 4: return .string((0..<3).map { _ in random.pick(texts) }.joined())
        case 5: return .array((0..<3).map { _ in value(depth: depth - 1, &random) })
        default:
            let count = random.pick([0, 1, 3, 12])
            return .object((0..<count).map { .init("\(random.pick(texts))\($0)", value(depth: depth - 1, &random)) })
        }
    }
}
