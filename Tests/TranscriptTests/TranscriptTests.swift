import Glibc
import TestSupport
import Testing

/// Plays the recorded sessions. `RECORD_TRANSCRIPTS=1 swift test --filter TranscriptTests` records them anew; read the
/// difference before it is committed.
@Suite(.serialized) struct TranscriptTests {
    @Test(arguments: TranscriptTests.names)
    func `a session goes as recorded`(name: String) async throws {
        let path = "\(Self.folder)/\(name)"
        let recorded = try Sandbox.read(path)
        let played = try await onThreadOfItsOwn { try Transcript(recorded).played(in: Sandbox()).text }
        if getenv("RECORD_TRANSCRIPTS") != nil {
            try Sandbox.write(played, to: path)
        } else if played != recorded {
            let difference = zip(
                played.split(separator: "\n", omittingEmptySubsequences: false),
                recorded.split(separator: "\n", omittingEmptySubsequences: false)
            ).enumerated().first { $0.element.0 != $0.element.1 }
            Issue.record(
                """
                \(name) line \((difference?.offset ?? 0) + 1)
                recorded: \(difference?.element.1 ?? "(other length)")
                played:   \(difference?.element.0 ?? "(other length)")
                """)
        }
    }

    @Test func `there are sessions`() {
        #expect(Self.names.count >= 10)
    }

    static let folder = "\(Sandbox.project)/Tests/TranscriptTests/Transcripts"

    static let names: [String] = {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".transcript") { names.append(name) }
        }
        return names.sorted()
    }()
}
