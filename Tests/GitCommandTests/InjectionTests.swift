import GitCommand
import GitTypes
import Glibc
import Testing

/// M8, M9, M12 and E5: no text becomes an option, a command or a leak.
@Suite struct InjectionTests {
    private func payloads(_ canary: String) -> [String] {
        [
            "--upload-pack=touch \(canary)", "--receive-pack=touch \(canary)", "--exec=touch \(canary)",
            "-u touch \(canary)", "--output=\(canary)", "-o\(canary)", "-oProxyCommand=touch \(canary)",
            "-c core.sshCommand=touch \(canary)", "--config-env=core.fsmonitor=HOME", "--exec-path=\(canary)",
            "ext::sh -c touch% \(canary)", "ext::touch \(canary)", "EXT::sh -c touch% \(canary)", "fd::17",
            "ssh://-oProxyCommand=touch \(canary)/x", "ssh://x@-oProxyCommand=touch \(canary)/x",
            "-oProxyCommand=touch \(canary):x", "host:-oProxyCommand=touch \(canary)", "git://-x/\(canary)",
            "git@-oProxyCommand=touch\(canary):x", "transport::ext::touch \(canary)", "file://x;touch \(canary)",
            "$(touch \(canary))", "`touch \(canary)`", ";touch \(canary)", "|touch \(canary)", "&touch \(canary)&",
            "\ntouch \(canary)\n", "x\0--upload-pack=touch \(canary)", "'; touch \(canary); '", "!touch \(canary)",
            "refs/tags/x --force", "-d", "--delete", "--mirror", "--stdin", "--", "-", "", "@{-1}", "..", "/etc/passwd",
            "%(if)touch", "*", "~", "$HOME", "^refs/tags/x", ":refs/tags/x", "+refs/heads/*:refs/heads/*",
        ]
    }

    /// A repository whose `ssh` makes the canary when it is given an option of the address's making.
    private func prepared() async throws -> (Scratch, canary: String, variables: [String: String?]) {
        let scratch = try Scratch()
        try await scratch.repositories()
        let canary = "\(scratch.path)/canary"
        #expect(mkdir("\(scratch.path)/bin", 0o755) == 0)
        _ = try scratch.file(
            "bin/ssh", "#!/bin/sh\ncase \"$*\" in *-oProxy*) touch '\(canary)';; esac\nexit 255\n", mode: 0o755)
        let path = "\(scratch.path)/bin:/usr/local/bin:/usr/bin:/bin"
        return (scratch, canary, ["PATH": path, "GIT_ALLOW_PROTOCOL": "ext:fd:file:ssh:git:https"])
    }

    @Test func `no text of a caller's becomes an option or a command`() async throws {
        let (scratch, canary, variables) = try await prepared()
        let command = scratch.command("work", variables, timeLimit: .seconds(20))
        let head = try await scratch.id("HEAD")
        let before = try await scratch.refs("work")
        let origin = Remote.name(.origin)
        let person = Person(name: "Bo", email: "bo@example.com")
        for payload in payloads(canary) {
            var remotes: [Remote] = []
            if let name = try? RemoteName(payload) { remotes.append(.name(name)) }
            if let url = try? GitURL(payload) { remotes.append(.url(url)) }
            let name = RefName(bytes: payload.utf8)
            let tag = RefName(bytes: Array((RefName.tagPrefix + payload).utf8))
            for remote in remotes {
                _ = try? await command.listRemote(remote)
                _ = try? await command.fetch(from: remote, [.tags])
                _ = try? await command.push(to: remote, [RefUpdate(source: head, destination: tagRef("x"))])
            }
            _ = try? await command.listRemote(origin, patterns: [payload])
            _ = try? await command.fetch(from: origin, [FetchSpec(payload)])
            _ = try? await command.fetch(from: origin, [FetchSpec(name, to: tag)])
            for ref in [name, tag] where (try? RefName(ref.description)) == nil {
                #expect(await kind { try await command.createReferences([(ref, head)]) } == .malformedValue)
                #expect(await kind { try await command.deleteReferences([(ref, head)]) } == .malformedValue)
                for update in [RefUpdate(source: head, destination: ref), .deletion(of: ref), RefUpdate(source: ref)] {
                    #expect(await kind { _ = try await command.push(to: origin, [update]) } == .malformedValue)
                }
            }
            let object = TagObject(
                target: head, name: TagName(asRead: payload), tagger: person, time: Timestamp(seconds: 1), message: "m")
            _ = try? await command.createSignedTag(object)
            let fields = TagObject(
                target: head, name: try TagName("fine"), tagger: Person(name: payload, email: payload),
                time: Timestamp(seconds: 1), message: payload)
            _ = try? await command.createSignedTag(fields, key: payload)
            let key = try ConfigurationKey("some.value")
            if !payload.contains("\0") {
                try await command.setConfiguration(key, payload)
                #expect(try await command.configuration(key) == payload)
            }
            if let key = try? ConfigurationKey(payload) { try await command.setConfiguration(key, "x") }
            if !payload.isEmpty, !payload.contains("/") { _ = try? await command.initialiseBare(at: payload) }
            let elsewhere = GitCommand(
                gitDirectory: payload, workingDirectory: scratch.path, environment: scratch.environment)
            _ = try? await elsewhere.committerIdentity()
            #expect(!scratch.exists("canary"), "\(payload)")
        }
        #expect(try await scratch.refs("work") == before)
        #expect(try await scratch.refs("remote.git").isEmpty)
    }

