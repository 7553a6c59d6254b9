import TestSupport
import Testing

/// Writers that find at the remote that somebody else was first, and pushes of which nobody knows what became of them.
@Suite struct LostRaceTests {
    private let sandbox: Sandbox

    /// Two clones of one remote with three commits; the second one knows nothing of what the first one writes.
    init() throws {
        sandbox = Sandbox()
        try sandbox.makeRepository(commits: 3)
        try sandbox.makeRemote()
        try sandbox.succeed("git model register churn HEAD~2 --push", in: "repo")
        try sandbox.succeed("git clone -q remote.git second")
        sandbox.environment["GIT_COMMITTER_NAME"] = "Ben Otto"
    }

    private func installHook(_ name: String, _ body: String) throws {
        try Sandbox.write("#!/bin/sh\n\(body)\n", to: "\(sandbox.path)/remote.git/hooks/\(name)")
        try sandbox.succeed("chmod +x remote.git/hooks/\(name)")
    }

    private func expectSameTags() throws {
        let ids = "git for-each-ref --format='%(refname) %(objectname)' refs/tags"
        #expect(try sandbox.succeed(ids, in: "repo") == sandbox.succeed(ids, in: "remote.git"))
    }

    @Test func `a version that is taken there is followed by the next one`() throws {
        try sandbox.succeed("git model register churn HEAD~1 --push", in: "second")
        let outcome = try sandbox.model("register churn --push --json")
        #expect(outcome.status == 0 && outcome.output.contains("\"churn@v0.0.3\""), "\(outcome)")
        try expectTags(["churn@v0.0.1", "churn@v0.0.2", "churn@v0.0.3"], in: "remote.git")
    }

    private func expectTags(_ tags: [String], in folder: String) throws {
        #expect(try sandbox.tags(in: folder).sorted() == tags.sorted())
    }

    @Test func `a counter that is taken there is followed by the next one`() throws {
        try sandbox.succeed("git model assign churn@v0.0.1 --stage prod --push", in: "second")
        try sandbox.succeed("git model register churn HEAD~1 --version v0.5.0", in: "repo")
        let outcome = try sandbox.model("assign churn@v0.5.0 --stage prod --push")
        #expect(outcome.status == 0 && outcome.output.contains("churn#prod#2"), "\(outcome)")
        try expectTags(["churn@v0.0.1", "churn#prod#1", "churn#prod#2"], in: "remote.git")
        #expect(try sandbox.succeed("git model show 'churn#prod' --version", in: "repo") == "v0.5.0")
    }

    @Test func `who named the version hears who has it and which is free`() throws {
        try sandbox.succeed("git model register churn HEAD~1 --version v1.0.0 --push", in: "second")
        let theirs = try sandbox.references(in: "remote.git")
        sandbox.environment["GIT_COMMITTER_NAME"] = "Cleo Park"
        let outcome = try sandbox.model("register churn --version v1.0.0 --push")
        #expect(outcome.status == 3 && outcome.errors.contains("Ben Otto"), "\(outcome)")
        #expect(outcome.errors.contains("git model register churn --version v1.0.1"), "\(outcome)")
        #expect(try sandbox.references(in: "remote.git") == theirs)
        try expectSameTags()
    }

    @Test func `the same commit is not registered twice, and the first one is named`() throws {
        try sandbox.succeed("git model register churn --push", in: "second")
        sandbox.environment["GIT_COMMITTER_NAME"] = "Cleo Park"
        let outcome = try sandbox.model("register churn --push")
        #expect(
            outcome.status == 3 && outcome.errors.contains("Ben Otto was first with tag churn@v0.0.2"), "\(outcome)")
        try expectSameTags()
    }

    @Test func `a tag that was moved there is reported and not taken over`() throws {
        try sandbox.succeed("git model register churn HEAD~1 --push", in: "second")
        try sandbox.succeed(
            "git tag -f -a -m moved churn@v0.0.1 && git push -q --force origin churn@v0.0.1", in: "second")
        let before = try sandbox.succeed("git rev-parse churn@v0.0.1", in: "repo")
        let outcome = try sandbox.model("register churn --push")
        #expect(outcome.status == 5 && outcome.errors.contains("tag churn@v0.0.1 is another one"), "\(outcome)")
        #expect(try sandbox.succeed("git rev-parse churn@v0.0.1", in: "repo") == before)
    }

    @Test func `who always loses ends with a conflict`() throws {
        // Whatever is pushed, somebody else has made it a moment ago.
        try installHook(
            "pre-receive",
            """
            unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
            while read -r old new ref; do git tag -a -m first "${ref#refs/tags/}" main~2; done
            """)
        let outcome = try sandbox.model("register churn --push")
        #expect(outcome.status == 3, "\(outcome)")
        #expect(try sandbox.tags(in: "remote.git").count == 6, "\(outcome)")
    }

    @Test func `a repository at a URL is written to in the same way`() throws {
        let url = "file://\(sandbox.path)/remote.git"
        try sandbox.succeed("git model register churn HEAD~1 --push", in: "second")
        try sandbox.succeed("git push -q origin main", in: "repo")
        let outcomes = try sandbox.succeed(
            """
            for n in 1 2 3; do (git model assign churn@v0.0.1 --stage s --force -r '\(url)' >> log 2>&1) & done; wait
            cat log
            """)
        try expectTags(
            ["churn@v0.0.1", "churn@v0.0.2", "churn#s#1", "churn#s#2", "churn#s#3"], in: "remote.git")
        #expect(!outcomes.contains("error"), "\(outcomes)")
    }

    @Test(arguments: ["pre-receive", "post-receive"], ["register churn --push", "assign churn --stage prod --push"])
    func `a push that broke off is completed by the same command`(hook: String, command: String) throws {
        try installHook(hook, "kill -9 $PPID")
        let broken = try sandbox.model(command)
        #expect(broken.status == 1 && broken.errors.contains("run the same command again"), "\(broken)")
        let made = try sandbox.references()
        try installHook(hook, "exit 0")
        let outcome = try sandbox.model(command)
        #expect(outcome.status == 0 && outcome.output.contains("churn@v0.0.2 on remote"), "\(outcome)")
        #expect(try sandbox.references() == made)
        try expectSameTags()
        // It is done now: the next one is another one.
        #expect(try sandbox.model(command).status == 3)
    }

    @Test func `a push that broke off is given up where another writer was first`() throws {
        try installHook("pre-receive", "kill -9 $PPID")
        #expect(try sandbox.model("register churn --push").status == 1)
        try installHook("pre-receive", "exit 0")
        try sandbox.succeed("git model register churn HEAD~1 --push", in: "second")
        let outcome = try sandbox.model("register churn --push")
        #expect(outcome.status == 0 && outcome.output.contains("churn@v0.0.3"), "\(outcome)")
        try expectSameTags()
    }
}
