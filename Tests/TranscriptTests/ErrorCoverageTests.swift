import RegistryCore
import TestSupport
import Testing

/// Which of the error codes a user can be shown in the recorded sessions to meet.
@Suite struct ErrorCoverageTests {
    /// The codes that no session can provoke, and why not.
    static let exceptions: [ErrorCode: String] = [
        .dubiousOwnership: "takes a folder of another user, which only root can make; LibGit2Tests makes one",
        .outcomeUnknown: "takes a server that dies in the middle of a push; GitCommandTests has one",
        .internalFault: "is a fault of ours",
        .transferFailed: "takes a server that fails; ArtifactStoreTests has one",
        .accessDenied: "takes a server that knows people, or a file that root may not read; ArtifactStoreTests has one",
    ]

    @Test func `every error occurs in a session as JSON`() throws {
        let text = try TranscriptTests.names.map { try Sandbox.read("\(TranscriptTests.folder)/\($0)") }.joined()
        for code in ErrorCode.allCases {
            let occurs =
                text.contains("\"code\": \"\(code.rawValue)\",") || code == .findings && text.contains("\n[5]\n")
            #expect(occurs == (Self.exceptions[code] == nil), "\(code.rawValue): \(Self.exceptions[code] ?? "missing")")
        }
    }

    @Test func `every refusal has a hint, and ends as its code says`() throws {
        for name in TranscriptTests.names {
            let text = try Sandbox.read("\(TranscriptTests.folder)/\(name)")
            #expect(!text.contains("\"hints\": []"), "\(name)")
            for step in Transcript(text).steps {
                guard let error = step.result.firstIndex(where: { $0.hasPrefix("2> error: ") }) else { continue }
                let sentence = step.result[error].dropFirst("2> error: ".count)
                #expect(!sentence.hasSuffix("."), "\(name):\(step.line): \(sentence)")
                let first = sentence.prefix(1)
                #expect(first == first.lowercased() || sentence.hasPrefix("Git ") || sentence.hasPrefix("HEAD "))
                #expect(step.result.contains { $0.hasPrefix("2> hint: ") }, "\(name):\(step.line): \(sentence)")
            }
        }
    }

    @Test func `hints name commands that there are`() async throws {
        let help = try await onThreadOfItsOwn { try Sandbox().succeed("git model -h") }
        let known = Set(
            help.split(separator: "\n").compactMap { line -> [Substring]? in
                guard line.hasPrefix("  "), let word = line.split(separator: "   ").first else { return nil }
                return word.split { $0 == " " || $0 == "," }
            }.joined().map(String.init))
        for name in TranscriptTests.names {
            let text = try Sandbox.read("\(TranscriptTests.folder)/\(name)")
            for line in text.split(separator: "\n") where line.hasPrefix("2> hint: ") {
                guard let range = line.firstRange(of: "git model ") else { continue }
                let word = line[range.upperBound...].prefix { $0 != " " }
                #expect(known.contains(String(word)) || word == "-h", "\(name): \(line)")
            }
        }
    }
}
