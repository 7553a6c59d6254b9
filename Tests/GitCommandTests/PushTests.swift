import GitCommand
import GitTypes
import Glibc
import Testing

@Suite struct PushTests {
    private let origin = Remote.name(.origin)

    @Test(arguments: [false, true])
    func `publishes, repeats, refuses a clash and deletes`(isURL: Bool) async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        let command = scratch.command("work")
        let remote = isURL ? Remote.url(try GitURL("file://\(scratch.path)/remote.git")) : origin
        let first = try tagRef("churn@v1.0.0")
        let second = try tagRef("churn#prod#1")
        let id = try await scratch.tag("churn@v1.0.0")
        let other = try await scratch.tag("churn#prod#1")
        let updates = [RefUpdate(source: id, destination: first), RefUpdate(source: second)]

        var results = try await command.push(to: remote, updates)
        #expect(results.count == 2 && results.allSatisfy { $0.status == .created })
        #expect(try await scratch.refs("remote.git") == ["\(second) \(other)", "\(first) \(id)"])
        results = try await command.push(to: remote, updates)
        #expect(results.count == 2 && results.allSatisfy { $0.status == .upToDate })

        let moved = try await scratch.tag("churn@v1.0.0", message: "moved")
        let third = try tagRef("churn@v1.0.1")
        let clash = [RefUpdate(source: moved, destination: first), RefUpdate(source: moved, destination: third)]
        var error = try await failure { _ = try await command.push(to: remote, clash) }
        #expect(error.kind == .rejected(first, .alreadyExists))
        #expect(
            error.results == [
                RefResult(reference: first, status: .rejected(.alreadyExists)),
                RefResult(reference: third, status: .rejected(.atomic)),
            ])
        #expect(try await scratch.refs("remote.git").count == 2)

        error = try await failure { _ = try await command.push(to: remote, clash, isAtomic: false) }
        #expect(error.kind == .rejected(first, .alreadyExists))
        #expect(error.results.contains(RefResult(reference: third, status: .created)))
        #expect(try await scratch.id(first.description, in: "remote.git") == id)

        results = try await command.push(to: remote, [.deletion(of: first), .deletion(of: second)])
        #expect(results.allSatisfy { $0.status == .deleted })
        _ = try await command.push(to: remote, [.deletion(of: first)])
        #expect(try await scratch.refs("remote.git") == ["\(third) \(moved)"])

        for absentOrOther in [first, third] {
            let deletion = RefUpdate.deletion(of: absentOrOther, expecting: id)
            error = try await failure { _ = try await command.push(to: remote, [deletion]) }
            #expect(error.kind == .rejected(absentOrOther, .changed))
        }
        #expect(try await scratch.refs("remote.git") == ["\(third) \(moved)"])
        results = try await command.push(to: remote, [.deletion(of: third, expecting: moved)])
        #expect(results.map(\.status) == [.deleted])
        #expect(try await command.push(to: remote, []).isEmpty)
    }

    @Test func `publishes nothing where the server refuses one ref`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        let command = scratch.command("work")
        let names = try (0..<3).map { try tagRef("m@v1.0.\($0)") }
        for name in names { _ = try await scratch.tag(name.tag?.description ?? "") }
        for refused in names {
            try scratch.hook("update", "if [ \"$1\" = \(refused) ]; then printf 'no \\033[31mway\\n' >&2; exit 1; fi")
            let error = try await failure {
                _ = try await command.push(to: origin, names.map { RefUpdate(source: $0) })
            }
            #expect(error.kind == .rejected(refused, .hookDeclined))
            #expect(error.remoteText.hasPrefix("no ") && error.remoteText.contains("way"))
            #expect(try await scratch.refs("remote.git").isEmpty)
        }
    }

    @Test func `knows the ways a server refuses`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        let command = scratch.command("work")
        let name = try tagRef("m@v1.0.0")
        let id = try await scratch.tag("m@v1.0.0")
        let update = RefUpdate(source: id, destination: name)

        try scratch.hook("pre-receive", "echo closed for today >&2; exit 1")
        var error = try await failure { _ = try await command.push(to: origin, [update]) }
        #expect(error.kind == .rejected(name, .hookDeclined) && error.remoteText == "closed for today")
        try scratch.hook("pre-receive", "echo 'GitLab: You cannot create this tag as it is protected.' >&2; exit 1")
        error = try await failure { _ = try await command.push(to: origin, [update]) }
        #expect(error.kind == .rejected(name, .protected))
        // What the server says is never taken for what git says, however much it is.
        try scratch.hook(
            "pre-receive", "yes 'fatal: Could not read from remote repository.' | head -c 3000000 >&2; exit 1")
        error = try await failure { _ = try await command.push(to: origin, [update]) }
        #expect(error.kind == .rejected(name, .hookDeclined) && error.remoteText.utf8.count <= 72 << 10)
        try scratch.hook("pre-receive", "exit 0")

        for isAtomic in [false, true] {
            _ = try scratch.file("remote.git/refs/tags/m@v1.0.0.lock", "")
            error = try await failure { _ = try await command.push(to: origin, [update], isAtomic: isAtomic) }
            #expect(error.kind == .rejected(name, .locked))
            #expect(unlink("\(scratch.path)/remote.git/refs/tags/m@v1.0.0.lock") == 0)

            // Another writer is faster, between our look and our write.
            let head = try await scratch.id("HEAD")
            try await scratch.git("work", "push", "--quiet", "origin", "HEAD:refs/heads/main")
            try scratch.hook("update", "git update-ref \(name) \(head)")
            error = try await failure { _ = try await command.push(to: origin, [update], isAtomic: isAtomic) }
            #expect(error.kind == .rejected(name, .alreadyExists))
            #expect(try await scratch.id(name.description, in: "remote.git") == head)
            try scratch.hook("update", "exit 0")
            try await scratch.git("remote.git", "update-ref", "-d", name.description)

            try await scratch.git("remote.git", "update-ref", "refs/tags/m@v1.0.0/x", head.description)
            error = try await failure { _ = try await command.push(to: origin, [update], isAtomic: isAtomic) }
            #expect(error.kind == .rejected(name, .blocked))
            try await scratch.git("remote.git", "update-ref", "-d", "refs/tags/m@v1.0.0/x")
        }
    }

    @Test func `pushes nothing to a server without atomic push, unless told to`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        try await scratch.git("remote.git", "config", "receive.advertiseAtomic", "false")
        let update = RefUpdate(source: try await scratch.tag("m@v1"), destination: try tagRef("m@v1"))
        let command = scratch.command("work")
        #expect(await kind { _ = try await command.push(to: origin, [update]) } == .atomicUnsupported)
        #expect(try await scratch.refs("remote.git").isEmpty)
        #expect(try await command.push(to: origin, [update], isAtomic: false).map(\.status) == [.created])
    }

    @Test func `tells a remote that was not reached from one that fell silent`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        let update = RefUpdate(source: try await scratch.tag("m@v1"), destination: try tagRef("m@v1"))
        let ssh = Remote.url(try GitURL("ssh://example.invalid/x.git"))
        func push(_ remote: Remote, ssh: String? = nil, limit: Duration? = nil) async -> GitCommandError.Kind? {
            await kind {
                let command = scratch.command("work", ["GIT_SSH_COMMAND": ssh])
                _ = try await command.push(to: remote, [update], timeLimit: limit)
            }
        }
        #expect(await push(ssh, ssh: "false") == .remoteUnreachable)
        #expect(
            await push(ssh, ssh: "echo 'a@b: Permission denied (publickey).' >&2; exit 255; :") == .authenticationFailed
        )
        #expect(await push(.url(try GitURL("file:///nowhere/x.git"))) == .remoteUnreachable)
        #expect(await push(.url(try GitURL("http://127.0.0.1:1/x.git"))) == .remoteUnreachable)
        #expect(await push(.name(try RemoteName("nobody"))) == .remoteUnreachable)
        #expect(await push(ssh, ssh: "sleep 60; :", limit: .seconds(1)) == .outcomeUnknown)

        // The server dies with the push half done, before and after it took it.
        for hook in ["pre-receive", "post-receive"] {
            try scratch.hook(hook, "kill -9 $PPID")
            #expect(await push(origin) == .outcomeUnknown)
            try scratch.hook(hook, "exit 0")
            #expect(await push(origin) == nil)
            #expect(try await scratch.refs("remote.git").count == 1)
            if hook == "pre-receive" { try await scratch.git("remote.git", "update-ref", "-d", "refs/tags/m@v1") }
        }
    }

    @Test func `does what it was asked whatever the configuration says`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        for (key, value) in [
            ("push.followTags", "true"), ("push.recurseSubmodules", "only"), ("remote.origin.mirror", "true"),
            ("push.default", "matching"), ("remote.origin.push", "+refs/*:refs/*"),
        ] { try await scratch.git("work", "config", key, value) }
        _ = try await scratch.tag("other@v1")
        let update = RefUpdate(source: try await scratch.tag("m@v1"), destination: try tagRef("m@v1"))
        _ = try await scratch.command("work").push(to: origin, [update])
        #expect(try await scratch.refs("remote.git").map { $0.prefix(14) } == ["refs/tags/m@v1"])
    }

    @Test func `runs the user's pre-push hook, and no other hook`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        let update = RefUpdate(source: try await scratch.tag("m@v1"), destination: try tagRef("m@v1"))
        try scratch.hook("reference-transaction", "touch '\(scratch.path)/canary'", in: "work/.git")
        try scratch.hook("pre-push", "echo not yet >&2; exit 1", in: "work/.git")
        let command = scratch.command("work")
        #expect(await kind { _ = try await command.push(to: origin, [update]) } == .failed)
        #expect(try await scratch.refs("remote.git").isEmpty)
        try await command.createReferences([(try tagRef("n"), try await scratch.id("HEAD"))])
        #expect(!scratch.exists("canary"))
    }

    @Test func `two clones at one remote: one winner each time`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        try await scratch.git("", "clone", "--quiet", "work", "second")
        try await scratch.git("second", "remote", "set-url", "origin", "\(scratch.path)/remote.git")
        let commands = [scratch.command("work"), scratch.command("second")]
        for round in 0..<10 {
            let names = try [tagRef("m@v\(round)"), tagRef("m#prod#\(round)")]
            var ids: [ObjectID] = []
            for repository in ["work", "second"] {
                ids.append(try await scratch.tag("mine", in: repository, message: "\(repository) \(round)"))
            }
            let pairs = zip(commands, ids).map { ($0, $1) }
            let kinds = await withTaskGroup(of: GitCommandError.Kind?.self) { group in
                for (command, id) in pairs {
                    group.addTask {
                        await kind {
                            let updates = names.map { RefUpdate(source: id, destination: $0) }
                            _ = try await command.push(to: .name(.origin), updates)
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(kinds.count { $0 == nil } == 1, "\(kinds)")
            let loser = kinds.compactMap { $0 }.first
            let isFair = names.contains { loser == .rejected($0, .alreadyExists) || loser == .rejected($0, .locked) }
            #expect(isFair, "\(String(describing: loser))")
            let held = try await scratch.refs("remote.git").filter {
                $0.contains("v\(round) ") || $0.contains("#\(round) ")
            }
            #expect(Set(held.map { $0.split(separator: " ")[1] }).count == 1 && held.count == 2, "\(held)")
        }
    }
}
