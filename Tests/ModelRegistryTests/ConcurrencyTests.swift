import TestSupport
import Testing

/// Several `git model` on one clone at once.
@Suite struct ConcurrencyTests {
    @Test func `a commit never gets two versions`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        for round in 1...10 {
            let name = "m\(round)"
            let outcome = try sandbox.run(
                """
                git commit -q --allow-empty -m next && git model register \(name) -q
                git commit -q --allow-empty -m next
                git model register \(name) --bump-minor -q & git model register \(name) --bump-major -q & wait
                """, in: "repo")
            let tags = try sandbox.tags().filter { $0.hasPrefix("\(name)@") }
            #expect(tags.count == 2, "round \(round): \(tags) \(outcome.errors)")
        }
    }

    /// Rows R3 and R4 of the fault table, small: every success is a tag of its own, every counter is given out once.
    @Test func `every caller gets its own version and counter`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.succeed("git model register m -q", in: "repo")
        let outcome = try sandbox.run(
            """
            for p in 1 2 3 4 5 6 7 8; do (
                for n in 1 2 3 4 5; do
                    git model assign m@v0.0.1 --stage s$p-$n -q >> ../ok 2>> ../errors || echo refused >> ../refused
                done
            ) & done; wait; wc -l < ../ok; cat ../refused ../errors 2> /dev/null; true
            """, in: "repo")
        let tags = try sandbox.tags().filter { $0.hasPrefix("m#") }
        let counters = Set(tags.compactMap { $0.split(separator: "#").last.map(String.init) })
        #expect(outcome.output.hasPrefix("\(tags.count)\n"), "\(outcome.output)")
        #expect(counters.count == tags.count, "\(tags)")
        #expect(try sandbox.succeed("git fsck --strict --no-dangling 2>&1", in: "repo") == "")
    }

    /// Row R1 of the fault table, small: the same person, the same second, the same tag objects, and one winner each.
    @Test func `two clones of one person publish a version once`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository(commits: 20)
        try sandbox.makeRemote()
        try sandbox.succeed("git clone -q remote.git second")
        for round in 0..<20 {
            let outcome = try sandbox.run(
                """
                for clone in repo second; do
                    (cd $clone; git model register m HEAD~\(round) --version v1.0.\(round) --push > out 2> err; echo $? > status) &
                done; wait; cat */status; cat */out */err >&2
                """)
            #expect(outcome.output.split(separator: "\n").sorted() == ["0", "3"], "round \(round): \(outcome)")
        }
        #expect(try sandbox.tags(in: "remote.git").count == 20)
    }

    @Test func `a stage of a version that another clone registered in the same second is assigned`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.makeRemote()
        sandbox.environment["GIT_COMMITTER_DATE"] = "@1772443800 +0000"
        try sandbox.succeed("git clone -q remote.git second && cd second && git model register m --push")
        let outcome = try sandbox.model("assign m --stage prod --push")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try sandbox.tags(in: "remote.git") == ["m#prod#1", "m@v0.0.1"])
        let again = try sandbox.model("assign m --stage prod --push", in: "second")
        #expect(again.status == 3 && again.errors.contains("m#prod#1"), "\(again)")
    }

    @Test func `on a commit with two versions nothing else happens than what is announced`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.succeed("git model register m && git model register m --bump-minor --allow-same-commit", in: "repo")
        let other = try sandbox.model("assign m@v0.0.1 --stage prod")
        #expect(other.status == 3 && other.errors.contains("v0.1.0"), "\(other)")
        let last = try sandbox.model("assign m@v0.1.0 --stage prod")
        #expect(last.status == 0, "\(last)")
        #expect(try sandbox.succeed("git model show m#prod --version", in: "repo") == "v0.1.0")
        // A version that was taken back gets no new stages.
        try sandbox.succeed("git model deprecate m v0.1.0", in: "repo")
        #expect(try sandbox.model("assign m@v0.0.1 --stage dev").status == 0)
        #expect(try sandbox.succeed("git model show m#dev --version", in: "repo") == "v0.0.1")
    }
}
