import TestSupport
import Testing

/// What the writing commands leave in a repository, byte for byte.
@Suite struct WritingTests {
    /// A command, the tag that it makes, and the message that GTO gives such a tag.
    static let steps: [(command: String, tag: String, message: String)] = [
        ("register churn", "churn@v0.0.1", "Registering artifact churn version v0.0.1"),
        ("assign churn --stage prod", "churn#prod#1", "Assigning stage prod to artifact churn version v0.0.1"),
        (
            "deprecate churn v0.0.1 prod", "churn#prod!#2",
            "Unassigning stage 'prod' to artifact 'churn' version 'v0.0.1'"
        ),
        ("deprecate churn v0.0.1", "churn@v0.0.1!", "Deregistering artifact churn version v0.0.1"),
        ("deprecate churn", "churn@deprecated", "Deprecating artifact 'churn'"),
        ("register models:churn", "models=churn@v0.0.1", "Registering artifact models:churn version v0.0.1"),
        (
            "assign models:churn#dev@x --stage dev || git model assign models:churn@v0.0.1 --stage dev/eu",
            "models=churn#dev/eu#1", "Assigning stage dev/eu to artifact models:churn version v0.0.1"
        ),
        (
            "register nn --version v1.2.3-rc.1+cuda --simple false", "nn@v1.2.3-rc.1+cuda#1",
            "Registering artifact nn version v1.2.3-rc.1+cuda"
        ),
    ]

