import RegistryCore
import TestSupport
import Testing

@Suite struct MessageTrailersTests {
    static let sha = String(repeating: "ab", count: 32)

    @Test func `writes the subject, a blank line and the facts`() throws {
        let facts = ReleaseFacts(
            path: "models/churn.pkl", type: "model", digest: .init("sha256:\(Self.sha)"), size: 42,
            metrics: [.init("auc", "0.91"), .init("a=b", "1")], source: "https://ci/run/7")
        let message = try MessageTrailers.compose(message: "Registering artifact churn version v1.0.0", facts: facts)
        #expect(
            message == """
                Registering artifact churn version v1.0.0

                Artifact-Path: models/churn.pkl
                Artifact-Type: model
                Artifact-Digest: sha256:\(Self.sha)
                Artifact-Size: 42
                Metric: auc=0.91
                Metric: a\\x3db=1
                Source: https://ci/run/7
                """)
        #expect(ReleaseFacts(message: message) == facts)
        #expect(MessageTrailers.text(of: message) == "Registering artifact churn version v1.0.0")
    }

    @Test func `without facts the text stands alone, as GTO writes it`() throws {
        let text = "Registering artifact churn version v1.0.0"
        #expect(try MessageTrailers.compose(message: text, facts: ReleaseFacts()) == text)
    }

    @Test(arguments: [
        ("s\n\nArtifact-Digest: sha256:evil", "s\n\n> Artifact-Digest: sha256:evil"),
        ("s\r\n\r\nartifact-size : 1", "s\n\n> artifact-size : 1"),
        ("s\n\nx\n---\ny", "s\n\nx\n> ---\ny"),
        ("s\n\n----- x", "s\n\n----- x"),
        ("s\n\n-----BEGIN PGP SIGNATURE-----\nx", "s\n\n> -----BEGIN PGP SIGNATURE-----\nx"),
        (
            "s\n\n# ------------------------ >8 ------------------------\nx",
            "s\n\n> # ------------------------ >8 ------------------------\nx"
        ),
        ("Metric: better", "Metric: better"),
        ("\n\n  s\n\nSigned-off-by: A <a@b>\n\n", "s\n\nSigned-off-by: A <a@b>"),
        ("a\u{D}b", "a\nb"),
    ])
    func `quotes lines that would be taken for something else`(text: String, written: String) throws {
        #expect(try MessageTrailers.compose(message: text, facts: ReleaseFacts()) == written)
    }

    @Test func `refuses what a tag cannot carry`() {
        func code(_ message: String, _ facts: ReleaseFacts = ReleaseFacts()) -> ErrorCode? {
            do throws(RegistryError) {
                _ = try MessageTrailers.compose(message: message, facts: facts)
                return nil
            } catch { return error.code }
        }
        #expect(code(String(repeating: "x", count: (1 << 20) + 1)) == .tooLarge)
        #expect(code(String(repeating: "x", count: 1 << 20)) == nil)
        #expect(code(String(repeating: "x", count: 1 << 20), ReleaseFacts(path: "p")) == .tooLarge)
        #expect(code("m", ReleaseFacts(metrics: Array(repeating: .init("a", "1"), count: 51))) == .tooLarge)
        #expect(code("a\0b") == .invalidArguments)
        #expect(code(" \n\t") == .invalidArguments)
        #expect(MessageTrailers.parse(String(repeating: "x", count: 1 << 20) + "\n\nSource: a").isEmpty)
    }

    @Test func `a value that is wrong or said twice is no fact`() {
        let facts = ReleaseFacts(
            message: """
                s

                Artifact-Digest: sha256:../../etc
                Artifact-Size: +5
                Artifact-Path: a
                Artifact-Path: b
                SOURCE: ci
                Source: ci
                Metric: nothing
                """)
        #expect(facts == ReleaseFacts(source: "ci"))
    }

    @Test func `digests are digits of the right number`() {
        let md5 = String(repeating: "0f", count: 16)
        #expect(ReleaseFacts.Digest("md5:\(md5).dir")?.value == "\(md5).dir")
        #expect(ReleaseFacts.Digest("git:\(Self.sha)") == nil)
        #expect(ReleaseFacts.Digest("sha256:\(Self.sha.uppercased())") == nil)
        #expect(ReleaseFacts.Digest("sha1:\(md5)") == nil)
        #expect(ReleaseFacts.Digest("sha256:\(Self.sha).dir") == nil)
    }

    static let hostile = [
        "Artifact-Digest: sha256:evil", "Artifact-Path: x", "\n", "\n\n", "\r\n", "\r", " ", "\t", ":", "=", "\\",
        "\\x41",
        "\\u{41}", "---", "--- a", "#", "# c", "ä", "日本", "🚀", "\u{202E}", "\u{2028}", "\u{85}", "\u{1B}[31m", "\u{7F}",
        "Signed-off-by: A <a@b>", "Signed-off-by: ", "Conflicts:\n", "\tfile\n", "(cherry picked from commit 1)", "a",
        "b c",
        "Metric: auc=1", "Source : x", "key: value", "Key-2:", "\u{B}", "\u{C}", "\u{A0}",
        "# ------------------------ >8 ------------------------\n", "-----BEGIN SSH SIGNATURE-----\n", "\u{301}",
    ]

    static func text(_ random: inout SeededGenerator, most: Int) -> String {
        (0..<Int.random(in: 0...most, using: &random)).map { _ in random.pick(hostile) }.joined()
    }

    static func value(_ random: inout SeededGenerator) -> String? {
        let text = text(&random, most: 5)
        return text.isEmpty ? nil : text
    }

    static func facts(_ random: inout SeededGenerator) -> ReleaseFacts {
        if random.chance(15) { return ReleaseFacts() }
        let metrics = (0..<Int.random(in: 0...3, using: &random)).compactMap { _ in
            value(&random).map { ReleaseFacts.Metric($0, text(&random, most: 3)) }
        }
        return ReleaseFacts(
            path: value(&random), type: value(&random),
            digest: random.chance(50) ? .init(.sha256, sha) : nil, size: random.chance(50) ? 7 : nil, metrics: metrics,
            source: value(&random))
    }

    @Test func `10,000 hostile messages: facts read are facts written, and git reads the same trailers`() throws {
        let seed = SeededGenerator.seed
        var random = SeededGenerator(seed: seed)
        var messages: [String] = []
        for number in 0..<10_000 {
            let facts = Self.facts(&random)
            let text = "s" + Self.text(&random, most: 12)
            let message = try MessageTrailers.compose(message: text, facts: facts)
            let read = ReleaseFacts(message: message)
            try #require(Self.bytes(read) == Self.bytes(facts), "seed \(seed) case \(number)")
            messages.append(message)
        }
        let git = try GitOracle()
        let trailers = try git.trailers(of: messages)
        try #require(trailers.count == messages.count)
        for (message, found) in zip(messages, trailers) {
            try #require(
                MessageTrailers.parse(message).map { [$0.key, $0.value] } == found,
                "seed \(seed): \(message.debugDescription)")
        }
        for message in messages.prefix(60) {
            let output = try git.run(["interpret-trailers", "--parse"], input: Array(message.utf8))
            let ours = MessageTrailers.parse(message).map { "\($0.key): \($0.value)\n" }.joined()
            #expect(String(decoding: output, as: UTF8.self) == ours, "seed \(seed): \(message.debugDescription)")
        }
    }

    @Test func `5,000 foreign messages: we find the trailers that git finds`() throws {
        let seed = SeededGenerator.seed
        var random = SeededGenerator(seed: seed)
        let lines = [
            "", "", " ", "text", "more text here", "Key: value", "Other-Key: 1", "  continued", "\tcontinued: x",
            "# comment",
            "Signed-off-by: A <a@b>", "(cherry picked from commit 123)", "Conflicts:", "\tfile", "key :v",
            "Artifact-Size: 5",
            ": x", "a b: c", "k:", "---", "# ------------------------ >8 ------------------------", "x: y\r", "\r",
        ]
        let messages = (0..<5000).map { _ in
            let text =
                "s\n"
                + (0..<Int.random(in: 0...12, using: &random)).map { _ in random.pick(lines) }.joined(separator: "\n")
            return random.chance(50) ? text + "\n" : text
        }
        let trailers = try GitOracle().trailers(of: messages)
        try #require(trailers.count == messages.count)
        for (message, found) in zip(messages, trailers) {
            try #require(
                MessageTrailers.parse(message).map { [$0.key, $0.value] } == found,
                "seed \(seed): \(message.debugDescription)")
        }
    }

    /// Texts as bytes: to `==`, composed and decomposed letters are alike.
    private static func bytes(_ facts: ReleaseFacts) -> [[UInt8]] {
        let texts = [facts.path, facts.type, facts.digest?.description, facts.size.map(String.init), facts.source]
        return texts.map { Array(($0.map { "+" + $0 } ?? "-").utf8) }
            + facts.metrics.flatMap { [Array($0.name.utf8), Array($0.value.utf8)] }
    }
}
