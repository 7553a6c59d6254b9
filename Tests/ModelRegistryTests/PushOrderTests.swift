import TestSupport
import Testing

/// How many tags go out at once, in which order, and what is left where one of them is refused.
@Suite(.serialized) struct PushOrderTests {
    private let sandbox: Sandbox

    /// A remote that logs each push: a line with the refs in their order.
    init() throws {
        sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.makeRemote()
        try installHook(
            "post-receive", "cut -d' ' -f3 | sed s,refs/tags/,, | tr '\\n' ' ' >> ../log; echo >> ../log")
    }

    private func installHook(_ name: String, _ body: String) throws {
        try Sandbox.write("#!/bin/sh\n\(body)\n", to: "\(sandbox.path)/remote.git/hooks/\(name)")
        try sandbox.succeed("chmod +x remote.git/hooks/\(name)")
    }

    /// The pushes that arrived, each with its refs in order.
    private func pushes() throws -> [[String]] {
        try sandbox.succeed("cat log 2>/dev/null || true").split(separator: "\n").map {
            $0.split(separator: " ").map(String.init)
        }
    }

    /// Makes a history of so many events; their tags in order.
    private func makeHistory(_ count: Int) throws -> [String] {
        try sandbox.succeed("git model register churn", in: "repo")
        let names = ["prod", "dev", "staging"]
        for number in 1..<count {
            try sandbox.succeed("git model assign churn@v0.0.1 --stage \(names[number % 3]) --force", in: "repo")
        }
        let tags = try sandbox.succeed("git model history --json | grep '\"ref\"' | cut -d'\"' -f4", in: "repo")
        return tags.split(separator: "\n").reversed().map(String.init)
    }

    @Test func `ten acts go out in their order, at most three tags at once`() throws {
        var expected: [[String]] = []
        for number in 1...5 {
            try sandbox.succeed("git commit -q --allow-empty -m \(number)", in: "repo")
            try sandbox.succeed("git model register churn --push", in: "repo")
            expected.append(["churn@v0.0.\(number)"])
            try sandbox.succeed("git model assign fraud --stage zeta --push", in: "repo")
            expected.append(["fraud@v0.0.\(number)", "fraud#zeta#\(number)"])
        }
        #expect(try pushes() == expected)
    }

