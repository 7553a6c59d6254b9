import GitTypes
import RegistryCore
import RegistryFiles
import Testing

@Suite struct YAMLDocumentTests {
    static func parse(_ text: String, _ limits: YAMLLimits = .configuration) throws(RegistryError) -> YAMLNode {
        try YAMLDocument.parse(Array(text.utf8), limits: limits, file: "f.yaml")
    }

    @Test(arguments: [
        ("", JSONValue.null), ("~", .null), ("null", .null), ("true", .bool(true)), ("False", .bool(false)),
        ("no", .string("no")), ("yes", .string("yes")), ("on", .string("on")), ("12", .integer(12)),
        ("+7", .integer(7)),
        ("-0", .integer(0)), ("0o17", .integer(15)), ("0x1F", .integer(31)), ("017", .integer(17)),
        ("1_000", .string("1_000")), ("0.910", .number("0.910")), (".5", .number("0.5")), ("1.", .number("1")),
        ("-1e5", .number("-1e5")), ("1E+5", .number("1e+5")), ("12345678901234567890", .number("12345678901234567890")),
        (".inf", .string(".inf")), ("1.2.3", .string("1.2.3")), ("'12'", .string("12")), ("\"true\"", .string("true")),
        ("!!str 12", .string("12")), ("! 12", .string("12")), ("!!int 12", .integer(12)),
        (".\u{301}5", .string(".\u{301}5")),
        ("1e\u{301}5", .string("1e\u{301}5")), ("0x+1", .string("0x+1")), ("-", .array([.null])),
        ("[a, {b: 1}]", .array([.string("a"), .object(["b": .integer(1)])])),
        ("{\"a\":1,\"b\":[true,null]}", .object(["a": .integer(1), "b": .array([.bool(true), .null])])),
        ("a: |\n  x\n  y\n", .object(["a": .string("x\ny\n")])), ("\u{FEFF}a: 1", .object(["a": .integer(1)])),
        ("--- a\n...\n", .string("a")), ("{\n\t\"a\": \"\\u00e4\\/\"\n}", .object(["a": .string("ä/")])),
    ])
    func `reads values by the core schema`(text: String, value: JSONValue) throws {
        #expect(try Self.parse(text).json == value)
    }

    @Test func `reads the surrogate pairs of JSON`() throws {
        let bytes = Array(#"{"a": "\ud83d\ude00 \\ud83d \u00e9"}"#.utf8)
        let node = try YAMLDocument.parseJSON(bytes, limits: .metadata, file: "f.json")
        #expect(node["a"]?.text == "😀 \\ud83d é")
        for half in [#"["\ud83d"]"#, #"["\ude00\ud83d"]"#] {
            #expect(throws: RegistryError.self) {
                try YAMLDocument.parseJSON(Array(half.utf8), limits: .metadata, file: "f.json")
            }
        }
    }

    @Test(arguments: [
        ("a: &x 1\nb: *x", "1:4"), ("a: *x", "1:4"), ("<<: {a: 1}", "1:1"), ("a: 1\nb:\n  - a: 1\n    a: 2", "4:5"),
        ("a: 1\n---\nb: 2", "2:1"), ("a: !!python/object:os.system x", "1:4"), ("a: !x y", "1:4"), ("!!set {a}", "1:1"),
        ("a: !!int x", "1:4"), ("a: !!binary eA==", "1:4"), ("[a]: 1", "1:1"), ("? {a: 1}\n: 2", "1:3"),
        ("{: 1}", "1:2"),
        ("a: \u{1}", "1:4"), ("ä: \u{7F}", "1:4"), ("a\nb: \u{2028}", "2:4"), ("a: \u{85}", "1:4"),
        ("a: b\u{FEFF}", "1:5"),
        ("a: [1, 2", "2:1"), ("a: b: c", "1:5"), ("a:\n\t- b", "2:1"), ("a: 'x", "2:1"), ("%YAML 3.0\n--- a", "1:1"),
        ("{\"a\":1,\"a\":2}", "1:8"), ("é: 1\ne\u{301}: 2", "2:1"),
    ])
    func `refuses with line and column`(text: String, place: String) {
        do throws(RegistryError) {
            let node = try Self.parse(text + "\n")
            Issue.record("read as \(node.json.text(.compact))")
        } catch {
            #expect(error.code == .invalidFile)
            #expect(error.message.hasPrefix("f.yaml:\(place): "), "\(error.message)")
            #expect(!error.hints.isEmpty)
        }
    }

