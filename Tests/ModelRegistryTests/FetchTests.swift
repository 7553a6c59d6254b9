import TestSupport
import Testing

/// What `git model fetch` brings, and what it only reports.
@Suite struct FetchTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = Sandbox()
        try sandbox.makeRepository(commits: 3)
        try sandbox.makeRemote()
        try sandbox.succeed("git model register churn HEAD~2 --push", in: "repo")
        try sandbox.succeed("git clone -q remote.git second")
    }

    @Test func `new tags come, and only those of the registry`() throws {
        try sandbox.succeed(
            "git model assign churn --stage prod --push && git tag other && git push -q origin other", in: "second")
        let plan = try sandbox.model("fetch --dry-run")
        #expect(plan.status == 0 && plan.output.contains("Would fetch git tag churn#prod#1\n"), "\(plan)")
        #expect(try sandbox.tags() == ["churn@v0.0.1"])
        let outcome = try sandbox.model("fetch")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try sandbox.tags() == ["churn#prod#1", "churn@v0.0.1", "churn@v0.0.2"])
        #expect(try sandbox.model("fetch").output == "Nothing to fetch: all tags of origin are here\n")
    }

    @Test func `a moved tag is named with both ids and left alone, each time`() throws {
        try sandbox.succeed(
            "git tag -f -a -m moved churn@v0.0.1 && git push -q --force origin churn@v0.0.1", in: "second")
        let here = try sandbox.succeed("git rev-parse churn@v0.0.1", in: "repo")
        let there = try sandbox.succeed("git rev-parse churn@v0.0.1", in: "second")
        for _ in 1...2 {
            let outcome = try sandbox.model("fetch")
            #expect(outcome.status == 5, "\(outcome)")
            #expect(outcome.errors.contains("is \(here) here and \(there) at origin, first seen "), "\(outcome)")
            #expect(try sandbox.succeed("git rev-parse churn@v0.0.1", in: "repo") == here)
        }
        let json = try sandbox.model("fetch --json")
        #expect(json.status == 5 && json.errors.contains("\"code\": \"tag-moved\""), "\(json)")
    }

    @Test func `a tag that was deleted there is withdrawn, and kept here until somebody deletes it`() throws {
        try sandbox.succeed("git model fetch && git model register fraud", in: "repo")
        try sandbox.succeed("git push -q origin :refs/tags/churn@v0.0.1", in: "second")
        for _ in 1...2 {
            let outcome = try sandbox.model("fetch")
            #expect(outcome.status == 5 && outcome.errors.contains("was withdrawn upstream"), "\(outcome)")
            #expect(!outcome.errors.contains("fraud"), "it was never there: \(outcome)")
            #expect(try sandbox.tags() == ["churn@v0.0.1", "fraud@v0.0.1"])
        }
        try sandbox.succeed("git tag -d churn@v0.0.1", in: "repo")
        #expect(try sandbox.model("fetch").status == 0)
    }

    @Test func `whoever reads the registry afterwards is told without a network`() throws {
        try sandbox.succeed(
            "git model register fraud --push && git model register gone --push && git model fetch", in: "repo")
        try sandbox.succeed("git fetch -q --tags origin && git tag -f -a -m moved fraud@v0.0.1", in: "second")
        try sandbox.succeed("git push -q --force origin fraud@v0.0.1 :refs/tags/gone@v0.0.1", in: "second")
        #expect(try sandbox.model("fetch").status == 5)
        try sandbox.succeed("mv remote.git away.git")
        let here = try sandbox.succeed("git rev-parse fraud@v0.0.1", in: "repo")
        let there = try sandbox.succeed("git rev-parse fraud@v0.0.1", in: "second")
        // With the refs in one file, and with an index as without.
        for reading in ["show", "show --no-index", "history", "stages", "show fraud"] {
            let outcome = try sandbox.model(reading)
            #expect(outcome.status == 0, "\(outcome)")
            #expect(
                outcome.errors.contains("tag fraud@v0.0.1 is \(here) here, and was \(there) at origin"), "\(outcome)")
            #expect(
                outcome.errors.contains("gone@v0.0.1") && outcome.errors.contains("withdrawn upstream"), "\(outcome)")
            if reading == "history" { try sandbox.succeed("git pack-refs --all", in: "repo") }
        }
        let outcome = try sandbox.model("doctor --json")
        #expect(outcome.status == 5, "\(outcome)")
        #expect(outcome.output.contains("\"moved-tag\"") && outcome.output.contains("\"withdrawn-tag\""), "\(outcome)")
        // What was dealt with is told no more.
        try sandbox.succeed(
            "mv away.git remote.git && git -C repo fetch -q --force origin 'refs/tags/fraud*:refs/tags/fraud*'")
        #expect(try sandbox.model("show").errors.contains("fraud") == false)
        try sandbox.succeed("git tag -d gone@v0.0.1", in: "repo")
        #expect(try sandbox.model("show").errors == "")
        #expect(try sandbox.model("fetch").status == 0)
        #expect(try sandbox.succeed("cat .git/git-model/upstream", in: "repo") == "")
    }

    @Test func `what is told of a remote ends when it is dealt with there`() throws {
        try sandbox.succeed("git model register gone --push && git model fetch", in: "repo")
        func withdraw() throws {
            try sandbox.succeed("git -C remote.git update-ref -d refs/tags/gone@v0.0.1")
            #expect(try sandbox.model("fetch").status == 5)
            #expect(try sandbox.model("show").errors.contains("gone@v0.0.1"))
        }
        try withdraw()
        // The hint of doctor and of fetch.
        try sandbox.succeed("git model push gone@v0.0.1", in: "repo")
        #expect(try sandbox.model("show").errors == "")
        try withdraw()
        // Nobody reads a remote that is not there any more.
        try sandbox.succeed("git remote rename origin hub", in: "repo")
        #expect(try sandbox.model("show").errors == "")
        #expect(try sandbox.model("fetch --remote hub").status == 5)
        let outcome = try sandbox.model("show")
        #expect(outcome.errors.contains("hub had it no more"), "\(outcome)")
        #expect(!outcome.errors.contains("origin"), "\(outcome)")
    }

    @Test func `a note of a remote that cannot be read stops nothing`() throws {
        try sandbox.succeed("git model fetch && mkdir .git/git-model/upstream", in: "repo")
        for command in ["show", "fetch", "register other", "doctor", "show --no-index"] {
            let outcome = try sandbox.model(command)
            #expect(outcome.status == 0, "\(outcome)")
        }
        try sandbox.succeed(
            "rmdir .git/git-model/upstream && head -c 3000 /dev/urandom > .git/git-model/upstream", in: "repo")
        #expect(try sandbox.model("show").status == 0)
    }

    @Test func `an address has no tags of its own, and a remote must be there`() throws {
        #expect(try sandbox.model("fetch -r 'file://\(sandbox.path)/remote.git'").status == 64)
        #expect(try sandbox.model("fetch --remote upstream").status == 1)
    }

    @Test func `old locks are listed, and removed where that is asked for`() throws {
        try sandbox.succeed(
            "touch -d '1 hour ago' .git/packed-refs.lock .git/refs/tags/m@v1.0.0.lock; touch .git/HEAD.lock", in: "repo"
        )
        let outcome = try sandbox.model("doctor")
        #expect(outcome.status == 5, "\(outcome)")
        #expect(outcome.output.contains("packed-refs.lock is 36") && outcome.output.contains("m@v1.0.0.lock is"))
        #expect(!outcome.output.contains("HEAD.lock"))
        #expect(try sandbox.model("doctor --remove-stale-locks").status == 0)
        #expect(try sandbox.succeed("find .git -name '*.lock' ! -path '*git-model*'", in: "repo") == ".git/HEAD.lock")
    }
}
