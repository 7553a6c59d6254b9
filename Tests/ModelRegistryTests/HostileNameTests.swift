import GitTypes
import Glibc
import ModelRegistry
import RegistryCore
import TestSupport
import Testing

/// Names and arguments that somebody hostile, or a script with a fault, gives to the commands.
@Suite struct HostileNameTests {
    /// 300 names, none of which is one.
    static let names: [[UInt8]] = {
        var names: [[UInt8]] = [
            [0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC0, 0xAF], [0x80],
            [0x63, 0xFE, 0x68],
            [0xE2, 0x82], [0xF0, 0x9F, 0x9A], Array("churn@v1.0.0".utf8) + [0xFF], Array("churn#prod".utf8) + [0xFF],
        ]
        var texts = [
            "", " ", "  ", "-", "-x", "-rf", "--x=y", "-x=y", ".", "..", "../x", "x/..", "./x", "/x", "x/", "//",
            "a//b",
            ".lock", "x.lock", "x/y.lock", ".x", "x.", "x..y", "x y", " x", "x ", "x\t", "\tx", "x\n", "\nx", "x\ny",
            "x\r", "x\r\ny",
            "x\u{1}", "\u{1B}[31mx", "x\u{1B}]0;t\u{7}", "\u{7F}", "x\u{85}y", "x\u{9B}31m", "x~1", "x^", "x:y:z", ":x",
            "x:", "x?", "x*",
            "[x", "x]", "x\\y", "@", "x@", "@v1.0.0", "x@{1}", "@{-1}", "x@{upstream}", "#", "x#", "#prod", "x##prod",
            "x@@v1.0.0",
            "x@v1.0.0@v2.0.0", "x#prod#1#2", "x#a b", "x@v1", "x@v1.0", "x@1.0.0.0", "x@v01.0.0", "x@v1.0.0-",
            "x@v1.0.0+",
            "x@v-1.0.0", "x@v1.0.0-01", "x@v١.٢.٣", "x@v１.0.0", "x@v1.0.0 ", "x@ v1.0.0", "x@v1.0.0\n", "x@v1.0.0;id",
            "x=y", "=x",
            "x=", "a=b=c", "_x", "x_", "-x-", "x-", "/", "~", "~root", "x!", "!x", "$x", "$(id)", "`id`", "x;id",
            "x|id", "x&id", "x>y",
            "x<y", "x'y", "x\"y", "x,y", "x+y", "x(y)", "{x}", "%2e%2e", "x%00y", "x%0ay", "\u{FEFF}x", "x\u{FEFF}",
            "x\u{200B}y",
            "x\u{200D}y", "\u{202E}x", "x\u{202E}y", "\u{2066}x\u{2069}", "x\u{AD}y", "x\u{2028}y", "x\u{E0041}y", "х",
            "сhurn", "churп",
            "ｃｈｕｒｎ", "churn\u{301}", "é", "e\u{301}", "ß", "ﬁ", "İ", "ı", "ǅ", "中文", "🚀", "x🚀", "\u{1F1E9}\u{1F1EA}",
            "x\u{0300}",
            "HEAD:x:y", "refs//x:y", "x..main", "x...main", ":/x", "^x", "x^{commit}", "x^{/y}", "x@{now}",
            String(repeating: "a", count: 10_240), String(repeating: "a", count: 201),
            String(repeating: "a/", count: 5_000) + "a",
            String(repeating: "../", count: 3_000), String(repeating: "é", count: 5_000),
            "x@v" + String(repeating: "9", count: 10_000) + ".0.0",
            "x@v1.0.0-" + String(repeating: "a", count: 10_240), "x#" + String(repeating: "p", count: 10_240),
            "x@v" + (0..<9).map { _ in String(repeating: "9", count: 30) }.joined(separator: "."),
            "x@v" + (0..<3).map { _ in String(repeating: "9", count: 30) }.joined(separator: "."),
            "x@v9999999999999999999.0.0",
            "x@v0.18446744073709551616.0", "%s%s%s%n", "%@", "\\x41", "\\u0041", "x\\n", "C:\\x", "con:", "x@latest ",
            "x@LATEST", "x@Latest",
            "x@HEAD", "x@main", "x#PROD!", "x#prod!", "x#prod!#1", "x#prod#1", "x@deprecated", "x@created",
            "x@deprecated#1",
        ]
        // Each kind of forbidden letter at each end and in the middle.
        for letter in "!\"$%&'()*+,;<=>?[]^`{|}~\u{1}\u{2}\u{8}\u{B}\u{C}\u{E}\u{10}\u{1A}\u{1F}\u{A0}\u{3000}\u{2000}"
            .unicodeScalars
        {
            texts += ["\(letter)churn", "churn\(letter)", "chu\(letter)rn", "churn#pr\(letter)od"]
        }
        names += texts.map { Array($0.utf8) }
        var seen: Set<[UInt8]> = []
        return names.filter { seen.insert($0).inserted }
    }()