    @Test func `refuses bytes that are not UTF-8, wherever they stand`() {
        for bytes: [UInt8] in [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80],
            [0xFE, 0xFF, 0, 0x61],
            [0xFF, 0xFE, 0x61, 0], [0xF0, 0x80, 0x80, 0x80],
        ] {
            do throws(RegistryError) {
                _ = try YAMLDocument.parse(Array("a:\n  ".utf8) + bytes, limits: .metadata, file: "f")
                Issue.record("\(bytes) was read")
            } catch {
                #expect(error.message == "f:2:3: the file is not UTF-8")
            }
        }
    }

    @Test func `keeps the budgets of size, depth and nodes`() throws {
        let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        _ = try Self.parse(nested(32))
        let list = { (count: Int) in "[" + String(repeating: "1,", count: count) + "]" }
        _ = try Self.parse(list(9_999))
        _ = try Self.parse(String(repeating: "#", count: 65_536))
        for text in [nested(33), nested(5000), list(10_000), String(repeating: "#", count: 65_537)] {
            #expect(throws: RegistryError.self) { try Self.parse(text) }
        }
    }

    @Test func `aliases count what they stand for`() throws {
        let shared = try Self.parse("a: &x {b: [1, 2]}\nc: *x\n", .pipeline)
        #expect(shared["c"]?.json == .object(["b": .array([.integer(1), .integer(2)])]))
        #expect(shared["c"]?.isShared == true && shared["a"]?.isShared == true)
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...20 {
            let aliases = String(repeating: "*a\(level - 1), ", count: 10)
            bomb += "a\(level): &a\(level) [\(aliases)]\n"
        }
        var deep = "a0: &a0 [x]\n"
        for level in 1...40 { deep += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        for text in [bomb, deep, "a: &a [*a]\n", "a: &a {<<: *a}\n"] {
            #expect(throws: RegistryError.self) { try Self.parse(text, .pipeline) }
        }
    }

    @Test func `places are bytes, whatever comes before`() throws {
        let text = "\u{FEFF}# ä 🚀\r\nkey: 'wört'  # c\r\nlist:\r\n- a\r\n- b c\r\n\r\n# end\r\n"
        let bytes = Array(text.utf8)
        let root = try Self.parse(text)
        let value = try #require(root["key"])
        #expect(String(decoding: bytes[value.start.offset..<value.end.offset], as: UTF8.self) == "'wört'")
        #expect(value.start.line == 2 && value.start.column == 6)
        let list = try #require(root["list"])
        #expect(String(decoding: bytes[list.start.offset..<list.end.offset], as: UTF8.self) == "- a\r\n- b c")
        let long = "a: [" + String(repeating: "é, ", count: 5000) + "z]"
        let last = try #require(try Self.parse(long)["a"]?.elements?.last)
        #expect(Array(long.utf8)[last.start.offset] == UInt8(ascii: "z"))
    }

    @Test func `200 hostile files are refused or read, and none runs away`() {
        let size = 65_000
        var files: [String] = []
        for unit in [
            "[", "{", "- ", "? ", "a: ", "&a ", "*a ", "!!str ", "'", "\"", "|\n", ">\n", "#", "\n", " ", "\t", ",",
            ":", "a",
            "0", "-", "---\n", "...\n", "%a\n", "\\", "[a,", "{a: ", "\"a\": [", "- - ", "a:\n", " a\n", "\r", "\r\n",
            "é", "🚀",
            "? - ", "!<", "&", "*", "[{", "\"\\x", "a b", "<<: ", "\"\\u{", "a: |\n ", "[[],", "{},", "{{", "'' ",
            ": : ",
        ] {
            let run = String(repeating: unit, count: size / unit.utf8.count)
            files += [run, "a: " + run, "[" + run + "]", "a:\n" + run.split(separator: "x").joined() + "\nb: 1"]
        }
        #expect(files.count == 200)
        let clock = ContinuousClock()
        var slowest = Duration.zero
        var read = 0
        for file in files {
            let time = clock.measure { if (try? Self.parse(file)) != nil { read += 1 } }
            slowest = max(slowest, time)
        }
        #expect(read < 100)
        // The bar is 50 ms; a loaded machine must not fail the test by chance, a parser that is not linear must.
        #expect(slowest < .seconds(5))
        print("hostile YAML: slowest of 200 files \(slowest), \(read) are valid")
    }
}
