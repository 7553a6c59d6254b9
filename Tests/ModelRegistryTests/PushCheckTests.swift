import TestSupport
import Testing

/// What `pre-receive` and `pre-push` let pass, with pushes by plain git.
@Suite struct PushCheckTests {
    /// Makes a repository `repo`, and a bare one at the other end of `origin` that checks what is pushed to it.
    private static func checkedPair() throws -> Sandbox {
        let sandbox = Sandbox()
        try sandbox.makeRepository(commits: 2)
        try sandbox.makeRemote()
        try sandbox.succeed("git remote set-url origin 'file://\(sandbox.path)/remote.git'", in: "repo")
        try sandbox.succeed("git model hooks install --pre-receive", in: "remote.git")
        return sandbox
    }

    /// Ways to make what may pass, with a number for its name, and the ref that is pushed.
    private static let good: [(make: String, ref: String)] = [
        ("git tag -am m a$N@v1.0.0", "a$N@v1.0.0"),
        ("git tag -am m 'a$N#prod#1'", "a$N#prod#1"),
        ("git tag -am m 'a$N#prod!#2'", "a$N#prod!#2"),
        ("git tag -am m 'models/x=a$N@v1.0.0-rc.1'", "models/x=a$N@v1.0.0-rc.1"),
        ("git tag -am m a$N@deprecated", "a$N@deprecated"),
        ("git tag -am m 'a$N@v1.0.0!#3' HEAD~1", "a$N@v1.0.0!#3"),
        ("git commit -q --allow-empty -m $N && git tag -am m b$N@v1.0.0", "b$N@v1.0.0"),
        ("git tag release-$N", "release-$N"),
        ("git tag -am m v1.$N && git tag -am m nested-$N v1.$N", "nested-$N"),
        ("git tag tree-$N HEAD^{tree}", "tree-$N"),
    ]

    /// Ways to make what may not pass, and a word of the refusal.
    private static let bad: [(make: String, ref: String, words: String)] = [
        ("git tag a$N@v1.0.0", "a$N@v1.0.0", "is lightweight"),
        ("git tag -am m i$N && git tag -am m a$N@v1.0.0 i$N", "a$N@v1.0.0", "is a tag of a tag"),
        ("git tag -am m a$N@v1.0.0 HEAD^{tree}", "a$N@v1.0.0", "leads to a tree, not to a commit"),
        ("git tag -am m a$N@v1.0.0 HEAD:data.txt", "a$N@v1.0.0", "leads to a blob, not to a commit"),
        ("git tag -am m x$N@v1.0.0 && git update-ref refs/tags/a$N@v1.0.0 x$N@v1.0.0", "a$N@v1.0.0", "calls itself x"),
        ("git tag -am m a$N@created", "a$N@created", "is reserved"),
        ("git tag -am m 'a$N#dev#1-2'", "a$N#dev#1-2", "looks like a registry tag and is none"),
        ("git tag -am m a$N@v1", "a$N@v1", "looks like a registry tag and is none"),
        (
            "git update-ref 'refs/tags/a$N#prod#1' "
                + "$(printf 'object %s\\ntype commit\\ntag a$N#prod#1\\n\\nm' $(git rev-parse HEAD) | git hash-object -t tag -w --literally --stdin)",
            "a$N#prod#1", "it has no tagger"
        ),
        ("git tag -am again -f moved@v1.0.0 HEAD~1", "moved@v1.0.0", "tags of the registry never move"),
    ]

