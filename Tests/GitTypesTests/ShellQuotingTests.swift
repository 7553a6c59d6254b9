import GitTypes
import Glibc
import Testing

@Suite struct ShellQuotingTests {
    @Test(arguments: [
        ("plain", "plain"), ("churn@v1.0.0", "churn@v1.0.0"), ("churn#prod#1", "'churn#prod#1'"), ("", "''"),
        ("it's", "'it'\"'\"'s'"), ("a b", "'a b'"), ("$(x)", "'$(x)'"), ("é", "'é'"),
    ])
    func `quotes as shlex does`(text: String, expected: String) {
        #expect(text.shellQuoted == expected)
    }

    /// A combining mark makes one character of itself and the quote before it; a shell does not see that.
    @Test(
        arguments: ["'", "\"", "$", "`", "\\", ";", "\n", " ", "&", "|", "(", "~", "*"], ["\u{301}", "\u{20DD}", ""])
    func `no text gets out of its quotes`(special: String, mark: String) throws {
        let text = "x\(special)\(mark); echo OUT; echo \(special)\(mark)"
        let pipe = try #require(popen("printf %s \(text.shellQuoted)", "r"))
        var bytes: [UInt8] = []
        while case let byte = fgetc(pipe), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        pclose(pipe)
        #expect(bytes == Array(text.utf8))
    }
}
