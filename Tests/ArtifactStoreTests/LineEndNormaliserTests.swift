import TestSupport
import Testing

@testable import ArtifactStore

/// MD5s of text as DVC 1 and 2 took them, held against DVC's own; `Fixtures/record_dos2unix.py` records them again.
@Suite struct LineEndNormaliserTests {
    private static let kinds: [String: [UInt8]] = [
        "text": Array("ab c\r\n\r\n\r\n\n\r\t".utf8),
        "pairs": Array("\r\n".utf8),
        "edge": Array("abcdefg".utf8) + [0x80, 0x81, 0x82],
        "edgepairs": Array("abc\r\n\r\n".utf8) + [0x80, 0x81, 0x82],
        "controls": [0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1B, 0x7F] + Array("abcdef\r\n".utf8),
        "binary": Array(0...255),
        "utf8": Array("aé中\r\n\r\n".utf8),
    ]

    private static func content(_ seed: UInt64, _ kind: String, _ size: Int) -> [UInt8] {
        let choices = kinds[kind] ?? []
        let made = randomBytes(size, seed: seed)
        return made.map { choices[Int($0) % choices.count] }
    }

    @Test func `digests are those of DVC`() throws {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let rows = try Sandbox.read("/\(folder)/Fixtures/dos2unix.tsv").split(separator: "\n")
        #expect(rows.count > 400)
        var random = SeededGenerator(seed: SeededGenerator.seed)
        for row in rows {
            let fields = row.split(separator: "\t").map(String.init)
            let bytes = Self.content(try #require(UInt64(fields[0])), fields[1], try #require(Int(fields[2])))
            let computation = try DigestComputation(.md5Text, size: 0)
            // However the pieces fall.
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = min(rest.count, Int.random(in: 1...max(1, bytes.count / 3), using: &random))
                rest.prefix(count).withUnsafeBytes { computation.update($0) }
                rest = rest.dropFirst(count)
            }
            #expect(computation.finish().hexadecimal == fields[3], "\(row), seed \(SeededGenerator.seed)")
        }
    }
}
