import GitCommand
import GitTypes
import Testing

@Suite struct ReferenceTransactionTests {
    @Test func `creates and deletes refs, all or none`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        let command = scratch.command("work")
        let head = try await scratch.id("HEAD")
        let tag = try await scratch.tag("t@v1")
        let before = try await scratch.refs("work")

        let names = try ["churn@v1.0.0", "churn#prod#1", "a=b@v1.0.0!"].map(tagRef)
        try await command.createReferences(names.map { ($0, tag) })
        #expect(try await scratch.refs("work").count == before.count + 3)

        // Each of these also has a part that could be done.
        let free = try tagRef("free@v1")
        let cases: [(RefName, GitCommandError.Kind)] = [
            (names[0], .exists(names[0])),
            (try tagRef("t@v1/x"), .blocked(try tagRef("t@v1/x"), by: try tagRef("t@v1"))),
            (try RefName("refs/tags"), .blocked(free, by: try RefName("refs/tags"))),
            (try tagRef("free@v1/x"), .blocked(free, by: try tagRef("free@v1/x"))),
        ]
        for (name, expected) in cases {
            #expect(await kind { try await command.createReferences([(free, head), (name, head)]) } == expected)
            #expect(!(try await scratch.refs("work").contains { $0.hasPrefix("refs/tags/free") }))
        }

        #expect(
            await kind { try await command.deleteReferences([(names[1], tag), (names[0], head)]) } == .changed(names[0])
        )
        let gone = try tagRef("gone")
        #expect(await kind { try await command.deleteReferences([(names[1], tag), (gone, head)]) } == .changed(gone))
        #expect(await kind { try await command.deleteReferences([(names[1], .zero)]) } == .malformedValue)
        #expect(try await scratch.refs("work").count == before.count + 3)
        try await command.deleteReferences(names.map { ($0, tag) })
        #expect(try await scratch.refs("work") == before)
        #expect(try await scratch.git("work", "fsck", "--strict", "--no-dangling") == "")
    }

    @Test func `names the lock that is in the way`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        let lock = try scratch.file("work/.git/refs/tags/m@v1.lock", "")
        let head = try await scratch.id("HEAD")
        let error = try await failure {
            try await scratch.command("work").createReferences([(try tagRef("m@v1"), head)])
        }
        #expect(error.kind == .locked(path: lock))
        #expect(error.exitCode == 128 && error.operation == "update-ref")
    }

    @Test func `refuses names that only a repository could have given`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        let head = try await scratch.id("HEAD")
        for bytes in ["refs/tags/a\0b", "-d", "refs/tags/x:y", "refs/tags/a\nb", "x", ""].map({ Array($0.utf8) }) + [
            [0xFF]
        ] {
            let name = RefName(bytes: bytes)
            #expect(
                await kind { try await scratch.command("work").createReferences([(name, head)]) } == .malformedValue)
        }
    }

    @Test func `one of many racing writers wins`() async throws {
        let scratch = try Scratch()
        try await scratch.repositories()
        let command = scratch.command("work")
        let head = try await scratch.id("HEAD")
        for round in 0..<5 {
            let name = try tagRef("race@v\(round)")
            let kinds = await withTaskGroup(of: GitCommandError.Kind?.self) { group in
                for _ in 0..<8 {
                    group.addTask { await kind { try await command.createReferences([(name, head)]) } }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(kinds.count { $0 == nil } == 1)
            #expect(kinds.count { $0 == .exists(name) } == 7)
        }
    }
}
