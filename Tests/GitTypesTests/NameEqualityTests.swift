import GitTypes
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
