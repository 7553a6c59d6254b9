import GitTypes
import Glibc
import LibGit2
import Testing

@Suite struct ReferenceTests {
    let scratch: Scratch
    let folder: String
    let head: ObjectID

    init() throws {
        scratch = try Scratch()
        folder = try scratch.repository()
        head = try scratch.id("HEAD", in: folder)
    }

    private func name(_ tag: String) throws -> RefName { RefName(try TagName(tag)) }

    @Test func `a tag is stored with exactly its bytes and git is content with it`() throws {
        let repository = try Repository.open(at: folder)
        for (index, message) in ["Registering artifact m version v1.0.0", "two\n\nlines\n", "", "é\n"].enumerated() {
            let tag = try Repository.gtoTag("m@v1.0.\(index)", of: head, message: message)
            let id = try repository.write(tag)
            try repository.createReference(name("m@v1.0.\(index)"), id, logMessage: "register")
            #expect(try scratch.git(["-C", folder, "cat-file", "tag", "m@v1.0.\(index)"]).output == tag.payload)
            #expect(try repository.withObject(id) { kind, bytes in kind == .tag && bytes.elementsEqual(tag.payload) })
            #expect(try repository.reference(name("m@v1.0.\(index)")) == id)
        }
        var signed = try Repository.gtoTag("m@v2.0.0", of: head, message: "signed\n")
        signed.signature = "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
        let id = try repository.write(signed)
        #expect(try repository.withObject(id) { _, bytes in try? TagObject(parsing: bytes) } == signed)
        #expect(try scratch.tagsByUs(folder) == scratch.tagsByGit(folder))
        #expect(try scratch.isClean(folder))
    }

    @Test func `a tag that would be read back as another is not stored`() throws {
        let repository = try Repository.open(at: folder)
        let good = try Repository.gtoTag("m@v1.0.0", of: head)
        func refused(_ change: (inout TagObject) -> Void) -> Bool {
            var tag = good
            change(&tag)
            guard case .invalid = failure({ () throws(GitError) in _ = try repository.write(tag) }) else {
                return false
            }
            return true
        }
        #expect(refused { $0.tagger = Person(name: "", email: "a@b") })
        #expect(refused { $0.tagger = Person(name: "x\ntagger y", email: "a@b") })
        #expect(refused { $0.tagger = Person(name: "x", email: "a> 1 +0000\n\n<b") })
        #expect(refused { $0.tagger = Person(name: "x <y", email: "b") })
        #expect(refused { $0.name = TagName(asRead: "m\nobject x") })
        #expect(refused { $0.time = Timestamp(seconds: -1) })
        #expect(refused { $0.message = "a\0b" })
        #expect(refused { $0.targetType = "tree" })
        var dangling = good
        let nowhere = try #require(ObjectID("8a1eb65b338b194b1579b3436cbba09fb7edb0c7"))
        dangling.target = nowhere
        #expect(failure { () throws(GitError) in _ = try repository.write(dangling) } == .objectMissing(nowhere))
        let ref = try name("m@v1.0.0")
        let kind = failure { () throws(GitError) in try repository.createReference(ref, nowhere, logMessage: "x") }
        #expect(kind == .objectMissing(nowhere))
        #expect(try scratch.isClean(folder))
    }

    @Test(arguments: [false, true])
    func `a ref that exists is not made again, whatever it points to`(_ isPacked: Bool) throws {
        try scratch.git(["-C", folder, "tag", "m@v1.0.0"])
        if isPacked { try scratch.git(["-C", folder, "pack-refs", "--all"]) }
        let repository = try Repository.open(at: folder)
        let ref = try name("m@v1.0.0")
        let tree = try scratch.id("HEAD^{tree}", in: folder)
        for id in [head, tree] {
            let kind = failure { () throws(GitError) in try repository.createReference(ref, id, logMessage: "x") }
            #expect(kind == .exists(ref))
        }
        #expect(try scratch.id("refs/tags/m@v1.0.0", in: folder) == head)
        try scratch.git(["-C", folder, "symbolic-ref", "refs/tags/s", "refs/heads/none"])
        let symbolic = try name("s")
        let kind = failure { () throws(GitError) in try repository.createReference(symbolic, head, logMessage: "x") }
        #expect(kind == .exists(symbolic))
    }

    @Test(arguments: [("m", "m/x@v1"), ("m/x@v1", "m"), ("a/b/c", "a"), ("a", "a/b/c")], [false, true])
    func `a ref in the way is named`(_ names: (there: String, wanted: String), _ isPacked: Bool) throws {
        try scratch.git(["-C", folder, "tag", names.there])
        if isPacked { try scratch.git(["-C", folder, "pack-refs", "--all"]) }
        let repository = try Repository.open(at: folder)
        let (there, wanted) = (try name(names.there), try name(names.wanted))
        let kind = failure { () throws(GitError) in try repository.createReference(wanted, head, logMessage: "x") }
        #expect(kind == .refBlocked(by: there))
        try scratch.git(["-C", folder, "tag", "-d", names.there])
        try repository.createReference(wanted, head, logMessage: "x")
        #expect(try scratch.tagsByGit(folder) == ["\(head) \(names.wanted)"])
    }

    @Test func `empty folders that pack-refs left are no hindrance`() throws {
        try scratch.git(["-C", folder, "tag", "m/x/y"])
        try scratch.git(["-C", folder, "tag", "-d", "m/x/y"])
        for part in ["m", "m/x"] { mkdir("\(folder)/.git/refs/tags/\(part)", 0o755) }
        try Repository.open(at: folder).createReference(name("m"), head, logMessage: "x")
        #expect(try scratch.tagsByGit(folder) == ["\(head) m"])
    }

