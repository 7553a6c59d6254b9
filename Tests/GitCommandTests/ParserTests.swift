import GitTypes
import TestSupport
import Testing

@testable import GitCommand

@Suite struct ParserTests {
    @Test(arguments: [
        ("fatal: Authentication failed for 'https://example.com/x.git/'", GitCommandError.Kind.authenticationFailed),
        ("fatal: could not read Username for 'https://example.com': terminal prompts disabled", .authenticationFailed),
        ("fatal: unable to access 'https://h/x/': The requested URL returned error: 403", .authenticationFailed),
        ("Host key verification failed.\nfatal: Could not read from remote repository.", .authenticationFailed),
        ("fatal: unable to access 'https://h/x/': Could not resolve host: h", .remoteUnreachable),
        ("fatal: repository 'https://example.com/x.git/' not found", .remoteUnreachable),
        ("fatal: unable to connect to h:\nh[0: 127.0.0.1]: errno=Connection refused", .remoteUnreachable),
        ("fatal: the remote end hung up upon initial contact", .remoteUnreachable),
        (
            "error: no DAV locking support on http://h/x.git/\nfatal: git-http-push failed\nerror: failed to push some refs",
            .remoteUnreachable
        ),
        ("error: RPC failed; curl 56 Recv failure\nfatal: the remote end hung up unexpectedly", .outcomeUnknown),
        ("send-pack: unexpected disconnect while reading sideband packet", .outcomeUnknown),
        (
            "fatal: the receiving end does not support --atomic push\nfatal: the remote end hung up unexpectedly",
            .atomicUnsupported
        ),
    ])
    func `knows the words for a failed push`(text: String, expected: GitCommandError.Kind) {
        #expect(RemoteFailure.kind(in: text, isPush: true) == expected)
        let said = text.split(separator: "\n").map { "remote: \($0)" }.joined(separator: "\n")
        #expect(RemoteFailure.kind(in: said, isPush: true) == nil, "the server may say what it likes")
        if expected == .outcomeUnknown { #expect(RemoteFailure.kind(in: text, isPush: false) == .remoteUnreachable) }
    }

    @Test(arguments: [
        ("[rejected] (already exists)", RejectionReason.alreadyExists),
        ("[rejected] (fetch first)", .notFastForward), ("[rejected] (non-fast-forward)", .notFastForward),
        ("[remote rejected] (pre-receive hook declined)", .hookDeclined),
        ("[remote rejected] (hook declined)", .hookDeclined),
        ("[remote rejected] (protected branch hook declined)", .protected),
        ("[remote rejected] (push declined due to repository rule violations)", .protected),
        ("[rejected] (atomic push failed)", .atomic), ("[remote rejected] (atomic transaction failed)", .atomic),
        ("[remote rejected] (deny updating a hidden ref)", .other("deny updating a hidden ref")),
        ("[remote rejected] (unpacker error)", .other("unpacker error")),
    ])
    func `reads the rows of a push`(summary: String, expected: RejectionReason) throws {
        let text = "To x\n!\trefs/tags/a:refs/tags/b\t\(summary)\nnoise\n*\tHEAD:refs/tags/c\t[new tag]\nDone\n"
        let report = PushReport(parsing: text, remoteText: "")
        let results = [
            RefResult(reference: try tagRef("b"), status: .rejected(expected)),
            RefResult(reference: try tagRef("c"), status: .created),
        ]
        #expect(report.results == results)
        #expect(report.rejection?.0 == results[0].reference && !report.isUnanswered)
    }

    @Test func `takes a stream of objects in pieces of any size`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let objects = (0..<Int.random(in: 1...6, using: &generator)).compactMap { _ -> GitObject? in
                let size = Int.random(in: 0...300, using: &generator)
                let bytes = (0..<size).map { _ -> UInt8 in [10, 32, 0, 97].randomElement(using: &generator) ?? 0 }
                let digits = (0..<20).map { _ in UInt8.random(in: 0...255, using: &generator) }
                return ObjectID(bytes: digits).map { GitObject(id: $0, kind: .blob, bytes: bytes) }
            }
            let stream = objects.flatMap { object -> [UInt8] in
                Array("\(object.id) \(object.kind.rawValue) \(object.bytes.count)\n".utf8) + object.bytes + [10]
            }
            var parser = ObjectStreamParser(limit: 10_000)
            var rest = stream[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...64, using: &generator))
                try Array(piece).withUnsafeBytes { try parser.append($0) }
                rest = rest.dropFirst(piece.count)
            }
            #expect(parser.objects == objects && parser.isBetweenObjects, "seed \(seed)")
        }
    }

    @Test(arguments: ["nonsense\n", "\n", "1111111111111111111111111111111111111111 blob -1\n", "x blob 1\n"])
    func `a stream that is none is refused`(text: String) {
        var parser = ObjectStreamParser(limit: 100)
        #expect(throws: ObjectStreamParser.Failure.self) {
            try Array(text.utf8).withUnsafeBytes { try parser.append($0) }
        }
    }

    @Test func `reads a listing, whatever is in it`() {
        let id = String(repeating: "1", count: 40)
        let listing = RemoteListing(parsing: Array("\(id)\trefs/tags/a^{}\n\(id)\trefs/tags/b\n".utf8))
        #expect(listing?.references.map(\.name.description) == ["refs/tags/b"])
        #expect(RemoteListing(parsing: [])?.references.isEmpty == true)
        for text in ["x\n", "\(id) refs/tags/a\n", "\(id)\(id.prefix(24))\trefs/tags/a\n"] {
            #expect(RemoteListing(parsing: Array(text.utf8)) == nil)
        }
        for text in ["", "Ana", "Ana <a@b>", "Ana <a@b> x +0000", "Ana <a@b> 1 x", "Ana >a@b< 1 +0000"] {
            #expect(GitCommand.identity(text) == nil)
        }
    }
}