    /// 50 good and 50 bad pushes.
    @Test func `good pushes pass and bad ones leave nothing`() async throws {
        try await onThreadOfItsOwn {
            let sandbox = try Self.checkedPair()
            try sandbox.succeed("git tag -am m moved@v1.0.0 && git push -q origin moved@v1.0.0", in: "repo")
            var number = 0
            for round in 0..<5 {
                // What a caller has set must not turn the hook to another repository.
                let setting = round % 2 == 1 ? "export GIT_DIR=$PWD/.git GIT_WORK_TREE=$PWD; " : ""
                for (make, ref) in Self.good {
                    number += 1
                    let outcome = try sandbox.run(
                        "\(setting)\(make) && git push origin 'refs/tags/\(ref)'".replacing("$N", with: String(number)),
                        in: "repo")
                    #expect(outcome.status == 0, "\(make): \(outcome)")
                }
                let accepted = try sandbox.footprint(of: "remote.git")
                for (make, ref, words) in Self.bad {
                    number += 1
                    let outcome = try sandbox.run(
                        "\(setting)\(make) && git push -f origin 'refs/tags/\(ref)'".replacing(
                            "$N", with: String(number)),
                        in: "repo")
                    #expect(outcome.status == 1 && outcome.errors.contains("pre-receive hook declined"), "\(outcome)")
                    #expect(
                        outcome.errors.contains("remote: error: tag ") && outcome.errors.contains(words), "\(outcome)")
                    #expect(outcome.errors.contains("remote: hint: "), "\(outcome)")
                }
                // Neither a ref nor an object nor a file of ours.
                #expect(try sandbox.footprint(of: "remote.git") == accepted)
            }
            #expect(try sandbox.tags(in: "remote.git").count == 51)
            #expect(try sandbox.succeed("ls -d git-model 2>/dev/null || true", in: "remote.git") == "")
            #expect(try sandbox.succeed("git fsck --strict --no-dangling 2>&1", in: "remote.git") == "")
        }
    }

    @Test func `one bad tag refuses the push, and all bad ones are named`() throws {
        let sandbox = try Self.checkedPair()
        try sandbox.succeed("git tag -am m a@v1.0.0 && git tag b@v1.0.0 && git tag c@v1.0.0", in: "repo")
        let outcome = try sandbox.run("git push origin --tags", in: "repo")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("tag b@v1.0.0 is light") && outcome.errors.contains("tag c@v1.0.0 is light"))
        #expect(try sandbox.tags(in: "remote.git") == [])
    }

    @Test func `a tag may be deleted, which is told`() throws {
        let sandbox = try Self.checkedPair()
        try sandbox.succeed("git tag -am m a@v1.0.0 && git push -q origin a@v1.0.0", in: "repo")
        let outcome = try sandbox.run("git push origin :a@v1.0.0", in: "repo")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.contains("remote: warning: tag a@v1.0.0 is deleted"), "\(outcome)")
    }

    @Test func `hostile names are shown harmless`() throws {
        let sandbox = try Self.checkedPair()
        let outcome = try sandbox.run(
            "git tag \"$(printf 'a@v1\\342\\200\\256\\302\\233')\" && git push origin --tags", in: "repo")
        #expect(outcome.status == 1, "\(outcome)")
        let ours = outcome.errors.split(separator: "\n").filter { $0.contains("looks like a registry tag") }
        #expect(ours.count == 1 && ours.allSatisfy { String($0).isHarmlessOnTerminal }, "\(ours)")
    }

    @Test func `a clone checks before it pushes`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.makeRemote()
        try sandbox.succeed("git model hooks install --pre-push", in: "repo")
        try sandbox.succeed("git tag -am m a@v1.0.0 && git tag b@v1.0.0", in: "repo")
        #expect(try sandbox.run("git push -q origin a@v1.0.0", in: "repo").status == 0)
        // The source of a push may be an expression with spaces in it.
        let refused = try sandbox.run("git push -q origin ':/commit 0:refs/tags/c@v1.0.0' main", in: "repo")
        #expect(refused.status == 1 && refused.errors.contains("error: tag c@v1.0.0 is lightweight"), "\(refused)")
        #expect(try sandbox.run("git push -q origin b@v1.0.0", in: "repo").status == 1)
        #expect(try sandbox.run("git push -q origin :a@v1.0.0", in: "repo").status == 0)
        #expect(try sandbox.tags(in: "remote.git") == [])
    }

    @Test func `without the program nothing passes that would be checked`() throws {
        let sandbox = try Self.checkedPair()
        try sandbox.succeed(
            "sed -i 's|^program=.*|program=/nonexistent/git-model|' hooks/pre-receive", in: "remote.git")
        try sandbox.succeed("git tag -am m a@v1.0.0 && git tag plain", in: "repo")
        // By its name it is still found.
        #expect(try sandbox.run("git push -q origin a@v1.0.0", in: "repo").status == 0)
        sandbox.environment["PATH"] = "/usr/bin:/bin"
        #expect(try sandbox.run("git push -q origin plain main", in: "repo").status == 0)
        let outcome = try sandbox.run("git tag -am m b@v1.0.0 && git push origin b@v1.0.0", in: "repo")
        #expect(
            outcome.status == 1 && outcome.errors.contains("remote: error: git-model is not installed"), "\(outcome)")
    }

    @Test func `lines that git does not write refuse all`() throws {
        let sandbox = try Self.checkedPair()
        let zero = String(repeating: "0", count: 40)
        let head = try sandbox.succeed("git rev-parse HEAD", in: "repo")
        for input in ["x\n", "\(zero) \(head)\n", "\(zero) zz refs/tags/a@v1.0.0\n"] {
            let outcome = try sandbox.run("git-model hooks run pre-receive", in: "remote.git", input: input)
            #expect(outcome.status == 64 && outcome.errors.contains("is not understood"), "\(input): \(outcome)")
        }
        #expect(try sandbox.run("git-model hooks run post-update", in: "remote.git", input: "").status == 64)
        // Objects that are not there.
        let missing = String(repeating: "1", count: 40)
        let outcome = try sandbox.run(
            "git-model hooks run pre-receive", in: "remote.git", input: "\(zero) \(missing) refs/tags/a@v1.0.0\n")
        #expect(outcome.status == 1 && outcome.errors.contains("its object is missing"), "\(outcome)")
    }
}
