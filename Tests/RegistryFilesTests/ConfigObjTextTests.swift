import GitTypes
import RegistryCore
import Testing

@testable import RegistryFiles

@Suite struct ConfigObjTextTests {
    @Test func `reads what configobj reads, and refuses what it refuses`() throws {
        let rows = try Fixture.rows("configobj.tsv")
        #expect(rows.count > 250)
        for row in rows {
            let bytes = Fixture.bytes(hex: row[0])
            let text = String(decoding: bytes, as: UTF8.self)
            let sections = try? ConfigObjText.parse(bytes, file: "config")
            if row[1] == "ours" || row[2] == "refused" {
                #expect(sections == nil, "\(text)")
            } else {
                let expected = try JSONDocument.parse(Array(row[2].utf8), file: "configobj.tsv")
                #expect(sections.map(Self.json) == Self.sorted(expected), "\(text)")
            }
        }
    }

    @Test func `keeps the budgets of size and lines, and tells no value`() {
        let many = String(repeating: "#\n", count: 5_000)
        let large = "[a]\nk = " + String(repeating: "x", count: 65_536)
        for text in [many, large, "[a]\nk = 'hunter2\n", "[a]\nhunter2\n", "[a]\nk = %(hunter2)s\n"] {
            do throws(RegistryError) {
                _ = try ConfigObjText.parse(Array(text.utf8), file: "config")
                Issue.record("read")
            } catch {
                #expect(!error.message.contains("hunter2") && error.message.hasPrefix("config"), "\(error.message)")
            }
        }
    }

    @Test(arguments: ["'", "\"", "'''", "]", "[", "=", ",", "#", "' ", "] ", "'=", "a,", "\n", "[a]\n", "'''\n"])
    func `a run of one mark does not run away`(mark: String) {
        for start in ["", "[a]\nk = ", "[a]\nk = '''", "['", "'"] {
            let text = start + String(repeating: mark, count: 60_000 / mark.utf8.count)
            _ = try? ConfigObjText.parse(Array(text.utf8), file: "config")
        }
    }

    /// The sections as configobj's dictionary has them: texts outside sections on the top level.
    private static func json(_ sections: [ConfigObjText.Section]) -> JSONValue {
        var members: [JSONValue.Member] = []
        for section in sections {
            let entries = section.entries.map { entry in
                switch entry.value {
                case .text(let text): JSONValue.Member(entry.key, .string(text))
                case .list(let items): JSONValue.Member(entry.key, .array(items.map(JSONValue.string)))
                }
            }
            if section.name.isEmpty {
                members += entries
            } else {
                members.append(JSONValue.Member(section.name, .object(entries)))
            }
        }
        return sorted(.object(members))
    }

    private static func sorted(_ value: JSONValue) -> JSONValue {
        guard case .object(let members) = value else { return value }
        return .object(members.map { .init($0.key, sorted($0.value)) }.sorted { $0.key < $1.key })
    }
}
