import ChildProcess
import GitCommand
import GitTypes
import Testing

@Suite struct SigningTests {
    private func tag(_ name: String, _ target: ObjectID, message: String = "Registering\n\nnote\n") throws -> TagObject
    {
        TagObject(
            target: target, name: try TagName(name), tagger: Person(name: "Bo Li", email: "bo@example.com"),
            time: Timestamp(seconds: 1_700_000_123, offsetMinutes: -330), message: message)
    }

    private func sshScratch() async throws -> (Scratch, GitCommand) {
        let scratch = try Scratch()
        try await scratch.repositories()
        for name in ["key", "other"] {
            let key = "\(scratch.path)/\(name)"
            var child = ChildProcess(
                program: "ssh-keygen", arguments: ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key],
                environment: scratch.environment)
            child.timeLimit = .seconds(60)
            #expect(try await child.run().isSuccess)
        }
        try await scratch.git("work", "config", "gpg.format", "ssh")
        try await scratch.git("work", "config", "user.signingKey", "\(scratch.path)/key.pub")
        try await scratch.git("work", "config", "gpg.ssh.allowedSignersFile", "\(scratch.path)/allowed")
        return (scratch, scratch.command("work"))
    }

    private func allow(_ key: String, in scratch: Scratch) async throws {
        let line = try await scratch.git("", "-c", "alias.show-key=!cat \(scratch.path)/\(key).pub", "show-key")
        _ = try scratch.file("allowed", "bo@example.com \(line)\n")
    }

    @Test func `signs with SSH what git verify-tag accepts`() async throws {
        let (scratch, command) = try await sshScratch()
        try await allow("key", in: scratch)
        let head = try await scratch.id("HEAD")
        let messages = ["m\n", "no line end", "# not a comment\n\n\n", "-----BEGIN PGP SIGNATURE-----\nfake\n", "é\n"]
        for (number, message) in messages.enumerated() {
            let tag = try tag("m@v1.0.\(number)", head, message: message)
            let id = try await command.createSignedTag(tag)
            #expect(try await scratch.id("refs/tags/\(tag.name)") == id)
            try await scratch.git("work", "verify-tag", "\(tag.name)")
            #expect(try await command.verifyTag(id).verdict == .good)
            let object = try await command.readObject(id)
            let text = String(lossless: object.bytes)
            let end = message.hasSuffix("\n") ? "" : "\n"
            #expect(text.contains("tagger Bo Li <bo@example.com> 1700000123 -0530\n\n\(message)\(end)-----BEGIN SSH"))
        }
        let first = try tag("m@v1.0.0", head)
        #expect(await kind { _ = try await command.createSignedTag(first) } == .exists(RefName(first.name)))
        let blocked = try tag("m@v1.0.0/x", head)
        #expect(
            await kind { _ = try await command.createSignedTag(blocked) }
                == .blocked(RefName(blocked.name), by: RefName(first.name)))
        let key = try await command.createSignedTag(try tag("other@v1", head), key: "\(scratch.path)/other")
        #expect(try await command.verifyTag(key).verdict == .untrusted)
        #expect(try await scratch.git("work", "fsck", "--strict", "--no-dangling") == "")
    }

    @Test func `leaves no tag behind where signing fails`() async throws {
        let (scratch, command) = try await sshScratch()
        let tag = try tag("m@v1.0.0", try await scratch.id("HEAD"))
        let program = try scratch.file("program", "#!/bin/sh\nexit 1\n", mode: 0o755)
        for (key, value) in [
            // Git 2.39.5 ends with status zero here, and with a tag that has no signature.
            ("user.signingKey", "/no/such/key"),
            ("user.signingKey", ""), ("gpg.ssh.program", program), ("gpg.ssh.program", "/no/such/program"),
            ("gpg.format", "openpgp"),
        ] {
            let old = try await scratch.git("work", "config", key, mayFail: true)
            try await scratch.git("work", "config", key, value)
            let error = try await failure { _ = try await command.createSignedTag(tag) }
            #expect(error.kind == .signingFailed, "\(key) \(value): \(error)")
            #expect(!error.message.isEmpty)
            #expect(try await scratch.refs("work").count == 1)
            if old.isEmpty {
                try await scratch.git("work", "config", "--unset", key)
            } else {
                try await scratch.git("work", "config", key, old)
            }
        }
    }

    @Test func `tells the verdicts apart`() async throws {
        let (scratch, command) = try await sshScratch()
        try await allow("key", in: scratch)
        let id = try await command.createSignedTag(try tag("m@v1.0.0", try await scratch.id("HEAD")))
        let unsigned = try await scratch.tag("plain@v1")
        #expect(try await command.verifyTag(unsigned).verdict == .unsigned)
        #expect(try await command.verifyTag(try await scratch.id("HEAD")).verdict == .unsigned)

        let text = String(lossless: try await command.readObject(id).bytes)
        let forged = text.replacing("note", with: "fake")
        let forgedID = try await scratch.git("work", "hash-object", "-t", "tag", "-w", "--stdin", input: forged)
        #expect(try await command.verifyTag(try #require(ObjectID(forgedID))).verdict == .bad)

        try await allow("other", in: scratch)
        #expect(try await command.verifyTag(id).verdict == .untrusted)
        try await scratch.git("work", "config", "gpg.ssh.program", "/no/such/program")
        #expect(try await command.verifyTag(id).verdict == .checkerFailed)
        try await scratch.git("work", "config", "--unset", "gpg.ssh.program")
        try await scratch.git("work", "config", "--unset", "gpg.ssh.allowedSignersFile")
        #expect(try await command.verifyTag(id).verdict == .untrusted)
    }

    @Test func `signs with OpenPGP and reads what GnuPG says`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        _ = try scratch.file("script", "")
        let home: [String: String?] = ["GNUPGHOME": "\(scratch.path)/gnupg"]
        func gpg(_ arguments: String...) async throws {
            var child = ChildProcess(
                program: arguments[0], arguments: Array(arguments.dropFirst()), environment: scratch.environment)
            child.environment["GNUPGHOME"] = "\(scratch.path)/gnupg"
            child.endsLeftovers = false
            child.timeLimit = .seconds(60)
            let result = try await child.run()
            #expect(result.isSuccess, "\(String(lossless: result.standardError.bytes))")
        }
        try await gpg("mkdir", "-m", "700", "\(scratch.path)/gnupg")
        try await gpg(
            "gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", "", "--quick-gen-key",
            "Bo Li <bo@example.com>", "ed25519", "sign", "never")
        let command = scratch.command("work", home)
        let id = try await command.createSignedTag(
            try tag("m@v1.0.0", try await scratch.id("HEAD")), key: "bo@example.com")
        #expect(try await command.verifyTag(id).verdict == .good)
        let text = String(lossless: try await command.readObject(id).bytes)
        let forged = text.replacing("note", with: "fake")
        let forgedID = try await scratch.git("work", "hash-object", "-t", "tag", "-w", "--stdin", input: forged)
        #expect(try await command.verifyTag(try #require(ObjectID(forgedID))).verdict == .bad)
        try await gpg("mkdir", "-m", "700", "\(scratch.path)/empty")
        let stranger = scratch.command("work", ["GNUPGHOME": "\(scratch.path)/empty"])
        #expect(try await stranger.verifyTag(id).verdict == .keyMissing)
        #expect(
            await kind { _ = try await command.createSignedTag(try tag("n", try await scratch.id("HEAD")), key: "-x") }
                == .signingFailed)
        try await gpg("gpgconf", "--kill", "all")
    }
}