    /// A slice of the table is run each time; `ALL_HOSTILE_NAMES=1` runs the whole of it.
    private static let isWhole = getenv("ALL_HOSTILE_NAMES") != nil

    private func check(_ sandbox: Sandbox, _ arguments: [[UInt8]], in folder: String = "repo") throws {
        let outcome = try sandbox.launchModel(arguments, in: folder)
        let shown = arguments.map { String(decoding: $0.prefix(60), as: UTF8.self) }
        #expect([64, 2].contains(outcome.status), "\(shown): \(outcome.status) \(outcome.text.prefix(300))")
        #expect(outcome.output.isEmpty, "\(shown)")
        #expect(outcome.text.isHarmlessOnTerminal, "\(shown)")
        #expect(outcome.errors.count < 5_000, "\(shown)")
    }

    private func words(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

    @Test func `no such name makes a tag, or a crash`() throws {
        #expect(Self.names.count >= 300, "\(Self.names.count)")
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.succeed("git model register churn && git model assign churn --stage prod", in: "repo")
        let before = try sandbox.footprint()
        let commands = [
            words("register"), words("assign", "--stage", "prod"), words("deprecate"), words("show"), words("download"),
            words("check-ref"),
        ]
        for (number, name) in Self.names.enumerated() {
            for (position, command) in commands.enumerated() where Self.isWhole || (number + position) % 4 == 0 {
                // Selectors of something that is not there are no usage errors.
                try check(sandbox, command + [name])
            }
        }
        #expect(try sandbox.footprint() == before)
    }

    @Test func `the library takes none of them`() async throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.succeed("git model register churn && git model assign churn --stage prod", in: "repo")
        let before = try sandbox.footprint()
        let registry = Registry(
            .folder("\(sandbox.path)/repo", isExplicit: true),
            environment: RegistryEnvironment(variables: sandbox.environment))
        for name in Self.names {
            // What `main` gets: bytes that are not UTF-8 are repaired.
            let text = String(decoding: name, as: UTF8.self)
            #expect(throws: RegistryError.self, "\(text.prefix(60))") { try ArtifactName(text) }
            #expect(throws: RegistryError.self, "\(text.prefix(60))") { try StageName(text) }
            #expect(throws: RegistryError.self, "\(text.prefix(60))") { try SemanticVersion(text) }
            do throws(RegistryError) {
                // Some are spelled like a tag, none is one that is there.
                _ = try await registry.event(ofTag: text)
                Issue.record("\(text.prefix(60)) is a tag")
            } catch {
                #expect([2, 64].contains(error.code.exitStatus), "\(text.prefix(60)): \(error)")
            }
        }
        #expect(try sandbox.footprint() == before)
    }

