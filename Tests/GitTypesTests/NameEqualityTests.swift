import GitTypes
import TestSupport
import Testing

@Suite struct NameEqualityTests {
    @Test func `two spellings of one letter are two names`() {
        let (composed, decomposed) = ("\u{E9}", "e\u{301}")
        #expect(composed == decomposed)
        #expect(TagName(asRead: composed) != TagName(asRead: decomposed))
        #expect(Set([TagName(asRead: composed), TagName(asRead: decomposed), TagName(asRead: composed)]).count == 2)
        #expect(RefName(bytes: composed.utf8) != RefName(bytes: decomposed.utf8))
        #expect(RefName(bytes: composed.utf8) == RefName(bytes: composed.utf8))
    }

    @Test func `an identity line with the smallest number is refused, not a trap`() {
        for seconds in ["-9223372036854775808", "9223372036854775807", "140737488355328"] {
            #expect(throws: TagObject.Defect.tagger) { try TagObject.parseIdentity("A <a@b> \(seconds) +0000".utf8) }
        }
    }

    @Test func `names are ordered by their bytes`() {
        var random = SeededGenerator(seed: SeededGenerator.seed)
        let letters = ["a", "b", "", "é", "e\u{301}", "\u{10FFFF}", "\u{FFFD}", "@", "longer than sixteen bytes"]
        for _ in 0..<5000 {
            let texts = (0..<2).map { _ in
                (0..<Int.random(in: 0...3, using: &random)).map { _ in letters.randomElement(using: &random) ?? "" }
                    .joined()
            }
            let (left, right) = (TagName(asRead: texts[0]), TagName(asRead: texts[1]))
            let place = "\(texts), seed \(SeededGenerator.seed)"
            #expect((left == right) == (Array(texts[0].utf8) == Array(texts[1].utf8)), "\(place)")
            #expect((left < right) == Array(texts[0].utf8).lexicographicallyPrecedes(Array(texts[1].utf8)), "\(place)")
        }
    }

    @Test func `an id consists of hexadecimal digits alone`() {
        let text = Array("8a1eb65b338b194b1579b3436cbba09fb7edb0c7".utf8)
        for position in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[position] = byte
                let digit = Int(String(UnicodeScalar(byte)), radix: 16)
                let id = ObjectID(hexadecimal: changed)
                #expect((id != nil) == (digit != nil && byte < 0x80), "\(byte) at \(position)")
                #expect(
                    id.map { Array($0.description.utf8)[position] }
                        == digit.map { Array(String($0, radix: 16).utf8)[0] })
            }
        }
    }

    @Test func `an id reads the same from memory and from a collection`() {
        let texts = [
            "8a1eb65b338b194b1579b3436cbba09fb7edb0c7", "8A1EB65B338B194B1579B3436CBBA09FB7EDB0C7", "8a1e", "",
            "8a1eb65b338b194b1579b3436cbba09fb7edb0cg", "8a1eb65b338b194b1579b3436cbba09fb7edb0c70",
        ]
        for text in texts {
            let bytes = Array(text.utf8)
            #expect(bytes.withUnsafeBytes { ObjectID(hexadecimal: $0) } == ObjectID(hexadecimal: bytes), "\(text)")
        }
    }
}
