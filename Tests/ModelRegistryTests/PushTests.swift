import TestSupport
import Testing

/// What `--push` leaves here and at the remote.
@Suite struct PushTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.makeRemote()
    }

    private func installHook(_ name: String, _ body: String) throws {
        try Sandbox.write("#!/bin/sh\n\(body)\n", to: "\(sandbox.path)/remote.git/hooks/\(name)")
        try sandbox.succeed("chmod +x remote.git/hooks/\(name)")
    }

    @Test func `a tag arrives with the id that it has here`() throws {
        let outcome = try sandbox.model("register churn --push")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output.contains("Successfully pushed git tag churn@v0.0.1 on remote."))
        #expect(try sandbox.references(in: "remote.git").contains("refs/tags/churn@v0.0.1"))
        #expect(
            try sandbox.succeed("git rev-parse churn@v0.0.1", in: "repo")
                == sandbox.succeed("git rev-parse churn@v0.0.1", in: "remote.git"))
        try sandbox.succeed(
            "git model assign churn#none --stage x; git model assign churn --stage prod --push", in: "repo")
        #expect(try sandbox.tags(in: "remote.git") == ["churn#prod#1", "churn@v0.0.1"])
        try sandbox.succeed("git model deprecate churn#prod --delete --push", in: "repo")
        #expect(try sandbox.tags(in: "remote.git") == ["churn@v0.0.1"])
        #expect(try sandbox.tags() == ["churn@v0.0.1"])
        #expect(try sandbox.succeed("git fsck --strict --no-dangling 2>&1", in: "remote.git") == "")
    }

    @Test(arguments: ["pre-receive", "update"])
    func `a hook that refuses leaves no tag, and its words are shown harmless`(hook: String) throws {
        try installHook(hook, #"printf 'go \033[31maway\033]0;title\007 \302\233 \342\200\256rtl\n' >&2; exit 1"#)
        for command in ["register churn --push", "assign churn --stage prod --push"] {
            let outcome = try sandbox.model(command)
            #expect(outcome.status == 4, "\(command): \(outcome)")
            #expect(outcome.errors.contains("go \\x1b[31maway"), "\(outcome)")
            #expect(outcome.errors.isHarmlessOnTerminal)
            #expect(try sandbox.tags() == [], "\(command)")
            #expect(try sandbox.tags(in: "remote.git") == [], "\(command)")
        }
    }

    @Test func `of a push that breaks off git's own words are told, and the server's below them`() throws {
        try installHook("pre-receive", "echo the disk is full >&2; sleep 0.2; kill -9 $PPID")
        let outcome = try sandbox.model("register churn --push")
        #expect(outcome.status == 1 && outcome.errors.contains("may or may not have arrived"), "\(outcome)")
        #expect(outcome.errors.contains("  git push failed: "), "\(outcome)")
        #expect(outcome.errors.contains("the disk is full"), "\(outcome)")
    }

    @Test func `several tags are published together or not at all`() throws {
        try installHook("update", #"case "$1" in *'#prod'*) exit 1;; esac"#)
        let outcome = try sandbox.model("assign churn --stage prod --push")
        #expect(outcome.status == 4, "\(outcome)")
        #expect(try sandbox.tags() == [])
        #expect(try sandbox.tags(in: "remote.git") == [])
        #expect(try sandbox.model("assign churn --stage dev --push").status == 0)
        #expect(try sandbox.tags(in: "remote.git") == ["churn#dev#1", "churn@v0.0.1"])
    }

    @Test func `a tag that the remote has otherwise is a conflict`() throws {
        try sandbox.succeed("git clone -q remote.git second")
        try sandbox.succeed("git model register churn --push -m 'the first'", in: "second")
        let theirs = try sandbox.references(in: "remote.git")
        let refused = try sandbox.model("register churn --push")
        #expect(refused.status == 3 && refused.errors.contains("churn@v0.0.1"), "\(refused)")
        #expect(try sandbox.references(in: "remote.git") == theirs)
        // The version that the other one registered there is the one that is assigned.
        try sandbox.succeed("git tag -d churn@v0.0.1", in: "repo")
        let outcome = try sandbox.model("assign churn --stage prod --push")
        #expect(outcome.status == 0 && !outcome.output.contains("registers"), "\(outcome)")
        #expect(try sandbox.tags(in: "remote.git") == ["churn#prod#1", "churn@v0.0.1"])
        try sandbox.succeed("git fetch -q --tags", in: "repo")
        try sandbox.commit("2", as: "data.txt")
        try sandbox.succeed("git push -q origin main", in: "repo")
        #expect(try sandbox.model("register churn --push").output.contains("churn@v0.0.2"))
    }

    @Test func `without origin nothing is written`() throws {
        try sandbox.succeed("git remote rename origin upstream", in: "repo")
        let before = try sandbox.footprint()
        for command in ["register churn --push", "assign churn --stage prod --push"] {
            let outcome = try sandbox.model(command)
            #expect(outcome.status == 1, "\(outcome)")
            #expect(outcome.errors.contains("origin"))
            #expect(try sandbox.footprint() == before)
        }
    }

    @Test(arguments: [
        "/nonexistent/remote.git", "file:///nonexistent/remote.git", "http://127.0.0.1:1/remote.git",
        "ssh://nobody@127.0.0.1:1/remote.git", "https://ana:secret-token@127.0.0.1:1/remote.git",
    ])
    func `a remote that cannot be reached leaves no tag`(url: String) throws {
        sandbox.environment["GIT_SSH_COMMAND"] = "false"
        try sandbox.succeed("git remote set-url origin '\(url)'", in: "repo")
        for command in ["register churn --push", "assign churn --stage prod --push"] {
            let outcome = try sandbox.model(command)
            #expect(outcome.status == 1, "\(command): \(outcome)")
            #expect(!(outcome.errors + outcome.output).contains("secret-token"))
            #expect(try sandbox.tags() == [], "\(command): \(outcome)")
        }
    }

    @Test func `a deletion says what the remote had of it`() throws {
        try sandbox.succeed(
            "git model register churn --push && git model assign churn@v0.0.1 --stage prod", in: "repo")
        let outcome = try sandbox.model("deprecate churn@v0.0.1 --delete --push")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output.contains("Successfully deleted git tag churn@v0.0.1 on remote."))
        #expect(!outcome.output.contains("deleted git tag churn#prod#1 on remote"), "\(outcome)")
        #expect(outcome.errors.contains("The remote had no git tag churn#prod#1."), "\(outcome)")
        #expect(try sandbox.tags() == [] && sandbox.tags(in: "remote.git") == [])
    }

    @Test func `a deletion takes no tag that somebody else put there`() throws {
        try sandbox.succeed("git model register churn --push", in: "repo")
        try sandbox.succeed("git clone -q remote.git second")
        try sandbox.succeed(
            "git tag -f -a -m theirs churn@v0.0.1 && git push -q --force origin churn@v0.0.1", in: "second")
        let before = (try sandbox.references(), try sandbox.references(in: "remote.git"))
        let outcome = try sandbox.model("deprecate churn@v0.0.1 --delete --push")
        #expect(outcome.status == 3 && outcome.errors.contains("another tag churn@v0.0.1"), "\(outcome)")
        #expect(try sandbox.references() == before.0)
        #expect(try sandbox.references(in: "remote.git") == before.1)
    }

    @Test(arguments: ["pre-receive", "post-receive"])
    func `a deletion that broke off is completed by the same command`(hook: String) throws {
        try sandbox.succeed("git model register churn --push", in: "repo")
        try installHook(hook, "kill -9 $PPID")
        let broken = try sandbox.model("deprecate churn@v0.0.1 --delete --push")
        #expect(broken.status == 1 && broken.errors.contains("run the same command again"), "\(broken)")
        #expect(try sandbox.tags() == ["churn@v0.0.1"])
        try installHook(hook, "exit 0")
        let outcome = try sandbox.model("deprecate churn@v0.0.1 --delete --push")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try sandbox.tags() == [] && sandbox.tags(in: "remote.git") == [])
    }

    @Test func `a deletion that the remote refuses deletes nothing here`() throws {
        try sandbox.succeed("git model register churn --push", in: "repo")
        try installHook("update", #"case "$3" in *[!0]*) ;; *) exit 1;; esac"#)
        let before = (try sandbox.references(), try sandbox.references(in: "remote.git"))
        let outcome = try sandbox.model("deprecate churn@v0.0.1 --delete --push")
        #expect(outcome.status == 4, "\(outcome)")
        #expect(try sandbox.references() == before.0)
        #expect(try sandbox.references(in: "remote.git") == before.1)
    }
}
