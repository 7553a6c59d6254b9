import GitCommand
import GitTypes
import Testing

@Suite struct FetchTests {
    private let origin = Remote.name(.origin)

    /// A remote with one annotated and one lightweight tag, and a clone without any ref.
    private func scratchWithClone() async throws -> (Scratch, GitCommand, annotated: ObjectID, commit: ObjectID) {
        let scratch = try Scratch()
        try await scratch.repositories()
        let annotated = try await scratch.tag("churn@v1.0.0")
        try await scratch.git("work", "tag", "light")
        try await scratch.git("work", "push", "--quiet", "origin", "main", "--tags")
        try await scratch.git("", "init", "--quiet", "--bare", "clone.git")
        try await scratch.git("clone.git", "remote", "add", "origin", "file://\(scratch.path)/remote.git")
        return (scratch, scratch.command("clone.git"), annotated, try await scratch.id("HEAD"))
    }

    @Test func `lists a remote as git ls-remote does`() async throws {
        let (scratch, command, annotated, commit) = try await scratchWithClone()
        let head = try RefName("refs/heads/main")
        let tag = RemoteReference(name: try tagRef("churn@v1.0.0"), id: annotated, peeled: commit)
        let light = RemoteReference(name: try tagRef("light"), id: commit)
        let all = try await command.listRemote(origin)
        #expect(all.headTarget == head)
        #expect(
            all.references == [
                RemoteReference(name: .head, id: commit), RemoteReference(name: head, id: commit), tag, light,
            ])
        let url = Remote.url(try GitURL("file://\(scratch.path)/remote.git"))
        #expect(try await command.listRemote(url, patterns: ["refs/tags/*"]).references == [tag, light])
        #expect(try await command.listRemote(url, patterns: ["refs/tags/churn@v1.0.0"]).references == [tag])
        #expect(try await command.listRemote(url, patterns: ["refs/tags/none"]).references.isEmpty)
        #expect(await kind { _ = try await command.listRemote(url, limit: 50) } == .tooLarge(limit: 50))
    }

    @Test func `a remote that is mute or missing is unreachable, and nothing here changes`() async throws {
        let (scratch, command, _, _) = try await scratchWithClone()
        let before = try await scratch.refs("clone.git")
        let mute = scratch.command("clone.git", ["GIT_SSH_COMMAND": "sleep 60; :"], timeLimit: .seconds(1))
        let ssh = Remote.url(try GitURL("git@example.invalid:x.git"))
        #expect(await kind { _ = try await mute.listRemote(ssh) } == .remoteUnreachable)
        #expect(await kind { try await mute.fetch(from: ssh, [.tags]) } == .remoteUnreachable)
        let none = Remote.name(try RemoteName("none"))
        #expect(await kind { _ = try await command.listRemote(none) } == .remoteUnreachable)
        #expect(await kind { try await command.fetch(from: none, [.tags]) } == .remoteUnreachable)
        #expect(try await scratch.refs("clone.git") == before)
    }

    @Test func `fetches what it is asked for and nothing else`() async throws {
        let (scratch, command, annotated, commit) = try await scratchWithClone()
        try await scratch.git("clone.git", "config", "remote.origin.tagOpt", "--tags")
        try await scratch.git("clone.git", "config", "fetch.prune", "true")
        let tag = try tagRef("churn@v1.0.0")
        try await command.fetch(from: origin, [FetchSpec(tag, to: tag)])
        #expect(try await scratch.refs("clone.git") == ["\(tag) \(annotated)"])
        #expect(!scratch.exists("clone.git/FETCH_HEAD"))
        try await command.fetch(from: origin, [.tags, FetchSpec("+refs/heads/*:refs/remotes/origin/*")])
        #expect(
            try await scratch.refs("clone.git") == [
                "refs/remotes/origin/main \(commit)", "\(tag) \(annotated)", "refs/tags/light \(commit)",
            ])

        try await scratch.git("remote.git", "tag", "-d", "light")
        try await command.fetch(from: origin, [.tags])
        #expect(try await scratch.refs("clone.git").count == 3)
        try await command.fetch(from: origin, [.tags], isPruning: true)
        #expect(try await scratch.refs("clone.git").count == 2)
    }

    @Test func `does not adopt a tag that was moved`() async throws {
        let (scratch, command, annotated, commit) = try await scratchWithClone()
        let tag = try tagRef("churn@v1.0.0")
        try await command.fetch(from: origin, [.tags])
        try await scratch.git("remote.git", "update-ref", tag.description, commit.description)
        #expect(await kind { try await command.fetch(from: origin, [.tags]) } == .rejected(tag, .alreadyExists))
        #expect(try await scratch.id(tag.description, in: "clone.git") == annotated)
    }

    @Test func `reads objects`() async throws {
        let (scratch, _, annotated, commit) = try await scratchWithClone()
        let command = scratch.command("work")
        let tree = try await scratch.id("HEAD^{tree}")
        let blob = try await scratch.id("HEAD:model.txt")
        let objects = try await command.readObjects([annotated, commit, tree, blob, blob])
        #expect(objects.map(\.kind) == [.tag, .commit, .tree, .blob, .blob])
        #expect(objects.map(\.id) == [annotated, commit, tree, blob, blob])
        for object in objects where object.kind != .tree {
            let text = try await scratch.git("work", "cat-file", object.kind.rawValue, object.id.description)
            #expect(object.bytes == Array((text + "\n").utf8))
        }
        #expect(await kind { _ = try await command.readObjects([blob, tree], limit: 20) } == .tooLarge(limit: 20))
        let missing = try #require(ObjectID(String(repeating: "1", count: 40)))
        #expect(await kind { _ = try await command.readObject(missing) } == .objectMissing(missing))
        #expect(await kind { _ = try await command.readObjects([blob, missing]) } == .objectMissing(missing))
        #expect(await kind { try await command.streamBlob(missing) { _ in } } == .objectMissing(missing))

        try await scratch.git("work", "hash-object", "-w", "--stdin", input: "")
        let empty = try #require(ObjectID("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"))
        #expect(try await command.readObjects([empty, blob]).map(\.bytes.count) == [0, 8])
        let large = String(repeating: "0123456789abcdef\n", count: 300_000)
        let id = try #require(ObjectID(try await scratch.git("work", "hash-object", "-w", "--stdin", input: large)))
        var bytes: [UInt8] = []
        try await command.streamBlob(id) { bytes.append(contentsOf: $0) }
        #expect(bytes == Array(large.utf8))
        #expect(try await command.readObject(id).bytes == bytes)
    }

    @Test func `a partial clone fetches missing blobs on need, or all at once`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        try await scratch.git("remote.git", "config", "uploadpack.allowFilter", "true")
        for number in 0..<20 { _ = try scratch.file("work/part\(number)", "weights \(number)\n") }
        try await scratch.git("work", "add", ".")
        try await scratch.git("work", "commit", "--quiet", "-m", "parts")
        try await scratch.git("work", "push", "--quiet", "origin", "main")
        let ids = try await scratch.git("work", "ls-tree", "--format=%(objectname)", "HEAD").split(separator: "\n")
            .compactMap { ObjectID($0) }
        #expect(ids.count == 21)

        let command = try await scratch.command("none.git").initialiseBare(at: "\(scratch.path)/clone.git")
        try await command.setConfiguration(
            try ConfigurationKey("remote.origin.url"), "file://\(scratch.path)/remote.git")
        #expect(try await command.promisorRemote() == nil)
        #expect(await kind { try await command.fetchObjects(ids) } == .failed)
        let main = try RefName("refs/heads/main")
        try await command.fetch(from: origin, [FetchSpec(main, to: main)], filter: .blobless, depth: 1)
        #expect(try await command.promisorRemote() == .origin)
        #expect(try await scratch.git("clone.git", "rev-list", "--count", "main") == "1")

        // From here on each request to the remote is counted.
        let wrapper = try scratch.file(
            "wrapper", "#!/bin/sh\necho request >> '\(scratch.path)/log'\nexec git-upload-pack \"$@\"\n", mode: 0o755)
        try await scratch.git("clone.git", "config", "remote.origin.uploadpack", wrapper)
        func requests() async throws -> Int {
            guard scratch.exists("log") else { return 0 }
            return try await scratch.git("", "-c", "alias.log-lines=!wc -l < \(scratch.path)/log", "log-lines")
                .split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) } ?? 0
        }
        #expect(try await command.readObject(ids[0]).bytes == Array("weights\n".utf8))
        #expect(try await requests() == 1)
        try await command.fetchObjects(Array(ids.dropFirst()))
        #expect(try await requests() == 2)
        #expect(try await command.readObjects(ids).count == 21)
        #expect(try await requests() == 2)

        let missing = try #require(ObjectID(String(repeating: "1", count: 40)))
        #expect(await kind { try await command.fetchObjects([missing]) } == .objectMissing(missing))
        #expect(await kind { _ = try await command.readObject(missing) } == .objectMissing(missing))
        let url = Remote.url(try GitURL("file://\(scratch.path)/remote.git"))
        #expect(await kind { try await command.fetch(from: url, [.tags], filter: .treeless) } == .malformedValue)
    }

    @Test func `takes refspecs of names and ids only`() throws {
        for text in [
            "refs/tags/*:refs/tags/*", "+refs/heads/main:refs/remotes/origin/main", "HEAD", "refs/tags/a@v1",
            "8a1eb65b338b194b1579b3436cbba09fb7edb0c7:refs/tags/x", "refs/tags/a#prod#1:refs/x/y",
        ] {
            #expect(try FetchSpec(text).description == text)
        }
        for text in [
            "", "-x", "--upload-pack=x", "a", ":", "refs/a:", ":refs/a", "refs/a:b:c", "refs/*:refs/a",
            "refs/**:refs/**",
            "refs/a b", "refs/a..b", "^refs/a", "refs/a:-x", "refs/*/*:refs/*/*", "++refs/a", "refs/a\n",
        ] {
            #expect(throws: MalformedValue.self) { try FetchSpec(text) }
        }
    }
}
