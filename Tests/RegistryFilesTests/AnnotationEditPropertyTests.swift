import GitTypes
import RegistryCore
import RegistryFiles
import TestSupport
import Testing

/// Random files, written as people write them, and random edits.
@Suite struct AnnotationEditPropertyTests {
    static let texts = [
        "no", "1.0", "a: b", "# x", " lead", "trail ", "", "plain text", "s3://b/k", "ä 🚀", "a\nb", "\t", "'q'", "\"",
        "\\",
        "null", "~", "1_000", "0x1f", "2020-01-01", "12:30", "[a", "{b", "*x", "&y", "!z", "%t", "@u", "`v", "- w",
        "? q", "a #b",
        "x:", "\u{1B}[0m", "\u{2028}", "\u{85}", "\u{FEFF}", "\u{202E}", "y", "=", "<<", "---", "...", ".5",
        "models/m.pkl",
        "\r\n", "e\u{301}", "long " + String(repeating: "word ", count: 40), "${x}", "1e5", "+1", "-", "-1", ".", "..",
        "0o7",
    ]
    static let names = ["nn", "no", "a", "b-c", "123", "1e5", "x/y", "true", "on", "Z_9"]

    struct Generator {
        var random: SeededGenerator
        var lineEnd = "\n"
        var comments: [String] = []
        var isDVC = true

        mutating func comment(_ indent: Int) -> String {
            guard random.chance(20) else { return "" }
            let text = "# c\(comments.count): '\"{ [x"
            comments.append(text)
            return String(repeating: " ", count: indent) + text + lineEnd
        }

        mutating func tail() -> String {
            guard random.chance(15) else { return "" }
            let text = "# t\(comments.count)"
            comments.append(text)
            return " " + text
        }

        mutating func scalar(flow: Bool) -> String {
            flow
                ? random.pick(["a", "'b c'", "\"d \\\" # e\"", "1.5", "'it''s'", "\"x: y\""])
                : random.pick(["a", "b c", "'d'", "\"e\\n\"", "2", "p/q.pkl", "http://x#y", "'# no'", "x\\y"])
        }

        mutating func custom(_ indent: Int, flow: Bool) -> String {
            let padding = String(repeating: " ", count: indent)
            switch Int.random(in: 0..<(flow ? 2 : 5), using: &random) {
            case 0: return " {k: 1, l: [a, b]}"
            case 1: return " " + scalar(flow: flow)
            case 2:
                let first = comment(indent) + padding + "k: 1" + tail() + lineEnd
                return lineEnd + first + comment(indent) + padding + "l:" + lineEnd + padding + "- a" + lineEnd
                    + padding + "- b"
            case 3: return lineEnd + padding + "- 1" + tail() + lineEnd + comment(indent) + padding + "- two"
            default: return " |" + lineEnd + padding + "text # no comment" + lineEnd + lineEnd + padding + "more"
            }
        }

        mutating func fields(_ indent: Int, flow: Bool) -> [String] {
            var fields: [String] = []
            let summary = isDVC ? "desc" : "description"
            for key in ["path", "type", summary, "labels", isDVC ? "meta" : "custom", "other"].shuffled(using: &random)
            where random.chance(50) {
                switch key {
                case "labels":
                    if flow || random.chance(50) {
                        fields.append("labels: [q, 'm']")
                    } else {
                        let padding = String(repeating: " ", count: indent + (random.chance(50) ? 0 : 2))
                        fields.append("labels:" + lineEnd + padding + "- q" + tail() + lineEnd + padding + "- m")
                    }
                case "meta", "custom": fields.append(key + ":" + custom(indent + 2, flow: flow))
                case "path" where !flow && random.chance(20): fields.append("path:")
                case summary where !flow && random.chance(40):
                    let padding = String(repeating: " ", count: indent + 3)
                    let style = random.pick(["|", ">", "|-", "|+", ">-"])
                    fields.append(
                        "\(key): \(style)" + tail() + lineEnd + padding + "one # two" + lineEnd + lineEnd + padding
                            + "three")
                default: fields.append("\(key): " + scalar(flow: flow))
                }
            }
            return fields
        }

        mutating func artifact(_ name: String, _ indent: Int) -> String {
            let padding = String(repeating: " ", count: indent)
            let key = padding + (["no", "123", "1e5", "true", "on"].contains(name) ? "'\(name)'" : name) + ":"
            let step = random.pick([2, 2, 4])
            switch Int.random(in: 0..<10, using: &random) {
            case 0: return comment(indent) + key + tail() + lineEnd
            case 1, 2:
                return comment(indent) + key + " {" + fields(indent, flow: true).joined(separator: ", ") + "}" + tail()
                    + lineEnd
            default:
                let fields = fields(indent + step, flow: false)
                if fields.isEmpty { return key + " {}" + lineEnd }
                let inner = String(repeating: " ", count: indent + step)
                var text = comment(indent) + key + tail() + lineEnd
                for field in fields {
                    // A block scalar's line holds no second comment, and lines below it would be its own.
                    let isOneLine = !field.contains("\n") && !field.contains("#")
                    text += comment(indent + step) + inner + field + (isOneLine ? tail() : "") + lineEnd
                    if random.chance(10) { text += lineEnd }
                }
                return text
            }
        }

