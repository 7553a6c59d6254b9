import GitTypes
import Testing

@Suite struct GitNameTests {
    @Test(arguments: [
        "https://example.com/a.git", "http://example.com:8080/a", "ssh://git@example.com/a", "git@example.com:a/b.git",
        "file:///srv/a.git", "git://example.com/a", "https://ana:secret@example.com/a",
    ])
    func `accepts the transports that run no program`(text: String) throws {
        #expect(try GitURL(text).secret == text)
    }

    @Test(arguments: [
        "", "-", "--upload-pack=touch canary", "ext::sh -c touch% canary", "fd::17/foo", "https://",
        "ssh://-oProxyCommand=x/y",
        "-oProxyCommand=touch:x", "git@-oProxyCommand=x:y", "host:-x", "transport::address", "gopher://x/y", "a\nb:c",
        "javascript://x", "ssh://a@-x/y", "ftp://x/y", ":x", "user@:x",
    ])
    func `refuses what could run a program or be an option`(text: String) {
        #expect(throws: MalformedValue.self) { try GitURL(text) }
    }

    @Test(arguments: [
        ("https://ana:secret@example.com/a", "https://***@example.com/a"),
        ("https://token@example.com/a", "https://***@example.com/a"),
        ("ssh://git@example.com/a", "ssh://git@example.com/a"),
        ("ssh://git:pw@example.com/a", "ssh://***@example.com/a"),
        ("fatal: https://a:b@c/d and https://e:f@g/h", "fatal: https://***@c/d and https://***@g/h"),
        ("https://c/d?token=secret", "https://c/d?***"), ("no address here", "no address here"),
        ("https://a:p@ss@host/x", "https://***@host/x"),
    ])
    func `never shows a secret`(text: String, expected: String) {
        #expect(GitURL.redact(text) == expected)
    }

    @Test(arguments: ["refs/heads/main", "refs/tags/churn@v1.0.0", "refs/tags/a=b#prod/eu!#2", "HEAD"])
    func `accepts ref names`(text: String) throws {
        #expect(try RefName(text).description == text)
    }

    @Test(arguments: [
        "", "main", "refs/", "refs//a", "refs/a..b", "refs/a b", "refs/a~1", "refs/a^", "refs/a:b", "refs/a?",
        "refs/a*",
        "refs/a[", "refs/a\\b", "refs/.a", "refs/a.lock", "refs/a.", "refs/a@{1}", "refs/a\u{7F}", "refs/a/",
        "refs/a\nb",
    ])
    func `refuses ref names by the rules of git`(text: String) {
        #expect(throws: MalformedValue.self) { try RefName(text) }
    }

    @Test(arguments: ["HEAD", "main", "HEAD~2", "v1^{commit}", "8a1eb65", "origin/main", "churn@v1.0.0"])
    func `accepts revisions`(text: String) throws {
        #expect(try Revision(text).description == text)
    }

    @Test(arguments: ["", "-x", "--output=x", "a b", "a..b", "HEAD:file", ":/search", "a\n", "a\u{0}b", "main...dev"])
    func `refuses revisions that are options, paths or ranges`(text: String) {
        #expect(throws: MalformedValue.self) { try Revision(text) }
    }

    @Test(arguments: ["origin", "my-fork", "a/b.c"])
    func `accepts remote names`(text: String) throws {
        #expect(try RemoteName(text).description == text)
    }

    @Test(arguments: ["", "-x", "--upload-pack=x", "a b", ".x", "a..b", "ext::sh"])
    func `refuses remote names`(text: String) {
        #expect(throws: MalformedValue.self) { try RemoteName(text) }
    }

    @Test func `names that are not UTF-8 stay apart`() {
        let names = [[0x61, 0xFF], [0x61, 0xFE], [0x61, 0xEF, 0xBF, 0xBD]].map { TagName(bytes: $0.map { UInt8($0) }) }
        #expect(Set(names).count == 3)
        #expect(names[0].description == "a\\xff")
    }
}
