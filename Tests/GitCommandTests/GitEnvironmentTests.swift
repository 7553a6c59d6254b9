import ChildProcess
import GitCommand
import GitTypes
import Testing

@Suite struct GitEnvironmentTests {
    private let caller = [
        "PATH": "/bin", "HOME": "/h", "LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8", "XDG_CONFIG_HOME": "/x",
        "SSH_AUTH_SOCK": "/s", "SSH_ASKPASS_REQUIRE": "force", "https_proxy": "p", "GIT_COMMITTER_DATE": "1 +0000",
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "a.b", "GIT_CONFIG_VALUE_0": "c", "GIT_SSL_CAINFO": "/ca",
        "LD_PRELOAD": "/evil.so", "BASH_FUNC_git%%": "() { evil; }", "BASH_ENV": "/evil", "GIT_TRACE": "1",
        "GIT_DIR": "/elsewhere", "GIT_WORK_TREE": "/elsewhere", "GIT_INDEX_FILE": "/i", "GIT_NAMESPACE": "n",
        "GIT_OBJECT_DIRECTORY": "/o", "GIT_QUARANTINE_PATH": "/q", "GIT_REPLACE_REF_BASE": "refs/r",
        "GIT_EXEC_PATH": "/evil", "GIT_EXTERNAL_DIFF": "evil", "GIT_TEMPLATE_DIR": "/evil",
        "GIT_TERMINAL_PROMPT": "1", "GIT_ALLOW_PROTOCOL": "https:ext:ssh",
    ]

    @Test func `keeps identity, transport and configuration, drops the rest`() {
        let kept = GitEnvironment(of: caller, isInsideHook: false, isInteractive: false).variables
        let expected = [
            "PATH": "/bin", "HOME": "/h", "LANG": "de_DE.UTF-8", "LC_ALL": "C", "XDG_CONFIG_HOME": "/x",
            "SSH_AUTH_SOCK": "/s", "SSH_ASKPASS_REQUIRE": "force", "https_proxy": "p", "GIT_COMMITTER_DATE": "1 +0000",
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "a.b", "GIT_CONFIG_VALUE_0": "c", "GIT_SSL_CAINFO": "/ca",
            "GIT_TERMINAL_PROMPT": "0", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_PAGER": "cat",
            "GIT_ALLOW_PROTOCOL": "https:ssh",
        ]
        #expect(kept == expected)
    }

    @Test func `keeps the hook's repository inside a hook, and the prompt at a terminal`() {
        let hook = GitEnvironment(of: caller, isInsideHook: true, isInteractive: false).variables
        #expect(hook["GIT_DIR"] == "/elsewhere" && hook["GIT_QUARANTINE_PATH"] == "/q")
        #expect(hook["GIT_OBJECT_DIRECTORY"] == "/o" && hook["GIT_INDEX_FILE"] == nil)
        let interactive = GitEnvironment(of: caller, isInsideHook: false, isInteractive: true).variables
        #expect(interactive["GIT_TERMINAL_PROMPT"] == "1")
    }

    @Test func `an inherited GIT_DIR does not turn git to another repository`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        let command = scratch.command("work", ["GIT_DIR": "/nowhere", "GIT_OBJECT_DIRECTORY": "/nowhere"])
        #expect(try await command.run(["rev-parse", "HEAD"]).lines == [scratch.git("work", "rev-parse", "HEAD")[...]])
    }

    @Test func `shows what was registered, not what refs replace put in its place`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        let original = try await scratch.id("HEAD:model.txt")
        let other = try await scratch.git("work", "hash-object", "-w", "--stdin", input: "forged\n")
        try await scratch.git("work", "replace", original.description, other)
        #expect(try await scratch.git("work", "cat-file", "blob", original.description) == "forged")
        let object = try await scratch.command("work").readObject(original)
        #expect(object.bytes == Array("weights\n".utf8) && object.kind == .blob)
    }

    @Test func `inside a hook it reads objects that are not part of the repository yet`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        try await scratch.git("", "init", "--quiet", "--bare", "quarantine.git")
        let text = try await scratch.git("quarantine.git", "hash-object", "-w", "--stdin", input: "pushed\n")
        let id = try #require(ObjectID(text))
        var environment = scratch.environment
        environment["GIT_DIR"] = scratch.gitDirectory("work")
        environment["GIT_OBJECT_DIRECTORY"] = "\(scratch.path)/quarantine.git/objects"
        environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = "\(scratch.gitDirectory("work"))/objects"
        environment["GIT_QUARANTINE_PATH"] = environment["GIT_OBJECT_DIRECTORY"]
        let hook = GitCommand(gitDirectory: nil, environment: environment, isInsideHook: true)
        #expect(try await hook.readObject(id).bytes == Array("pushed\n".utf8))
        // Git itself forbids to change refs while the objects are in quarantine.
        let head = try await scratch.id("HEAD")
        #expect(await kind { try await hook.createReferences([(try tagRef("x"), head)]) } == .failed)
        #expect(await kind { _ = try await scratch.command("work").readObject(id) } == .objectMissing(id))
    }

    @Test func `asks git who commits`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        let (person, time) = try await scratch.command("work").committerIdentity()
        #expect(person == Person(name: "Ana Ruiz", email: "ana@example.com"))
        #expect(time == Timestamp(seconds: 1_700_000_000, offsetMinutes: 60))

        let anonymous: [String: String?] = ["GIT_COMMITTER_NAME": nil, "GIT_COMMITTER_EMAIL": nil]
        try await scratch.git("work", "config", "user.useConfigOnly", "true")
        #expect(await kind { _ = try await scratch.command("work", anonymous).committerIdentity() } == .identityUnknown)
        try await scratch.git("work", "config", "user.name", "Bo <b>")
        try await scratch.git("work", "config", "user.email", "bo@example.com")
        let changes = anonymous.merging(["GIT_COMMITTER_DATE": "2024-02-29T12:00:00 -0730"]) { $1 }
        let (other, date) = try await scratch.command("work", changes).committerIdentity()
        #expect(other == Person(name: "Bo b", email: "bo@example.com"))
        #expect(date == Timestamp(seconds: 1_709_235_000, offsetMinutes: -450))
    }

    @Test func `says that git is missing`() async throws {
        let scratch = try Scratch()
        let command = scratch.command("work", ["PATH": "/nowhere"])
        #expect(await kind { _ = try await command.run(["version"]) } == .programMissing)
    }

    @Test func `initialises a repository and keeps its settings`() async throws {
        let scratch = try Scratch()
        let command = try await scratch.command("none.git").initialiseBare(at: "\(scratch.path)/new.git")
        #expect(try await scratch.git("new.git", "rev-parse", "--is-bare-repository") == "true")
        #expect(!scratch.exists("new.git/hooks"))
        let key = try ConfigurationKey("remote.my.dotted name.url")
        #expect(try await command.configuration(key) == nil)
        for value in ["", "-x", "--global", "a\nb", "x\"y#;"] {
            try await command.setConfiguration(key, value)
            #expect(try await command.configuration(key) == value)
        }
        for text in ["", "a", ".b", "a.", "a.1b", "-a.b", "a b.c", "a.b c", "a.\n.b"] {
            #expect(throws: MalformedValue.self) { try ConfigurationKey(text) }
        }
    }
}