    @Test func `such names as stage, version and revision`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.succeed("git model register churn", in: "repo")
        let before = try sandbox.footprint()
        for (number, name) in Self.names.enumerated() where !name.isEmpty && (Self.isWhole || number % 4 == 0) {
            if Self.isWhole || number % 3 == 0 {
                try check(sandbox, words("assign", "churn") + [Array("--stage=".utf8) + name])
            }
            if Self.isWhole || number % 3 == 1 {
                try check(sandbox, words("register", "churn") + [Array("--version=".utf8) + name])
            }
            if Self.isWhole || number % 3 == 2, name.first != UInt8(ascii: "@") {
                try check(sandbox, words("register", "other", "--") + [name])
            }
        }
        #expect(try sandbox.footprint() == before)
    }

    @Test func `NUL, which no argument can hold, is refused by the library`() {
        for text in ["a\u{0}", "\u{0}a", "a\u{0}b", "a@v1.0.0\u{0}", "a#prod\u{0}"] {
            #expect(throws: RegistryError.self) { try Selector(text) }
            #expect(throws: RegistryError.self) { try ArtifactName(text) }
            #expect(throws: RegistryError.self) { try StageName(text) }
            #expect(throws: RegistryError.self) { try Revision(checking: text) }
        }
    }

    @Test func `a delimiter is seen under a mark that is joined to it`() {
        for text in [
            "ext::\u{301}sh -c id", "ext:\u{301}:sh", "ext\u{600}::sh", "-\u{301}x:y", "https:/\u{301}/host/x",
            "file:\u{200D}//x",
        ] {
            #expect(throws: MalformedValue.self, "\(text.debugDescription)") { try GitURL(text) }
        }
        for text in ["-\u{301}x", "main:\u{301}x", "main\u{600}:x", "a.\u{301}.b", "a/\u{301}.lock"] {
            #expect(throws: MalformedValue.self, "\(text.debugDescription)") { try Revision(text) }
            #expect(throws: MalformedValue.self, "\(text.debugDescription)") { try RefName("refs/heads/\(text)") }
        }
        // A letter with an accent, in either spelling, is a letter.
        for text in ["cafe\u{301}", "café", "x🚀y"] {
            #expect(throws: Never.self) { try Revision(text) }
            #expect(throws: Never.self) { try GitURL("file:///srv/\(text).git") }
        }
    }

    /// Arguments that git, ssh or a shell would take for an order to run `touch`.
    private func payloads(_ canary: String) -> [String] {
        let touch = "touch \(canary)"
        let escaped = "touch%20\(canary)"
        var payloads = [
            "--upload-pack=\(touch)", "--receive-pack=\(touch)", "--exec=\(touch)", "-u\(touch)",
            "-oProxyCommand=\(touch)",
            "-o ProxyCommand=\(touch)", "--output=\(canary)", "--output-directory=\(canary)",
            "-c core.sshCommand='\(touch)'",
            "--config=core.sshCommand=\(touch)", "--template=\(canary)", "--git-dir=\(canary)", "--exec-path=\(canary)",
            "--local-user=\(touch)", "--file=\(canary)", "-F\(canary)", "--edit", "--upload-archive=\(touch)",
            "--not --exec=\(touch)",
            "ext::sh -c '\(touch)'", "ext::\(touch)", "ext::sh% -c% touch% \(canary)", "EXT::sh -c '\(touch)'",
            "ext::sh${IFS}-c${IFS}id",
            "fd::17", "fd::17/\(canary)", "testgit::\(canary)", "transport::\(touch)", "a::b::\(touch)",
            "git-remote-ext::\(touch)",
            "ssh://-oProxyCommand=\(escaped)/x", "ssh://-oProxyCommand=\(touch)/x",
            "ssh://a@-oProxyCommand=\(escaped)/x",
            "ssh://host:-oProxyCommand=x/y", "ssh://host/-oProxyCommand=\(escaped)", "-oProxyCommand=\(escaped):x",
            "a@-oProxyCommand=\(touch):x",
            "host:-oProxyCommand=\(touch)", "git://-oProxyCommand=\(touch)/x", "git://host:1/x\nhost=\(touch)",
            "file://`\(touch)`",
            "file://$(\(touch))", "file:///x;\(touch)", "file:///x|\(touch)", "file://\(canary)/../$(\(touch))",
            "http://127.0.0.1:1/$(\(touch))",
            "$(\(touch))", "`\(touch)`", ";\(touch)", "|\(touch)", "||\(touch)", "&& \(touch)", "\n\(touch)\n",
            "x\n\(touch)", "'; \(touch); '",
            "\"; \(touch); \"", "!\(touch)", "@{\(touch)}", ":/\(touch)", "HEAD;\(touch)", "HEAD --output=\(canary)",
            "HEAD\u{1F}--output=\(canary)",
            ">\(canary)", "-", "--end-of-options", "refs/heads/$(\(touch))",
        ]
        payloads += ["x@v1.0.0;\(touch)", "x#$(\(touch))"]
        return payloads
    }

    @Test func `no argument runs a program or writes a file of its choosing`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.commit("artifacts:\n  churn:\n    path: data.txt\n", as: "dvc.yaml")
        try sandbox.succeed("git model register churn && mkdir away && git init -q scratch", in: "repo")
        sandbox.environment["GIT_SSH_COMMAND"] = "false"
        let canary = "\(sandbox.path)/canary"
        let payloads = payloads(canary)
        #expect(payloads.count >= 60)
        let before = try sandbox.references()
        for (number, payload) in payloads.enumerated() {
            // As the value of an option, and glued to it: the parser reads the two differently.
            let isGlued = number % 2 == 0
            func option(_ name: String) -> [String] { isGlued ? ["\(name)=\(payload)"] : [name, payload] }
            let commands: [[String]] = [
                ["show"] + option("--repo"), ["register", "churn"] + option("--repo"),
                ["download", "churn"] + option("--repo"),
                ["register", "new", "--", payload], ["register", "new", payload],
                ["assign", "new", "--stage", "dev", "--", payload], ["deprecate", "churn"] + option("--ref"),
                ["describe", "churn"] + option("--rev"), ["show", "--", payload], ["download", "--", payload],
                ["check-ref", "--", payload], ["trigger", "--", payload],
                ["annotate", "churn", "--type", "model"] + option("--file"), ["register", "new"] + option("--version"),
                ["assign", "churn"] + option("--stage"),
            ]
            for (position, command) in commands.enumerated() where Self.isWhole || (number + position) % 5 == 0 {
                let outcome = try sandbox.launchModel(command.map { Array($0.utf8) })
                #expect(outcome.status < 70 && outcome.status != 0, "\(command): \(outcome.status) \(outcome.text)")
                #expect(outcome.text.isHarmlessOnTerminal, "\(command)")
            }
            // `-o` makes a file of that very name, below the folder where it runs.
            guard Self.isWhole || number % 5 == 0 else { continue }
            let download = try sandbox.launchModel(
                (["download", "churn", "-r", "../.."] + option("--output")).map { Array($0.utf8) }, in: "repo/away")
            #expect(download.status < 70, "\(payload): \(download.text)")
            #expect(try sandbox.run("test -e '\(canary)'").status == 1, "\(payload)")
        }
        #expect(try sandbox.references() == before)
    }
}
