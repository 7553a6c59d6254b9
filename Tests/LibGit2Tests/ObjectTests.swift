import GitTypes
import Glibc
import LibGit2
import TestSupport
import Testing

@Suite struct ObjectTests {
    let scratch: Scratch
    let folder: String
    let head: ObjectID

    init() throws {
        scratch = try Scratch()
        folder = try scratch.repository()
        head = try scratch.id("HEAD", in: folder)
    }

    private func store(_ bytes: [UInt8], type: String) throws -> ObjectID {
        let arguments = ["-C", folder, "hash-object", "-w", "--literally", "-t", type, "--stdin"]
        return try #require(ObjectID(scratch.git(arguments, input: bytes).lines.first ?? ""))
    }

    private func resolve(_ text: String) throws -> ObjectID {
        try Repository.open(at: folder).resolveCommit(Revision(text))
    }

    private func kind(_ text: String) throws -> GitError.Kind? {
        let (repository, revision) = (try Repository.open(at: folder), try Revision(text))
        return failure { () throws(GitError) in _ = try repository.resolveCommit(revision) }
    }

    @Test func `revisions are those of git rev-parse`() throws {
        let second = try scratch.commit(in: folder, files: ["b": "b"], message: "second")
        try scratch.git(["-C", folder, "tag", "-m", "x", "v1", head.description])
        try scratch.git(["-C", folder, "tag", "-m", "chain", "chain", "v1"])
        try scratch.git(["-C", folder, "branch", "both"])
        try scratch.git(["-C", folder, "tag", "both", head.description])
        try scratch.git(["-C", folder, "update-ref", "refs/remotes/origin/far", head.description])
        for text in [
            "HEAD", "main", "HEAD~1", "HEAD^", "@~1", "v1", "v1^{commit}", "v1^{}", "chain", "both", "refs/heads/both",
            "heads/both", head.description, head.short, "main~1", "refs/remotes/origin/far", "origin/far", "v1~0",
        ] {
            let git = try scratch.id(text + "^{commit}", in: folder)
            #expect(try resolve(text) == git, "\(text)")
        }
        #expect(try resolve("@") == second)
        #expect(try resolve("both") == head)
        #expect(try resolve("far") == head)
        #expect(try resolve("far~0") == head)
    }

    @Test func `a revision that names no commit says why`() throws {
        try scratch.git(["-C", folder, "tag", "tree", "HEAD^{tree}"])
        let nowhere = "8a1eb65b338b194b1579b3436cbba09fb7edb0c7"
        for text in [
            "none", "HEAD~9", nowhere, "refs/tags/none", "config", "logs", "none^{commit}", "v1.0.0-3-gabcdef1",
            "HEAD~x",
        ] {
            #expect(try kind(text) == .notFound(text), "\(text)")
        }
        for text in ["tree", "HEAD^{tree}", "HEAD^{/first}", "HEAD@{0}", "@{-1}", "HEAD^{"] {
            guard case .invalid = try kind(text) else {
                Issue.record("\(text): \(String(describing: try kind(text)))")
                continue
            }
        }
    }

    @Test func `a short id of two objects is ambiguous`() throws {
        // Two contents whose ids begin alike: found by trying.
        var seen: [String: Int] = [:]
        var pair: (Int, Int)?
        for number in 0..<5000 where pair == nil {
            let text = try commitText("message \(number)")
            let key = String(try Repository.hash(of: text, kind: .commit).description.prefix(4))
            if let other = seen[key] { pair = (other, number) } else { seen[key] = number }
        }
        let (left, right) = try #require(pair)
        let first = try store(commitText("message \(left)"), type: "commit")
        let second = try store(commitText("message \(right)"), type: "commit")
        #expect(first != second)
        #expect(try kind(String(first.description.prefix(4))) == .ambiguous(String(first.description.prefix(4))))
    }

    private func commitText(_ message: String) throws -> [UInt8] {
        let tree = try Repository.open(at: folder).commit(head).tree
        return Array("tree \(tree)\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\n\(message)".utf8)
    }