    @Test(arguments: [false, true])
    func `a ref is deleted only with the value that was seen`(_ isPacked: Bool) throws {
        try scratch.git(["-C", folder, "tag", "-m", "x", "m@v1.0.0"])
        try scratch.git(["-C", folder, "tag", "keep"])
        if isPacked { try scratch.git(["-C", folder, "pack-refs", "--all"]) }
        let repository = try Repository.open(at: folder)
        let ref = try name("m@v1.0.0")
        let id = try scratch.id("refs/tags/m@v1.0.0", in: folder)
        let kind = failure { () throws(GitError) in try repository.deleteReference(ref, expecting: head) }
        #expect(kind == .changed(ref))
        #expect(try repository.reference(ref) == id)
        try repository.deleteReference(ref, expecting: id)
        #expect(try repository.reference(ref) == nil)
        #expect(try scratch.tagsByGit(folder) == ["\(head) keep"])
        let again = failure { () throws(GitError) in try repository.deleteReference(ref, expecting: id) }
        #expect(again == .notFound(ref.description))
        #expect(try scratch.isClean(folder))
    }

    @Test func `damage is named and stops a write`() throws {
        try scratch.git(["-C", folder, "tag", "m@v1.0.0"])
        try scratch.git(["-C", folder, "pack-refs", "--all"])
        let file = folder + "/.git/packed-refs"
        try scratch.write(Array("junk\n".utf8) + Scratch.read(file), to: file)
        let packed = try name("m@v1.0.0")
        let repository = try Repository.open(at: folder)
        let revision = try Revision("m@v1.0.0")
        let damage = GitError.Kind.damaged(what: "packed-refs")
        #expect(failure { () throws(GitError) in _ = try repository.reference(packed) } == damage)
        #expect(failure { () throws(GitError) in _ = try repository.headCommit() } == damage)
        #expect(failure { () throws(GitError) in _ = try repository.resolveCommit(revision) } == damage)
        #expect(
            failure { () throws(GitError) in try repository.createReference(packed, head, logMessage: "x") } == damage)
        #expect(failure { () throws(GitError) in try repository.deleteReference(packed, expecting: head) } == damage)
        #expect(access(folder + "/.git/refs/tags/m@v1.0.0", F_OK) != 0)

        unlink(file)
        try scratch.write("", to: folder + "/.git/refs/tags/empty")
        let empty = try name("empty")
        let loose = GitError.Kind.damaged(what: "refs/tags/empty")
        let other = try Repository.open(at: folder)
        #expect(failure { () throws(GitError) in _ = try other.reference(empty) } == loose)
        #expect(failure { () throws(GitError) in try other.createReference(empty, head, logMessage: "x") } == loose)
    }

    @Test func `a lock held for 50 ms is waited for, a longer one is named with its age`() throws {
        let lock = folder + "/.git/refs/tags/m@v1.0.0.lock"
        try scratch.write("", to: lock)
        let repository = try Repository.open(at: folder)
        repository.lockWait = .milliseconds(60)
        let ref = try name("m@v1.0.0")
        guard
            case .locked(let path, let age) = failure({ () throws(GitError) in
                try repository.createReference(ref, head, logMessage: "x")
            })
        else {
            Issue.record("no lock seen")
            return
        }
        #expect(path == lock)
        #expect(age != nil)

        // A minute is not waited for: the lock goes after 50 ms.
        repository.lockWait = .seconds(60)
        let release = Background {
            usleep(50_000)
            return unlink(lock)
        }
        try repository.createReference(ref, head, logMessage: "x")
        #expect(release.wait() == 0)

        try scratch.git(["-C", folder, "pack-refs", "--all"])
        try scratch.write("", to: folder + "/.git/packed-refs.lock")
        repository.lockWait = .milliseconds(60)
        let kind = failure { () throws(GitError) in try repository.deleteReference(ref, expecting: head) }
        guard case .locked(let packed, _) = kind else {
            Issue.record("\(String(describing: kind))")
            return
        }
        #expect(packed == folder + "/.git/packed-refs.lock")
        #expect(try repository.reference(ref) == head)
    }

    @Test func `of sixteen who make the same tag at once one wins, in every round`() throws {
        let (threads, rounds, folder, head) = (16, 100, self.folder, self.head)
        let ids = try (0..<threads).map { index in
            try Repository.open(at: folder).write(Repository.gtoTag("m@v1.0.0", of: head, message: "by \(index)"))
        }
        let racers = ids.map { id in
            Background { () -> [Bool?] in
                (0..<rounds).map { round -> Bool? in
                    do throws(GitError) {
                        let repository = try Repository.open(at: folder)
                        // The bar is one winner, not a time: a slow machine may wait longer than users would.
                        repository.lockWait = .seconds(60)
                        let ref = RefName(TagName(asRead: "m@v1.0.\(round)"))
                        try repository.createReference(ref, id, logMessage: "race")
                        return true
                    } catch {
                        if case .exists = error.kind { return false }
                        return nil
                    }
                }
            }
        }
        let results = racers.map { $0.wait() ?? [] }
        let tags = try Repository.open(at: folder).tagReferences().references
        for round in 0..<rounds {
            let winners = results.indices.filter { results[$0].indices.contains(round) && results[$0][round] == true }
            #expect(winners.count == 1, "round \(round)")
            #expect(results.allSatisfy { $0.indices.contains(round) && $0[round] != nil }, "round \(round)")
            let tag = tags.first { $0.name.description == "m@v1.0.\(round)" }
            #expect(winners.contains { ids[$0] == tag?.id }, "round \(round)")
        }
        #expect(try scratch.tagsByUs(folder) == scratch.tagsByGit(folder))
    }
}