    @Test func `programs of the repository's configuration do not run with our commands`() async throws {
        let (scratch, canary, variables) = try await prepared()
        let program = try scratch.file("program", "#!/bin/sh\ntouch '\(canary)'\nexit 1\n", mode: 0o755)
        #expect(mkdir("\(scratch.path)/hooks", 0o755) == 0)
        for hook in ["reference-transaction", "post-index-change", "post-rewrite", "pre-auto-gc"] {
            _ = try scratch.file("hooks/\(hook)", "#!/bin/sh\ntouch '\(canary)'\n", mode: 0o755)
        }
        let id = try await scratch.tag("m@v1")
        for (key, value) in [
            ("core.fsmonitor", program), ("core.pager", program), ("core.editor", program),
            ("core.hooksPath", "\(scratch.path)/hooks"), ("alias.push", "!\(program)"),
            ("alias.cat-file", "!\(program)"),
            ("alias.var", "!\(program)"), ("tag.gpgSign", "true"), ("gpg.program", program), ("pager.config", program),
            ("diff.external", program), ("remote.evil.url", "ext::\(program)"), ("protocol.ext.allow", "always"),
            ("protocol.allow", "always"), ("url.ext::\(program).insteadOf", "file:///evil"),
        ] { try await scratch.git("work", "config", key, value) }
        let command = scratch.command("work", variables)
        let name = try tagRef("n@v1")
        try await command.createReferences([(name, id)])
        try await command.deleteReferences([(name, id)])
        _ = try await command.committerIdentity()
        _ = try await command.readObject(id)
        _ = try await command.listRemote(.name(.origin))
        try await command.fetch(from: .name(.origin), [.tags])
        _ = try await command.verifyTag(id)
        for remote in [Remote.name(try RemoteName("evil")), .url(try GitURL("file:///evil"))] {
            #expect(await kind { _ = try await command.listRemote(remote) } == .failed)
            #expect(await kind { try await command.fetch(from: remote, [.tags]) } == .failed)
            #expect(
                await kind { _ = try await command.push(to: remote, [RefUpdate(source: tagRef("m@v1"))]) } == .failed)
        }
        #expect(!scratch.exists("canary"))
        // The canary is alive: the hook runs with a git of nobody's care.
        try await scratch.git("work", "update-ref", name.description, id.description)
        #expect(scratch.exists("canary"))
    }

    @Test func `a password in an address is in no error`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        let secret = "s3cr3t-t0ken"
        let remote = Remote.url(try GitURL("http://ana:\(secret)@127.0.0.1:1/x.git?key=\(secret)"))
        let command = scratch.command("work")
        try await scratch.git("work", "config", "remote.named.url", "http://ana:\(secret)@127.0.0.1:1/x.git")
        let update = RefUpdate(source: try await scratch.id("HEAD"), destination: try tagRef("x"))
        for remote in [remote, .name(try RemoteName("named"))] {
            for error in [
                try await failure { _ = try await command.listRemote(remote) },
                try await failure { try await command.fetch(from: remote, [.tags]) },
                try await failure { _ = try await command.push(to: remote, [update]) },
            ] {
                #expect(error.kind == .remoteUnreachable)
                #expect(!"\(error)".contains(secret), "\(error)")
            }
            #expect(!"\(remote)".contains(secret))
        }
    }
}