    @Test func `a commit is read as git shows it`() throws {
        let second = try scratch.commit(in: folder, files: [:], message: "subject\n\nbody é")
        let commit = try Repository.open(at: folder).commit(second)
        let git = try scratch.git(["-C", folder, "log", "-1", "--format=%T%n%P%n%an <%ae>%n%at%n%cn <%ce>%n%ct"]).lines
        #expect(
            git == [
                "\(commit.tree)", commit.parents.map(\.description).joined(separator: " "), "\(commit.author)",
                "\(commit.authorTime.seconds)", "\(commit.committer)", "\(commit.committerTime.seconds)",
            ])
        #expect(commit.id == second)
        #expect(commit.authorTime.gitOffset == "+0130")
        #expect(commit.message == "subject\n\nbody é\n")
    }

    @Test func `commits of other encodings and with further headers are read`() throws {
        let tree = try Repository.open(at: folder).commit(head).tree
        let bytes =
            Array("tree \(tree)\nauthor Jos".utf8) + [0xE9]
            + Array(" <j@b> 5 -0200\ncommitter A <a@b> 6 +0000\nencoding latin1\ngpgsig a\n b\n\nol".utf8) + [0xE9]
        let commit = try Repository.open(at: folder).commit(store(bytes, type: "commit"))
        #expect(commit.author.name == "Jos\\xe9")
        #expect(commit.authorTime == Timestamp(seconds: 5, offsetMinutes: -120))
        #expect(commit.message == "ol\\xe9")
    }

    @Test func `a damaged object is an error and never a crash`() throws {
        let repository = try Repository.open(at: folder)
        let (whole, tree) = (try commitText("m"), try repository.commit(head).tree)
        let entries = try repository.withObject(tree) { _, bytes in Array(bytes) }
        let seed: UInt64 = 99
        var random = SeededGenerator(seed: seed)
        func mutate(_ bytes: [UInt8]) -> [UInt8] {
            var bytes = bytes
            if Bool.random(using: &random) { bytes = Array(bytes[..<Int.random(in: 0..<bytes.count, using: &random)]) }
            for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            return bytes
        }
        for _ in 0..<60 {
            let (commit, folder) = (mutate(whole), mutate(entries))
            let (commitID, treeID) = (try store(commit, type: "commit"), try store(folder, type: "tree"))
            let commitKind = failure { () throws(GitError) in _ = try repository.commit(commitID) }
            #expect(commitKind == nil || commitKind == .damaged(what: "object \(commitID)"), "seed \(seed)")
            let treeKind = failure { () throws(GitError) in _ = try repository.entries(ofTree: treeID) }
            #expect(treeKind == nil || treeKind == .damaged(what: "object \(treeID)"), "seed \(seed)")
        }
        let tagID = try store(Array("object x\n".utf8), type: "tag")
        #expect(
            failure { () throws(GitError) in _ = try repository.peelToCommit(tagID) }
                == .damaged(what: "object \(tagID)"))
    }

    @Test(.timeLimit(.minutes(1)), arguments: [10, 100_000])
    func `an object whose file is damaged or cut short is an error and no endless wait`(_ size: Int) throws {
        var random = SeededGenerator(seed: 5)
        let blob = try store((0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }, type: "blob")
        let hex = blob.description
        let file = "\(folder)/.git/objects/\(hex.prefix(2))/\(hex.dropFirst(2))"
        chmod(file, 0o644)
        let whole = Scratch.read(file)
        var contents = [1, 4, 5, 8, whole.count / 2, whole.count - 3].map { Array(whole.dropLast($0)) }
        contents += [[], Array("garbage".utf8), Array(repeating: 0, count: whole.count)]
        for bytes in contents {
            try scratch.write(bytes, to: file)
            let other = try Repository.open(at: folder)
            #expect(
                failure { () throws(GitError) in _ = try other.blob(blob) } == .damaged(what: "object \(blob)"),
                "\(bytes.count) of \(whole.count) bytes")
        }
        try scratch.write(whole, to: file)
        #expect(try Repository.open(at: folder).blob(blob).count == size)
    }

    @Test(.timeLimit(.minutes(1))) func `a cut short commit in an alternate is seen too`() throws {
        let clone = scratch.path + "/shared"
        try scratch.git(["clone", "-q", "--shared", folder, clone])
        let hex = head.description
        let file = "\(folder)/.git/objects/\(hex.prefix(2))/\(hex.dropFirst(2))"
        chmod(file, 0o644)
        try scratch.write(Array(Scratch.read(file).dropLast(6)), to: file)
        let repository = try Repository.open(at: clone)
        let damage = GitError.Kind.damaged(what: "object \(head)")
        #expect(failure { () throws(GitError) in _ = try repository.commit(head) } == damage)
        #expect(failure { () throws(GitError) in _ = try repository.resolveCommit(.head) } == nil)
        let parent = try Revision("HEAD^{tree}")
        #expect(failure { () throws(GitError) in _ = try repository.resolveCommit(parent) } == damage)
    }

    @Test func `peeling ends at the commit, or nowhere`() throws {
        try scratch.git(["-C", folder, "tag", "-m", "x", "one"])
        try scratch.git(["-C", folder, "tag", "-m", "x", "two", "one"])
        try scratch.git(["-C", folder, "tag", "-m", "x", "blob", "HEAD:model.bin"])
        let repository = try Repository.open(at: folder)
        #expect(try repository.peelToCommit(head) == head)
        #expect(try repository.peelToCommit(scratch.id("two", in: folder)) == head)
        #expect(try repository.peelToCommit(scratch.id("blob", in: folder)) == nil)
        #expect(try repository.peelToCommit(scratch.id("HEAD^{tree}", in: folder)) == nil)
        #expect(failure { () throws(GitError) in _ = try repository.peelToCommit(.zero) } == .objectMissing(.zero))
    }

    @Test func `trees are read by bytes`() throws {
        let composed = "e\u{301}", precomposed = "\u{E9}"
        let commit = try scratch.commit(
            in: folder, files: [composed: "1", precomposed: "2", "dir.x": "3", "Model.bin": "4"])
        let repository = try Repository.open(at: folder)
        for path in [
            "model.bin", "Model.bin", "dir/deep/a", "dir", "dir/deep", "dir.x", composed, precomposed, "run.sh", "link",
        ] {
            #expect(
                try repository.entry(at: path, inTreeOf: commit)?.id == scratch.id("HEAD:" + path, in: folder),
                "\(path)")
        }
        for path in [
            "none", "dir/none", "model.bin/x", "dir/../model.bin", "./model.bin", "/model.bin", "dir/", "dir//deep",
        ] {
            #expect(try repository.entry(at: path, inTreeOf: commit) == nil, "\(path)")
        }
        #expect(try repository.entry(at: "run.sh", inTreeOf: commit)?.mode == .executable)
        #expect(try repository.entry(at: "link", inTreeOf: commit)?.mode == .symlink)
        #expect(try repository.entry(at: "dir", inTreeOf: commit)?.mode == .tree)
        let root = try #require(try repository.entry(at: "", inTreeOf: commit))
        let names = try scratch.git(["-C", folder, "ls-tree", "-z", "--name-only", "HEAD"]).output.split(separator: 0)
        #expect(try repository.entries(ofTree: root.id).map { Array($0.name.utf8) } == names.map { Array($0) })
        #expect(failure { () throws(GitError) in _ = try repository.entries(ofTree: commit) } != nil)
    }

    @Test func `blobs have a limit and the hash of git`() throws {
        let repository = try Repository.open(at: folder)
        let id = try scratch.id("HEAD:model.bin", in: folder)
        #expect(try repository.blob(id) == Array("weights\n".utf8))
        #expect(try repository.blob(id, limit: 8).count == 8)
        #expect(failure { () throws(GitError) in _ = try repository.blob(id, limit: 7) } == .tooLarge(size: 8))
        #expect(try repository.objectHeader(id) == (.blob, 8))
        #expect(failure { () throws(GitError) in _ = try repository.blob(head) } != nil)
        #expect(try Repository.hash(of: Array("weights\n".utf8)) == id)
        #expect(try Repository.hash(of: []).description == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
    }

    @Test func `replace refs are not followed`() throws {
        let second = try scratch.commit(in: folder, files: ["model.bin": "other"], message: "second")
        try scratch.git(["-C", folder, "replace", head.description, second.description])
        #expect(try scratch.git(["-C", folder, "show", "\(head):model.bin"]).text == "other")
        let repository = try Repository.open(at: folder)
        let entry = try #require(try repository.entry(at: "model.bin", inTreeOf: head))
        #expect(try repository.blob(entry.id) == Array("weights\n".utf8))
        #expect(try repository.commit(head).message == "first\n")
    }
}