        mutating func document() -> (text: String, names: [String]) {
            let names = Array(
                AnnotationEditPropertyTests.names.shuffled(using: &random).prefix(Int.random(in: 0...4, using: &random))
            )
            lineEnd = random.chance(20) ? "\r\n" : "\n"
            isDVC = random.chance(60)
            var text = comment(0)
            guard isDVC else {
                for name in names { text += artifact(name, 0) }
                return (text + comment(0), names)
            }
            if random.chance(50) {
                text += "stages:" + lineEnd + "  t:" + tail() + lineEnd + comment(4) + "    cmd: a && b" + lineEnd
            }
            if names.isEmpty {
                text += random.pick([
                    "", "artifacts:" + lineEnd, "artifacts: {}" + lineEnd, "artifacts: {} # none" + lineEnd,
                ])
            } else {
                let indent = random.pick([2, 2, 2, 4, 1])
                text += "artifacts:" + tail() + lineEnd
                for name in names { text += artifact(name, indent) }
            }
            text += comment(0)
            if random.chance(40) { text += "metrics: [m.json]" + tail() + lineEnd + comment(0) }
            if random.chance(15), text.hasSuffix(lineEnd), !text.contains("|"), !text.contains(">") {
                text.removeLast()
            }
            return (text, names)
        }

        mutating func value(_ depth: Int) -> JSONValue {
            let pick = { (random: inout SeededGenerator) in random.pick(AnnotationEditPropertyTests.texts) }
            switch Int.random(in: 0..<(depth > 2 ? 5 : 7), using: &random) {
            case 0: return depth == 0 ? .bool(true) : .null
            case 1: return .bool(false)
            case 2: return .integer(Int.random(in: -9...9, using: &random))
            case 3: return .number("0.25")
            case 4: return .string(pick(&random))
            case 5: return .array((0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth + 1) })
            default:
                let keys = Set((0..<Int.random(in: 0...3, using: &random)).map { _ in pick(&random) }).sorted()
                return .object(keys.map { JSONValue.Member($0, value(depth + 1)) })
            }
        }

        mutating func change(_ name: ArtifactName, file: String) -> ArtifactAnnotation {
            let texts = AnnotationEditPropertyTests.texts
            var annotation = ArtifactAnnotation(name: name, file: file)
            if random.chance(60) { annotation.path = random.pick(texts.filter { $0 != "${x}" }) }
            if random.chance(40) { annotation.type = random.pick(texts) }
            if random.chance(40) { annotation.summary = random.pick(texts) }
            if random.chance(40) { annotation.labels = Array(Set((0..<3).map { _ in random.pick(texts) })).sorted() }
            if random.chance(40) { annotation.custom = value(0) }
            if !isDVC, random.chance(30) { annotation.isVirtual = false }
            return annotation
        }
    }

    @Test func `2,000 random edits: fields read are fields written, comments and other artifacts stay`() throws {
        let seed = SeededGenerator.seed
        var refused = 0
        for number in 0..<2000 {
            var generator = Generator(random: SeededGenerator(seed: seed &+ UInt64(number)))
            let (text, names) = generator.document()
            let context: Comment = "seed \(seed) case \(number)\n\(text)"
            let folder = generator.isDVC && generator.random.chance(30) ? "m/" : ""
            let file = folder + (generator.isDVC ? "dvc.yaml" : "artifacts.yaml")
            let bytes = Array(text.utf8)
            let before = try AnnotationFile.parse(bytes, file: file)
            try #require(before.annotations.count == names.count && before.problems.isEmpty, context)
            let prefix = folder.isEmpty ? "" : "m:"
            let name = try ArtifactName(
                prefix + generator.random.pick(generator.random.chance(60) && !names.isEmpty ? names : Self.names))
            if names.contains(name.baseName), generator.random.chance(20) {
                let result = try AnnotationEdit.removing(name, in: bytes, file: file)
                let after = try AnnotationFile.parse(result, file: file)
                try #require(after.annotations == before.annotations.filter { $0.name != name }, context)
                continue
            }
            let change = generator.change(name, file: file)
            let result: [UInt8]
            do throws(RegistryError) {
                result = try AnnotationEdit.setting(change, in: bytes, file: file)
            } catch {
                Issue.record("\(context) \(change) \(error)")
                refused += 1
                if refused > 5 { return }
                continue
            }
            let after = try AnnotationFile.parse(result, file: file)
            let others = { (file: AnnotationFile) in file.annotations.filter { $0.name != name } }
            try #require(others(after) == others(before), context)
            let old = before.annotations.first { $0.name == name }
            let new = try #require(after.annotations.first { $0.name == name }, context)
            let edited: Comment = "\(context) became\n\(String(decoding: result, as: UTF8.self))\nby \(change)"
            try #require(Self.bytes(new.path) == Self.bytes(change.path ?? old?.path), edited)
            try #require(Self.bytes(new.type) == Self.bytes(change.type ?? old?.type), edited)
            try #require(
                Self.bytes(new.summary) == Self.bytes(change.summary.isEmpty ? old?.summary ?? "" : change.summary),
                edited)
            try #require(Set(new.labels) == Set(change.labels).union(old?.labels ?? []), edited)
            try #require(new.custom == change.custom ?? old?.custom, edited)
            try #require(new.isVirtual == (change.isVirtual ? old?.isVirtual ?? true : false), edited)
            let lines = String(decoding: result, as: UTF8.self)
            for comment in generator.comments { try #require(lines.contains(comment), edited) }
            try #require(lines.split(separator: generator.lineEnd).count >= 1, edited)
            try #require(try AnnotationEdit.setting(change, in: result, file: file) == result, edited)
        }
    }

    private static func bytes(_ text: String?) -> [UInt8]? { text.map { Array($0.utf8) } }
}
