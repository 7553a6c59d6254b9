import GitTypes
import Glibc
import RegistryCore
import Testing

/// Executes the examples of docs/format.md.
@Suite struct FormatDocumentTests {
    @Test(arguments: FormatDocument.blocks("grammar").flatMap(\.lines))
    func `a tag name reads as the specification says`(line: FormatDocument.Line) throws {
        let words = line.text.split(separator: " ")
        let tag = RegistryTag(TagName(asRead: String(words[0])))
        guard words[1] != "none" else {
            #expect(tag == nil, "line \(line.number)")
            return
        }
        let parsed = try #require(tag, "line \(line.number)")
        var facts = ["name=\(parsed.artifact)"]
        if let version = parsed.action.version { facts.append("version=\(version)") }
        if let stage = parsed.action.stage { facts.append("stage=\(stage)") }
        facts.append("action=\(parsed.action.word)")
        if let counter = parsed.counter { facts.append("counter=\(counter)") }
        #expect(facts == words.dropFirst().map(String.init), "line \(line.number)")
        let hasLeadingZeros = words[0].hasSuffix("#007")
        #expect(hasLeadingZeros || parsed.name.description == words[0], "line \(line.number)")
    }

    @Test(arguments: FormatDocument.blocks("counter"))
    func `the next counter is what the specification says`(block: FormatDocument.Block) throws {
        let names = TagNames(block.lines[0].text.split(separator: " ").map { TagName(asRead: String($0)) })
        for line in block.lines.dropFirst() {
            let words = line.text.split(separator: " ")
            #expect(names.nextCounter(of: try ArtifactName(words[1])) == Int(words[3]), "line \(line.number)")
        }
    }

    @Test(arguments: FormatDocument.blocks("registry"))
    func `tags mean the state that the specification says`(block: FormatDocument.Block) throws {
        var fixture = TagFixture()
        var checks = 0
        for line in block.lines {
            guard let mark = line.text.firstRange(of: " = ") else {
                fixture.add(line: line.text)
                continue
            }
            checks += 1
            let question = String(line.text[..<mark.lowerBound])
            let expected = String(line.text[mark.upperBound...])
            // The order in which tags arrive must not matter.
            for records in [fixture.records, fixture.records.reversed()] {
                #expect(try answer(question, RegistryState(records)) == expected, "line \(line.number): \(line.text)")
            }
        }
        #expect(checks > 0, "an example without a claim at line \(block.lines.first?.number ?? 0)")
    }

    @Test func `the document has examples of every kind`() {
        #expect(FormatDocument.blocks("grammar").count >= 2)
        #expect(FormatDocument.blocks("counter").count >= 1)
        #expect(FormatDocument.blocks("registry").count >= 15)
    }

    private func answer(_ question: String, _ state: RegistryState) throws -> String {
        let words = question.split(separator: " ")
        func artifact(_ text: some StringProtocol) throws -> Artifact {
            try #require(state.artifact(try Selector(text).artifact))
        }
        func text(_ label: VersionLabel?) -> String {
            switch label {
            case .semantic(let version): version.description
            case .commit(let id): "commit " + String(decoding: id.bytes.prefix { $0 != 0 }, as: UTF8.self)
            case nil: "none"
            }
        }
        switch words[0] {
        case "latest": return text(try artifact(words[1]).latestVersion?.label)
        case "active": return try artifact(words[1]).isActive ? "yes" : "no"
        case "artifacts": return state.artifacts.map(\.name.description).joined(separator: ", ")
        case "history": return state.history().map(\.tag.description).joined(separator: ", ")
        case "stage", "all":
            guard case .stage(let stage) = try Selector(words[1]).target else { return "no stage named" }
            if words[0] == "stage" { return text(try artifact(words[1]).version(in: stage)?.label) }
            let holders = try artifact(words[1]).stageHolders(versionsPerStage: nil).first { $0.stage == stage }
            return holders?.holders.map { text($0.version) }.joined(separator: ", ") ?? "none"
        default: return "unknown question"
        }
    }
}

/// The fenced blocks of docs/format.md.
enum FormatDocument {
    struct Line: Sendable, CustomTestStringConvertible {
        let number: Int
        let text: String
        var testDescription: String { "\(number): \(text)" }
    }

    struct Block: Sendable, CustomTestStringConvertible {
        let lines: [Line]
        var testDescription: String { "line \(lines.first?.number ?? 0)" }
    }

    static func blocks(_ language: String) -> [Block] {
        var blocks: [Block] = []
        var current: [Line]?
        for (offset, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line == "```\(language)" {
                current = []
            } else if line == "```", let lines = current {
                blocks.append(Block(lines: lines))
                current = nil
            } else if !line.isEmpty {
                current?.append(Line(number: offset + 1, text: String(line)))
            }
        }
        return blocks
    }

    private static var text: String {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        guard let file = fopen("/\(root)/docs/format.md", "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer.prefix(count) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
