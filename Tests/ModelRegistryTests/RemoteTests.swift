import TestSupport
import Testing

/// A repository that is named by its URL.
@Suite struct RemoteTests {
    private let sandbox: Sandbox
    private let url: String

    init() throws {
        sandbox = Sandbox()
        url = "file://\(sandbox.path)/remote.git"
        try sandbox.makeRepository(commits: 2)
        try sandbox.commit("artifacts:\n  churn:\n    path: churn.bin\n", as: "dvc.yaml")
        try sandbox.commit("the model\n", as: "churn.bin")
        try sandbox.makeRemote()
        try sandbox.succeed(
            "git model register churn && git model assign churn --stage prod && git push -q --tags origin", in: "repo")
        try sandbox.succeed("mkdir elsewhere")
    }

    private func remoteModel(_ arguments: String) throws -> Sandbox.Outcome {
        try sandbox.model("\(arguments) -r '\(url)'", in: "elsewhere")
    }

    /// The one folder of the cache.
    private func cacheFolder() throws -> String {
        try sandbox.succeed("echo cache/git-model/remotes/*.git")
    }

    @Test(arguments: [true, false])
    func `all commands work with and without partial clones at the server`(allowsFilter: Bool) throws {
        try sandbox.succeed("git config uploadpack.allowFilter \(allowsFilter)", in: "remote.git")
        if allowsFilter { try sandbox.succeed("git config uploadpack.allowAnySHA1InWant true", in: "remote.git") }
        let show = try remoteModel("show churn --json")
        #expect(show.status == 0 && show.output.contains("\"prod\""), "\(show)")
        #expect(try remoteModel("history --plain").output.split(separator: "\n").count == 3)
        #expect(try remoteModel("check-ref 'churn#prod#1' --version").output == "v0.0.1\n")
        let download = try remoteModel("download churn#prod")
        #expect(download.status == 0, "\(download)")
        #expect(try Sandbox.read("\(sandbox.path)/elsewhere/churn.bin") == "the model\n")
        #expect(try remoteModel("describe churn --path").output == "churn.bin\n")
        #expect(try remoteModel("doctor").status == 0)

        try sandbox.commit("newer\n", as: "churn.bin")
        try sandbox.succeed("git push -q origin main", in: "repo")
        let register = try remoteModel("register churn")
        #expect(register.status == 0, "\(register)")
        let assign = try remoteModel("assign churn@v0.0.2 --stage dev")
        #expect(assign.status == 0, "\(assign)")
        let unassign = try remoteModel("deprecate churn#prod")
        #expect(unassign.status == 0, "\(unassign)")
        #expect(
            try sandbox.tags(in: "remote.git")
                == ["churn#dev#2", "churn#prod!#3", "churn#prod#1", "churn@v0.0.1", "churn@v0.0.2"])
        #expect(
            try sandbox.succeed("git rev-parse 'churn@v0.0.2^{commit}'", in: "remote.git")
                == sandbox.succeed("git rev-parse main", in: "repo"))
        // Where the server sends single files, none is fetched to register it.
        let fact = allowsFilter ? "Artifact-Digest: git:" : "Artifact-Size: 6"
        #expect(try sandbox.succeed("git cat-file tag churn@v0.0.2", in: "remote.git").contains(fact))
        let deletion = try remoteModel("deprecate churn@v0.0.2 --delete")
        #expect(deletion.status == 0, "\(deletion)")
        #expect(!(try sandbox.tags(in: "remote.git").contains("churn@v0.0.2")))
        #expect(try sandbox.succeed("git fsck --strict --no-dangling 2>&1", in: "remote.git") == "")
    }

    @Test func `a commit is named by branch, tag, id or an expression`() throws {
        try sandbox.succeed("git checkout -q -b side HEAD~3 && echo s > s && git add s && git commit -qm s", in: "repo")
        try sandbox.succeed(
            "git tag light main~2 && git tag -a -m x heavy main~3 && git push -q origin side light heavy", in: "repo")
        let full = try sandbox.succeed("git rev-parse main~1", in: "repo")
        var number = 0
        for (revision, meant) in [
            ("main", "main"), ("side", "side"), ("refs/heads/side", "side"), ("light", "main~2"), ("heavy", "main~3"),
            (full, "main~1"), ("main~1", "main~1"), ("main^", "main~1"), ("churn@v0.0.1", "main"), ("HEAD", "main"),
            ("origin/side", "side"), (String(full.prefix(9)), "main~1"),
        ] {
            number += 1
            let outcome = try remoteModel("register a\(number) '\(revision)'")
            #expect(outcome.status == 0, "\(revision): \(outcome)")
            #expect(
                try sandbox.run("git rev-parse 'a\(number)@v0.0.1^{commit}'", in: "remote.git").output
                    == sandbox.run("git rev-parse \(meant)", in: "repo").output, "\(revision)")
        }
        for (revision, status) in [
            ("no-such-branch", 2), ("main~99", 2), (String(repeating: "0", count: 39) + "1", 2),
            ("--upload-pack=x", 64),
            ("main:churn.bin", 64), ("main..side", 64),
        ] as [(String, Int32)] {
            let outcome = try remoteModel("register b '\(revision)'")
            #expect(outcome.status == status, "\(revision): \(outcome)")
        }
        #expect(try sandbox.tags(in: "remote.git").filter { $0.hasPrefix("b@") } == [])
    }

    @Test func `the cache is used again, and nothing but the cache is left`() throws {
        let commands = ["show", "history", "check-ref 'churn#prod#1'", "show churn --json", "download churn"]
        for command in commands { #expect(try remoteModel(command).status == 0, "\(command)") }
        try sandbox.succeed("rm elsewhere/churn.bin")
        let folder = try cacheFolder()
        let objects = try sandbox.footprint(of: "\(folder)/objects")
        let references = try sandbox.references(in: folder)
        for command in commands { #expect(try remoteModel(command).status == 0, "\(command)") }
        try sandbox.succeed("rm elsewhere/churn.bin")
        #expect(try sandbox.footprint(of: "\(folder)/objects") == objects)
        #expect(try sandbox.references(in: folder) == references)
        #expect(try sandbox.succeed("ls -A elsewhere home") == "elsewhere:\n\nhome:")
        #expect(
            try sandbox.succeed("ls -A").split(separator: "\n").sorted()
                == ["cache", "elsewhere", "home", "remote.git", "repo", "stderr", "stdout"])
        #expect(try sandbox.succeed("stat -c %a cache/git-model/remotes") == "700")

        try sandbox.succeed("rm -rf cache")
        let again = try remoteModel("download churn#prod -o again.bin")
        #expect(again.status == 0, "\(again)")
        #expect(try Sandbox.read("\(sandbox.path)/elsewhere/again.bin") == "the model\n")
    }

    @Test func `tags that the remote moves or deletes follow`() throws {
        #expect(try remoteModel("show churn#prod --version").output == "v0.0.1\n")
        try sandbox.succeed(
            """
            git tag -d 'churn#prod#1' && git push -q origin ':refs/tags/churn#prod#1' &&
            git tag -f -a -m moved churn@v0.0.1 main~1 && git push -q -f origin churn@v0.0.1
            """, in: "repo")
        #expect(try remoteModel("show churn#prod --version").status == 2)
        #expect(
            try remoteModel("show churn --json").output.contains(sandbox.succeed("git rev-parse main~1", in: "repo")))
        try sandbox.succeed("git push -q --delete origin churn@v0.0.1", in: "repo")
        #expect(try remoteModel("show churn@v0.0.1").status == 2)
        #expect(try sandbox.tags(in: try cacheFolder()) == [])
    }

    @Test func `many tags lie in one file of the clone, as git reads it`() throws {
        try sandbox.succeed(
            """
            for n in $(seq 600); do echo "create refs/tags/other/$n HEAD"; done | git update-ref --stdin &&
            git push -q --tags origin
            """, in: "repo")
        let show = try remoteModel("show churn --json")
        #expect(show.status == 0 && show.output.contains("\"prod\""), "\(show)")
        let cache = "\(try cacheFolder())"
        let list = "for-each-ref --format='%(refname) %(objectname)' refs/tags"
        #expect(try sandbox.succeed("git -C \(cache) \(list)") == sandbox.succeed("git -C remote.git \(list)"))
        #expect(try sandbox.succeed("find \(cache)/refs/tags -type f | wc -l") == "0")

        // What is new comes beside it, what is gone goes.
        try sandbox.succeed(
            "git tag -d other/7 && git push -q origin :other/7 && git tag -a -m x churn@v2.0.0", in: "repo")
        try sandbox.succeed("git push -q --tags origin", in: "repo")
        #expect(try remoteModel("show churn@latest --version").output == "v2.0.0\n")
        #expect(try sandbox.succeed("git -C \(cache) \(list)") == sandbox.succeed("git -C remote.git \(list)"))
    }

    @Test(arguments: [0, 2]) func `a clone is filled by each version of the protocol`(version: Int) throws {
        try sandbox.succeed("git tag light main && git push -q origin light", in: "repo")
        let command = "git -c protocol.version=\(version) model show churn --version -r '\(url)'"
        #expect(try sandbox.succeed(command, in: "elsewhere") == "v0.0.1")
        let list = "for-each-ref --format='%(refname) %(objectname) %(*objectname)' refs/tags"
        #expect(
            try sandbox.succeed("git \(list)", in: cacheFolder()) == sandbox.succeed("git \(list)", in: "remote.git"))
        #expect(try sandbox.succeed("find refs -type f | wc -l", in: cacheFolder()) == "0")
        #expect(
            try sandbox.succeed("git rev-parse refs/remotes/origin/HEAD", in: cacheFolder())
                == sandbox.succeed("git rev-parse HEAD", in: "remote.git"))
        // What it holds is what a fetch brings: nothing is missing, and nothing comes twice.
        try sandbox.succeed(
            "git fetch -q --depth=1 --filter=tree:0 origin 'refs/tags/*:refs/tags/*'", in: cacheFolder())
        try sandbox.succeed("git fsck --connectivity-only", in: cacheFolder())
    }

    @Test func `tags that git does not take are not taken from a remote's list`() throws {
        // No git makes such tags, but a server may list them.
        let id = try sandbox.succeed("git rev-parse churn@v0.0.1", in: "repo")
        try sandbox.succeed(
            "git pack-refs --all && echo '\(id) refs/tags/churn@v0.0.1/x' >> packed-refs", in: "remote.git")
        let outcome = try remoteModel("show churn --version")
        #expect(try sandbox.tags(in: cacheFolder()).filter { $0.hasPrefix("churn@") }.count == 1, "\(outcome)")
    }

    @Test func `a clone whose making was interrupted is completed`() throws {
        #expect(try remoteModel("show").status == 0)
        let folder = try cacheFolder()
        for damage in [
            "git config --unset remote.origin.url", "rm -rf config refs", "rm -rf objects refs HEAD config",
            "touch config.lock",
        ] {
            // The lock file is empty until the clone is complete.
            try sandbox.succeed("\(damage) && : > git-model.lock", in: folder)
            let outcome = try remoteModel("show churn --version")
            #expect(outcome.status == 0 && outcome.output == "v0.0.1\n", "\(damage): \(outcome)")
        }
    }

    @Test func `locks that a killed git left in the clone are cleared`() throws {
        #expect(try remoteModel("show").status == 0)
        let folder = try cacheFolder()
        try sandbox.succeed(
            "git tag -a -m new churn@v9.0.0 main && git push -q origin churn@v9.0.0", in: "repo")
        // The mark of somebody who is at work, and does not hold the lock any more.
        try sandbox.succeed(
            "touch shallow.lock packed-refs.lock refs/tags/churn@v9.0.0.lock && printf 2 > git-model.lock", in: folder)
        let outcome = try remoteModel("show churn --version")
        #expect(outcome.status == 0 && outcome.output.contains("v9.0.0"), "\(outcome)")
    }

    @Test func `the clone's own lock is no finding`() throws {
        #expect(try remoteModel("show").status == 0)
        try sandbox.succeed("touch -d '1 hour ago' git-model.lock", in: try cacheFolder())
        #expect(try !remoteModel("doctor --remove-stale-locks").output.contains("git-model.lock"))
        #expect(try sandbox.succeed("cat git-model.lock", in: try cacheFolder()) == "1")
    }

    @Test func `two processes at once on one address`() throws {
        let outcome = try sandbox.run(
            """
            for i in 1 2 3 4; do (git model show churn --version -r '\(url)' > $i.out 2> $i.err; echo $? >> $i.out) & done
            wait; cat ?.out; cat ?.err >&2
            """, in: "elsewhere")
        #expect(outcome.output == String(repeating: "v0.0.1\n0\n", count: 4), "\(outcome)")
        // Of writers at once, each publishes or says that it lost.
        let writers = try sandbox.run(
            """
            for i in 1 2 3 4; do (git model register new -r '\(url)' > $i.out 2> $i.err; echo $? >> $i.err) & done
            wait; tail -qn1 ?.err | sort; cat ?.err >&2
            """, in: "elsewhere")
        let statuses = writers.output.split(separator: "\n").map(String.init)
        #expect(
            statuses.count == 4 && statuses.first == "0" && statuses.allSatisfy { $0 == "0" || $0 == "3" }, "\(writers)"
        )
        #expect(try sandbox.tags(in: "remote.git").filter { $0.hasPrefix("new@") } == ["new@v0.0.1"])
    }

    @Test func `a refused push leaves neither a tag at the remote nor in the cache`() throws {
        try sandbox.succeed(
            "printf '#!/bin/sh\\nexit 1\\n' > hooks/pre-receive && chmod +x hooks/pre-receive", in: "remote.git")
        let before = try sandbox.references(in: "remote.git")
        for command in ["register new", "assign new --stage prod"] {
            let outcome = try remoteModel(command)
            #expect(outcome.status == 4, "\(command): \(outcome)")
            #expect(try sandbox.references(in: "remote.git") == before)
            #expect(try sandbox.tags(in: try cacheFolder()).filter { $0.hasPrefix("new") } == [])
        }
    }

    @Test func `addresses that cannot be read`() throws {
        try sandbox.succeed("git init -q --bare empty.git && mkdir plain")
        let empty = try sandbox.model("show -r file://\(sandbox.path)/empty.git", in: "elsewhere")
        #expect(empty.status == 0, "\(empty)")
        sandbox.environment["GIT_SSH_COMMAND"] = "false"
        for (address, status) in [
            ("file:///nonexistent.git", 1), ("file://\(sandbox.path)/plain", 1), ("http://127.0.0.1:1/x.git", 1),
            ("https://ana:secret-token@127.0.0.1:1/x.git", 1), ("ssh://127.0.0.1:1/x.git", 1), ("a@127.0.0.1:x", 1),
            ("ext::sh -c true", 64), ("ftp://host/x", 64), ("/nonexistent", 1), ("", 1),
        ] as [(String, Int32)] {
            let outcome = try sandbox.model("show -r '\(address)'", in: "elsewhere")
            #expect(outcome.status == status, "\(address): \(outcome)")
            #expect(!(outcome.errors + outcome.output).contains("secret-token"))
        }
    }
}
