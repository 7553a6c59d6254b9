import RegistryCore
import Testing

@Suite struct NameTests {
    @Test(arguments: ["a", "churn", "nlp/sentiment", "a_b-c", "models:churn", "a.b/c:d", "0", "A9"])
    func `accepts artifact names`(text: String) throws {
        #expect(try ArtifactName(text).description == text)
    }

    @Test(arguments: [
        "", "-x", "x-", "_x", "x_", "a//b", "./d:a", "../d:a", "a/../d:a", "a:b:c", ":a", "a:", "a b", "a\n", "a\u{0}",
        "é", "\u{202E}abc", "a@b", "a#b", "a.b", "x.lock", "/a", "a/", "/d:a", "d/:a", "-d:a", "a\\b", "a=b",
        "d.lock:a",
        "--upload-pack=touch x", String(repeating: "a", count: 10_240),
    ])
    func `refuses names with the rule broken and exit status 64`(text: String) {
        let error = #expect(throws: RegistryError.self) { try ArtifactName(text) }
        #expect(error?.code == .invalidName)
        #expect(error?.message.contains("is not a valid artifact name: ") == true)
    }

    @Test(arguments: ["dev", "prod/eu", "s1", "a-b_c"])
    func `accepts stage names`(text: String) throws {
        #expect(try StageName(text).description == text)
    }

    @Test(arguments: ["", "-x", "x!", "a b", "prod#1", "a//b", "é", "x\u{1B}[31m", "a:b"])
    func `refuses stage names`(text: String) {
        #expect(throws: RegistryError.self) { try StageName(text) }
    }

    @Test(arguments: [
        ("churn", "churn"), ("churn@latest", "churn@latest"), ("churn@greatest", "churn@latest"),
        ("churn@v1.2.0", "churn@v1.2.0"), ("churn@1.2.0", "churn@v1.2.0"), ("churn#prod", "churn#prod"),
        ("models:churn#prod/eu", "models:churn#prod/eu"),
    ])
    func `reads selectors`(text: String, expected: String) throws {
        #expect(try Selector(text).description == expected)
    }

    @Test(arguments: [
        "churn@", "churn#", "churn@v1#prod", "@v1.0.0", "#prod", "churn@prod", "churn##x", "", "churn#a b",
    ])
    func `refuses selectors`(text: String) {
        let error = #expect(throws: RegistryError.self) { try Selector(text) }
        #expect(error?.code.exitStatus == 64)
    }

    @Test(
        arguments: [
            ("prd", ["prod", "dev"], "prod"), ("Churn", ["churn"], "churn"),
            ("stagign", ["staging", "prod"], "staging"),
            ("xyz", ["prod", "dev"], nil), ("churm", [], nil), ("dev", ["dve"], "dve"),
        ] as [(String, [String], String?)])
    func `suggests a name that is one slip away`(text: String, known: [String], expected: String?) {
        #expect(Suggestion.closest(to: text, in: known) == expected)
    }

    @Test(arguments: [
        ("*", "", true), ("*", "churn", true), ("churn", "churn", true), ("churn", "churn2", false),
        ("nlp/*", "nlp/a/b", true), ("*-eu", "prod-eu", true), ("p?od", "prod", true), ("p?od", "pood!", false),
        ("a*b*c", "axxbyyc", true), ("a*b*c", "axxbyy", false), ("**", "x", true), ("[a]", "a", false),
    ])
    func `globs know stars and question marks only`(pattern: String, text: String, expected: Bool) {
        #expect(Glob(pattern).matches(text) == expected)
    }
}