    @Test func `what was kept back goes out oldest first, in pushes of three`() throws {
        let tags = try makeHistory(10)
        #expect(tags.count == 10 && tags.first == "churn@v0.0.1" && tags.last == "churn#prod#9")
        let plan = try sandbox.model("push --dry-run")
        #expect(plan.status == 0 && plan.output == tags.map { "Would push git tag \($0)\n" }.joined(), "\(plan)")
        #expect(try pushes() == [])
        let outcome = try sandbox.model("push")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output == tags.map { "Successfully pushed git tag \($0) on remote.\n" }.joined())
        #expect(try pushes() == [Array(tags[0..<3]), Array(tags[3..<6]), Array(tags[6..<9]), [tags[9]]])
        let ids = "git for-each-ref --format='%(refname) %(objectname)' refs/tags"
        #expect(try sandbox.succeed(ids, in: "repo") == sandbox.succeed(ids, in: "remote.git"))
        #expect(try sandbox.model("push").output == "Nothing to push: origin has all the tags\n")
        #expect(try pushes().count == 4)
    }

    @Test func `only what is named goes out`() throws {
        for command in ["register churn", "register fraud", "assign churn@v0.0.1 --stage prod"] {
            try sandbox.succeed("git model \(command)", in: "repo")
        }
        try sandbox.succeed("git tag other && git tag -a -m x note", in: "repo")
        try sandbox.succeed("git remote rename origin upstream", in: "repo")
        #expect(try sandbox.model("push").status == 1)
        #expect(try sandbox.model("push nobody --remote upstream").status == 2)
        #expect(try sandbox.model("push 'churn#none' --remote upstream").status == 2)
        #expect(try sandbox.model("push -r 'file://\(sandbox.path)/remote.git'").status == 64)
        #expect(try pushes() == [])
        try sandbox.succeed("git model push 'churn#prod' fraud@v0.0.1 --remote upstream", in: "repo")
        #expect(try pushes() == [["fraud@v0.0.1", "churn#prod#1"]])
        try sandbox.succeed("git model push --remote upstream", in: "repo")
        #expect(try sandbox.tags(in: "remote.git") == ["churn#prod#1", "churn@v0.0.1", "fraud@v0.0.1"])
    }

    @Test func `a tag that the remote has otherwise stays, and the rest goes out`() throws {
        let tags = try makeHistory(3)
        try sandbox.succeed("git model push churn@v0.0.1", in: "repo")
        try sandbox.succeed("git clone -q remote.git second")
        try sandbox.succeed(
            "git tag -f -a -m theirs churn@v0.0.1 && git push -q --force origin churn@v0.0.1", in: "second")
        let theirs = try sandbox.succeed("git rev-parse churn@v0.0.1", in: "remote.git")
        let ours = try sandbox.succeed("git rev-parse churn@v0.0.1", in: "repo")
        let outcome = try sandbox.model("push --json")
        #expect(outcome.status == 5 && outcome.errors.contains("\"code\": \"tag-moved\""), "\(outcome)")
        #expect(outcome.output.contains(theirs) && outcome.output.contains(ours), "\(outcome)")
        #expect(try sandbox.tags(in: "remote.git").sorted() == tags.sorted())
        #expect(try sandbox.succeed("git rev-parse churn@v0.0.1", in: "remote.git") == theirs)
    }

    @Test func `one push of more than three is made where it is asked for, with a warning`() throws {
        let tags = try makeHistory(5)
        let outcome = try sandbox.model("push --atomic")
        #expect(outcome.status == 0 && outcome.errors.contains("warning: one push has 5 tags"), "\(outcome)")
        #expect(try pushes() == [tags])
    }

    @Test func `a deletion of many goes newest first, and goes on where it was stopped`() throws {
        let tags = try makeHistory(7)
        try sandbox.succeed("git model push && rm ../log", in: "repo")
        try installHook("update", "[ \"$1\" != 'refs/tags/\(tags[1])' ]")
        let outcome = try sandbox.model("deprecate churn@v0.0.1 --delete --push")
        #expect(outcome.status == 4, "\(outcome)")
        let gone = tags[4...].reversed().joined(separator: ", ")
        let left = tags[..<4].reversed().joined(separator: ", ")
        #expect(outcome.errors.contains("; done before it: \(gone); not done: \(left)\n"), "\(outcome)")
        #expect(outcome.errors.contains("run the same command again"))
        #expect(try sandbox.tags(in: "remote.git").sorted() == tags[..<4].sorted())
        #expect(try sandbox.tags().sorted() == tags[..<4].sorted())
        try installHook("update", "exit 0")
        try sandbox.succeed("git model deprecate churn@v0.0.1 --delete --push", in: "repo")
        #expect(try sandbox.tags() == [] && sandbox.tags(in: "remote.git") == [])
        let sizes = try pushes().map(\.count)
        #expect(sizes == [3, 3, 1])
        #expect(try pushes().first.map(Set.init) == Set(tags[4...]))
    }

    @Test func `a server that takes no several all or none gets nothing, or one after the other`() throws {
        try sandbox.succeed("git config receive.advertiseAtomic false", in: "remote.git")
        for command in ["assign churn --stage prod --push", "assign churn --stage prod --push --atomic"] {
            let outcome = try sandbox.model(command)
            #expect(outcome.status == 1 && outcome.errors.contains("--no-atomic"), "\(outcome)")
            #expect(try sandbox.tags() == [] && sandbox.tags(in: "remote.git") == [])
        }
        try sandbox.succeed("git model assign churn --stage prod --push --no-atomic", in: "repo")
        #expect(try pushes() == [["churn@v0.0.1"], ["churn#prod#1"]])
        for stage in ["dev", "staging"] {
            try sandbox.succeed("git model assign churn@v0.0.1 --stage \(stage)", in: "repo")
        }
        let outcome = try sandbox.model("push --json")
        #expect(outcome.status == 1 && outcome.errors.contains("\"code\": \"atomic-unsupported\""), "\(outcome)")
        #expect(try pushes().count == 2)
        try sandbox.succeed("git model push --no-atomic", in: "repo")
        #expect(try pushes().dropFirst(2) == [["churn#dev#2"], ["churn#staging#3"]])
    }

    @Test func `of two tags that go one by one the first stays where the second is refused`() throws {
        try installHook("update", "case \"$1\" in *'#'*) exit 1;; esac")
        let outcome = try sandbox.model("assign churn --stage prod --push --no-atomic")
        #expect(outcome.status == 4, "\(outcome)")
        #expect(outcome.errors.contains("done before it: churn@v0.0.1; not done: churn#prod#1"), "\(outcome)")
        #expect(try sandbox.tags() == ["churn@v0.0.1"] && sandbox.tags(in: "remote.git") == ["churn@v0.0.1"])
    }

    @Test func `an interruption leaves whole pushes`() throws {
        let tags = try makeHistory(9)
        try installHook("post-receive", "cat > /dev/null; kill -INT \"$(cat ../pid)\"; sleep 1")
        let outcome = try sandbox.run("sh -c 'echo $$ > ../pid; exec git-model push'", in: "repo")
        #expect(outcome.status == 130, "\(outcome)")
        let arrived = try sandbox.tags(in: "remote.git")
        #expect([3, 6].contains(arrived.count) && Set(arrived) == Set(tags[..<arrived.count]), "\(arrived)")
        try installHook("post-receive", "cat > /dev/null")
        try sandbox.succeed("git model push", in: "repo")
        #expect(try sandbox.tags(in: "remote.git").count == 9)
    }
}