    @Test func `tag objects are those of GTO, byte for byte`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        let head = try sandbox.succeed("git rev-parse HEAD", in: "repo")
        sandbox.environment["GIT_COMMITTER_DATE"] = "@1772450000 +0130"
        var known: [String] = []
        for step in Self.steps {
            // Each event of its own second: equal ones have an order of their own.
            let time = 1_772_450_000 + known.count
            sandbox.environment["GIT_COMMITTER_DATE"] = "@\(time) +0130"
            let outcome = try sandbox.model(step.command)
            #expect(outcome.status == 0, "\(step.command): \(outcome)")
            known.append(step.tag)
            #expect(Set(try sandbox.tags()) == Set(known), "\(step.command)")
            try sandbox.succeed("git cat-file tag '\(step.tag)' > ../object", in: "repo")
            let expected = """
                object \(head)
                type commit
                tag \(step.tag)
                tagger Ana Ruiz <ana@example.com> \(time) +0130

                \(step.message)
                """
            #expect(try Sandbox.readBytes("\(sandbox.path)/object") == Array(expected.utf8), "\(step.command)")
        }
        #expect(try sandbox.succeed("git fsck --strict --no-dangling 2>&1", in: "repo") == "")
    }

    @Test func `--delete takes the tags away and makes none`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository(commits: 2)
        try sandbox.succeed("git model register churn HEAD~1 && git model register churn", in: "repo")
        try sandbox.succeed("git model assign churn@v0.0.1 --stage prod", in: "repo")
        #expect(try sandbox.tags() == ["churn#prod#1", "churn@v0.0.1", "churn@v0.0.2"])
        #expect(try sandbox.model("deprecate churn#prod --delete").status == 0)
        #expect(try sandbox.tags() == ["churn@v0.0.1", "churn@v0.0.2"])
        #expect(try sandbox.model("deprecate churn@v0.0.1 -d").status == 0)
        #expect(try sandbox.tags() == ["churn@v0.0.2"])
        #expect(try sandbox.model("deprecate churn --delete").status == 0)
        #expect(try sandbox.tags() == [])
    }

    @Test func `without GIT_COMMITTER_DATE an event is at least a second after the newest`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        sandbox.environment["GIT_COMMITTER_DATE"] = "@4000000000 +0000"
        try sandbox.succeed("git model register churn && git model register other", in: "repo")
        let time = "git for-each-ref --format='%(taggerdate:unix)'"
        try sandbox.succeed("env -u GIT_COMMITTER_DATE git model assign churn --stage dev", in: "repo")
        #expect(try sandbox.succeed("\(time) 'refs/tags/churn#dev#1'", in: "repo") == "4000000001")
        try sandbox.succeed("env -u GIT_COMMITTER_DATE git model deprecate churn", in: "repo")
        #expect(try sandbox.succeed("\(time) refs/tags/churn@deprecated", in: "repo") == "4000000002")

        // A registration that an assignment brings along comes before it.
        try sandbox.commit("new", as: "data.txt")
        try sandbox.succeed("env -u GIT_COMMITTER_DATE git model assign other --stage prod", in: "repo")
        #expect(try sandbox.succeed("\(time) refs/tags/other@v0.0.2", in: "repo") == "4000000001")
        #expect(try sandbox.succeed("\(time) 'refs/tags/other#prod#1'", in: "repo") == "4000000002")

        // What is given is taken, even if it is before the newest event.
        sandbox.environment["GIT_COMMITTER_DATE"] = "@1000000000 -0800"
        try sandbox.succeed("git model assign churn --stage early --force", in: "repo")
        #expect(
            try sandbox.succeed("git cat-file tag 'churn#early#2' | sed -n 's/^tagger.*> //p'", in: "repo")
                == "1000000000 -0800")
    }

    @Test func `the tagger comes from the environment, else from the configuration`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        let tagger = "git for-each-ref --format='%(taggername)%(taggeremail)'"
        sandbox.environment["GIT_COMMITTER_NAME"] = "Zoë 'the' Öz"
        try sandbox.succeed("git model register a", in: "repo")
        #expect(try sandbox.succeed("\(tagger) refs/tags/a@v0.0.1", in: "repo") == "Zoë 'the' Öz<ana@example.com>")

        sandbox.environment["GIT_COMMITTER_NAME"] = nil
        sandbox.environment["GIT_COMMITTER_EMAIL"] = nil
        try sandbox.succeed("git config user.name 'Bo Li' && git config user.email bo@example.com", in: "repo")
        try sandbox.succeed("git model register b", in: "repo")
        #expect(try sandbox.succeed("\(tagger) refs/tags/b@v0.0.1", in: "repo") == "Bo Li<bo@example.com>")
        try sandbox.succeed("git -c user.name=Cy model register c", in: "repo")
        #expect(try sandbox.succeed("\(tagger) refs/tags/c@v0.0.1", in: "repo") == "Cy<bo@example.com>")
    }

    @Test func `without an identity nothing is written`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.succeed("git config user.useConfigOnly true", in: "repo")
        for name in ["GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"] {
            sandbox.environment[name] = nil
        }
        let before = try sandbox.footprint()
        for command in ["register churn", "assign churn --stage prod", "register churn --json"] {
            let outcome = try sandbox.model(command)
            #expect(outcome.status == 1, "\(command)")
            #expect(outcome.errors.contains(command.hasSuffix("json") ? "identity-unknown" : "git config"))
            #expect(try sandbox.footprint() == before, "\(command)")
        }
    }

    @Test func `a tag comes after one that is dated far ahead, and says so`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository(commits: 2)
        try sandbox.plantTag("churn@v1.0.0", tagger: "Ana Ruiz <ana@example.com> 4000000000 +0000")
        let outcome = try sandbox.run("env -u GIT_COMMITTER_DATE git model deprecate churn@v1.0.0", in: "repo")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.contains("warning: tag churn@v1.0.0 is dated 2096-10-02"), "\(outcome)")
        let seconds = try sandbox.succeed(
            "git for-each-ref --format='%(taggerdate:unix)' 'refs/tags/churn@v1.0.0!'", in: "repo")
        #expect(seconds == "4000000001")
        #expect(try sandbox.succeed("git model show", in: "repo").contains("churn"))
        #expect(try sandbox.model("show churn@v1.0.0 --version").status == 2)
    }

    @Test func `no tag is dated past the year 9999`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.plantTag("churn@v1.0.0", tagger: "Ana Ruiz <ana@example.com> 253402300799 +0000")
        try sandbox.plantTag("old@v1.0.0", tagger: "Ana Ruiz <ana@example.com> -4000000000 +0000")
        let before = try sandbox.footprint()
        let outcome = try sandbox.run("env -u GIT_COMMITTER_DATE git model deprecate churn", in: "repo")
        #expect(outcome.status == 64 && outcome.errors.contains("year 9999"), "\(outcome)")
        #expect(try sandbox.footprint() == before)
        let old = try sandbox.run("env -u GIT_COMMITTER_DATE git model deprecate old", in: "repo")
        #expect(old.status == 0 && !old.errors.contains("warning"), "\(old)")
    }

    @Test func `a date that Git cannot read is named, with one that it can`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        let outcome = try sandbox.run("GIT_COMMITTER_DATE=garbage git model register churn", in: "repo")
        #expect(outcome.status == 64 && outcome.errors.contains("hint: export GIT_COMMITTER_DATE=2026-03-02T"))
        #expect(try sandbox.tags() == [])
        try sandbox.succeed(
            "export GIT_COMMITTER_DATE=2026-03-02T09:30:00+0000 && git model register churn", in: "repo")
    }

    /// Messages as `sh` writes them, and what must stand in the tag.
    @Test(arguments: [
        ("-m 'retrained on October'", "retrained on October"),
        ("-m ''", "Registering artifact churn version v0.0.1"),
        (
            "--message=\"$(printf 'a subject\\n\\nand a body\\n  kept as it is')\"",
            "a subject\n\nand a body\n  kept as it is"
        ),
        ("-m '# not a comment'", "# not a comment"),
        ("-m 'schöne Grüße 🚀'", "schöne Grüße 🚀"),
        ("-m \"it's \\\"quoted\\\" \\$HOME\"", "it's \"quoted\" $HOME"),
        ("--message=-x", "-x"),
    ])
    func `a message is taken as it is`(option: String, message: String) throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        let outcome = try sandbox.model("register churn \(option)")
        #expect(outcome.status == 0, "\(outcome)")
        try sandbox.succeed("git cat-file tag churn@v0.0.1 | sed '1,/^$/d' > ../message", in: "repo")
        #expect(try Sandbox.read("\(sandbox.path)/message") == message)
        #expect(try sandbox.succeed("git model history --json", in: "repo").contains("churn@v0.0.1"))
    }

    @Test func `a dry run tells everything and writes nothing`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository(commits: 2)
        try sandbox.makeRemote()
        try sandbox.succeed("git model register churn HEAD~1", in: "repo")
        let before = (try sandbox.footprint(), try sandbox.footprint(of: "remote.git"))
        let commands: [(String, [String])] = [
            ("register churn --dry-run", ["churn@v0.0.2"]),
            ("register churn --dry-run --push --sign", ["churn@v0.0.2"]),
            ("assign churn --stage prod --dry-run", ["churn@v0.0.2", "churn#prod#1"]),
            ("deprecate churn v0.0.1 --dry-run", ["churn@v0.0.1!"]),
            ("deprecate churn v0.0.1 --delete --dry-run", ["churn@v0.0.1"]),
            ("deprecate churn --dry-run --json", ["churn@deprecated"]),
        ]
        for (command, names) in commands {
            let outcome = try sandbox.model(command)
            #expect(outcome.status == 0, "\(command): \(outcome)")
            for name in names { #expect(outcome.output.contains(name), "\(command): \(outcome)") }
            #expect(try sandbox.footprint() == before.0, "\(command)")
            #expect(try sandbox.footprint(of: "remote.git") == before.1, "\(command)")
        }
    }

    @Test func `an assignment that brings a registration is all or nothing`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        // A ref below the name of the second tag: Git cannot have a file and a folder of one name.
        try sandbox.succeed("git update-ref 'refs/tags/churn#prod#1/x' HEAD", in: "repo")
        let before = try sandbox.references()
        let outcome = try sandbox.model("assign churn --stage prod")
        #expect(outcome.status == 3, "\(outcome)")
        #expect(outcome.errors.contains("churn#prod#1/x"))
        #expect(try sandbox.references() == before)

        try sandbox.succeed(
            "git update-ref -d 'refs/tags/churn#prod#1/x' && git update-ref 'refs/tags/churn@v0.0.1/x' HEAD", in: "repo"
        )
        #expect(try sandbox.model("assign churn --stage prod").status == 3)
        #expect(try sandbox.tags() == ["churn@v0.0.1/x"])
    }

    @Test func `what is refused leaves nothing`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository(commits: 2)
        try sandbox.succeed("git model assign churn HEAD~1 --stage prod", in: "repo")
        let before = try sandbox.footprint()
        let refusals: [(String, Int32)] = [
            ("register churn HEAD~1", 3),
            ("register churn --version v0.0.1", 3),
            ("register churn HEAD~1 --version v2.0.0", 3),
            ("assign churn@v0.0.1 --stage prod", 3),
            ("assign churn@v7.0.0 --stage prod", 2),
            ("assign churn#none --stage prod", 2),
            ("register churn no-such-branch", 2),
            ("deprecate nothing", 2),
            ("deprecate churn v9.0.0", 2),
            ("deprecate churn v0.0.1 dev", 2),
            ("register churn --bump-major --bump-minor", 64),
            ("register churn --version 1.x", 64),
            ("register churn --version v1.0.0 --bump-major", 64),
            ("assign churn", 64),
            ("register", 64),
            ("register -- -x", 64),
            ("assign churn --stage 'no stage'", 64),
            ("assign churn HEAD --version v3.0.0 --skip-registration --stage dev", 64),
        ]
        for (command, status) in refusals {
            let outcome = try sandbox.model(command)
            #expect(outcome.status == status, "\(command): \(outcome)")
            #expect(outcome.output == "", "\(command)")
            #expect(outcome.errors.hasPrefix("error: "), "\(command)")
            #expect(try sandbox.footprint() == before, "\(command)")
        }
    }
}
