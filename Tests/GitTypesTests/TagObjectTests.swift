import GitTypes
import TestSupport
import Testing

@Suite struct TagObjectTests {
    static let sample = """
        object 8a1eb65b338b194b1579b3436cbba09fb7edb0c7
        type commit
        tag churn@v3.1.0
        tagger Ana Ruiz <ana@example.com> 1693814013 +0230

        Registering artifact churn version v3.1.0
        """

    @Test func `reads what git writes and writes what it read`() throws {
        let tag = try TagObject(parsing: Array(Self.sample.utf8))
        #expect(tag.target.short == "8a1eb65")
        #expect(tag.targetType == "commit")
        #expect(tag.name.description == "churn@v3.1.0")
        #expect(tag.tagger == Person(name: "Ana Ruiz", email: "ana@example.com"))
        #expect(tag.time == Timestamp(seconds: 1_693_814_013, offsetMinutes: 150))
        #expect(tag.message == "Registering artifact churn version v3.1.0")
        #expect(tag.payload == Array(Self.sample.utf8))
    }

    @Test(arguments: [
        "-----BEGIN PGP SIGNATURE-----", "-----BEGIN SSH SIGNATURE-----", "-----BEGIN SIGNED MESSAGE-----",
        "-----BEGIN PGP MESSAGE-----",
    ])
    func `a signature is cut off the message`(mark: String) throws {
        let tag = try TagObject(parsing: Array("\(Self.sample)\n\(mark)\nabc\n-----END-----\n".utf8))
        #expect(tag.message == "Registering artifact churn version v3.1.0\n")
        #expect(tag.signature?.hasPrefix(mark) == true)
    }

    @Test(arguments: [
        ("object 8a1e", "object zzzz", TagObject.Defect.target), ("type commit", "kind commit", .header),
        ("tagger Ana Ruiz <ana@example.com> 1693814013 +0230\n", "", .noTagger), ("Ana Ruiz <", "<", .emptyTagger),
        ("<ana@example.com> 1693814013 +0230", "nobody", .tagger), ("1693814013", "soon", .tagger),
        ("1693814013", "99999999999999999999", .tagger),
    ])
    func `a damaged object is refused with its defect`(part: String, replacement: String, defect: TagObject.Defect) {
        let damaged = Self.sample.replacing(part, with: replacement, maxReplacements: 1)
        #expect(throws: defect) { try TagObject(parsing: Array(damaged.utf8)) }
    }

    @Test func `a message that is not UTF-8 is refused`() {
        #expect(throws: TagObject.Defect.encoding) { try TagObject(parsing: Array(Self.sample.utf8) + [0xFF]) }
    }

    /// Row C7 of the fault table: 300 mutated objects, no crash.
    @Test func `no bytes make the parser trap`() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<3_000 {
            var bytes = Array(Self.sample.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let position = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: position)
                default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: position)
                }
            }
            bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            if let tag = try? TagObject(parsing: bytes) { #expect(!tag.tagger.name.isEmpty) }
        }
    }

    @Test(
        arguments: [
            (0, 0, "1970-01-01T00:00:00+00:00"), (1_693_814_389, 0, "2023-09-04T07:59:49+00:00"),
            (951_782_400, 330, "2000-02-29T05:30:00+05:30"), (-1, -90, "1969-12-31T22:29:59-01:30"),
            (253_402_300_799, 0, "9999-12-31T23:59:59+00:00"), (4_107_542_400, 0, "2100-03-01T00:00:00+00:00"),
        ] as [(Int64, Int, String)])
    func `times are written as Python writes them`(seconds: Int64, offset: Int, expected: String) {
        #expect(Timestamp(seconds: seconds, offsetMinutes: offset).iso8601 == expected)
    }
}
