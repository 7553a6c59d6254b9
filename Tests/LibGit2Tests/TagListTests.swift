import GitTypes
import Glibc
import LibGit2
import TestSupport
import Testing

@Suite struct TagListTests {
    let scratch: Scratch
    let folder: String

    init() throws {
        scratch = try Scratch()
        folder = try scratch.repository()
    }

    /// Twelve annotated packed tags, with names that sort oddly.
    private func pack() throws {
        for name in ["m@v1.0.0", "m@v1.10.0", "m@v1.2.0", "m-x@v1", "m=x@v1", "m#prod#1", "m@v1.0.0!", "Zed", "a/b/c"] {
            try scratch.git(["-C", folder, "tag", "-m", name, name])
        }
        for name in ["light", "é", "zz"] { try scratch.git(["-C", folder, "tag", name]) }
        try scratch.git(["-C", folder, "pack-refs", "--all"])
    }

    @Test func `loose, packed, nested, symbolic and hidden tags are those that git lists`() throws {
        #expect(try scratch.tagsByUs(folder).isEmpty)
        try pack()
        #expect(try scratch.tagsByUs(folder) == scratch.tagsByGit(folder))
        try scratch.git(["-C", folder, "tag", "-m", "loose", "m@v2.0.0"])
        try scratch.git(["-C", folder, "tag", "a/b/d"])
        try scratch.git(["-C", folder, "tag", "m", "HEAD^{tree}"])
        // A loose ref hides the packed one.
        try scratch.git(["-C", folder, "tag", "-f", "-m", "moved", "zz"])
        try scratch.git(["-C", folder, "symbolic-ref", "refs/tags/current", "refs/tags/m@v2.0.0"])
        try scratch.git(["-C", folder, "symbolic-ref", "refs/tags/branch", "refs/heads/main"])
        let tags = try scratch.tagsByUs(folder)
        #expect(tags == (try scratch.tagsByGit(folder)))
        #expect(tags.count == 17)
        try scratch.git(["-C", folder, "pack-refs", "--all"])
        #expect(try scratch.tagsByUs(folder) == scratch.tagsByGit(folder))
    }

    @Test func `a packed-refs file of another order is read whole`() throws {
        try pack()
        let file = folder + "/.git/packed-refs"
        let lines = String(decoding: Scratch.read(file), as: UTF8.self).split(separator: "\n").dropFirst()
            .filter { !$0.hasPrefix("^") }
        for header in ["", "# pack-refs with: peeled \n"] {
            try scratch.write(header + lines.reversed().joined(separator: "\n") + "\n", to: file)
            #expect(try scratch.tagsByUs(folder) == scratch.tagsByGit(folder))
        }
    }

    @Test func `single packed tags are found by halving`() throws {
        var random = SeededGenerator(seed: SeededGenerator.seed)
        let file = folder + "/.git/packed-refs"
        let files = ReferenceFiles(commonDirectory: folder + "/.git")
        for round in 0..<60 {
            let alphabet = Array("ab@#v.019-=+".utf8) + [0xC3]
            let names = Set(
                (0..<Int.random(in: 0...(round * 20), using: &random)).map { _ in
                    let length = Int.random(in: 1...(round % 3 == 0 ? 400 : 12), using: &random)
                    return [UInt8(ascii: "m")] + (0..<length).compactMap { _ in alphabet.randomElement(using: &random) }
                }
            ).sorted { $0.lexicographicallyPrecedes($1) }
            var bytes = Array("# pack-refs with: peeled fully-peeled sorted \n".utf8)
            var packed: [[UInt8]: String] = [:]
            for name in names where name.last != UInt8(ascii: ".") && !name.containsDots {
                let id = Array((0..<20).map { _ in UInt8.random(in: 1...255, using: &random) }).hexadecimal
                packed[name] = id
                bytes += Array("\(id) refs/tags/".utf8) + name + Array("\n".utf8)
                if Bool.random(using: &random) { bytes += Array("^\(id)\n".utf8) }
            }
            try scratch.write(bytes, to: file)
            let stamp = files.packedStamp()
            let place = "round \(round), seed \(SeededGenerator.seed)"
            let asked = names + names.prefix(20).map { $0 + [0x30] } + names.prefix(20).map { $0.dropLast() }
            let all = try #require(files.packed(named: asked, in: stamp), "\(place)")
            for (name, id) in zip(asked, all) {
                #expect(id?.description == packed[name], "\(place)")
            }
            // One at a time, many at once, and all that start alike.
            for name in asked.shuffled(using: &random).prefix(40) {
                let one = try #require(files.packed(named: [name], in: stamp), "\(place)")
                #expect(one.map { $0?.description } == [packed[name]], "\(place)")
                let prefix = Array(name.prefix(3))
                let found = try #require(files.packed(startingWith: prefix, in: stamp), "\(place)")
                #expect(found.count == packed.keys.filter { $0.starts(with: prefix) }.count, "\(place)")
            }
        }
    }

    @Test func `a name that is not UTF-8 stays itself`() throws {
        let head = try scratch.id("HEAD", in: folder)
        for byte in [UInt8(0xFE), 0xFF] {
            let line = Array("create refs/tags/m".utf8) + [byte] + Array(" \(head)\n".utf8)
            try scratch.git(["-C", folder, "update-ref", "--stdin"], input: line)
        }
        let names = try Repository.open(at: folder).tagReferences().references.map(\.name.description)
        #expect(names == ["m\\xfe", "m\\xff"])
        try scratch.git(["-C", folder, "pack-refs", "--all"])
        #expect(try Repository.open(at: folder).tagReferences().references.map(\.name.description) == names)
    }

    @Test(arguments: [
        ("", "its file is empty"), ("garbage\n", "its file holds no object id"),
        (String(repeating: "0", count: 40) + "\n", "its value is the zero id"),
        ("8a1eb65b338b194b1579b3436cbba09fb7edb0c7x\n", "its file holds no object id"),
        ("ref: refs/heads/gone\n", "it points to 'refs/heads/gone', which does not exist"),
        ("ref: \n", "it points to no ref name"),
        ("ref: refs/tags/bad\n", "it points to 'refs/tags/bad', which does not exist"),
    ])
    func `a damaged loose ref is told, the others are listed`(_ content: String, _ problem: String) throws {
        try pack()
        try scratch.write(content, to: folder + "/.git/refs/tags/bad")
        let list = try Repository.open(at: folder).tagReferences()
        #expect(list.damaged == [TagList.Damaged(name: TagName(asRead: "bad"), problem: problem)])
        #expect(list.references.map { "\($0.id) \($0.name)" } == (try scratch.tagsByGit(folder)))
    }

    @Test func `lock files and odd names beside loose refs are no tags`() throws {
        try pack()
        try scratch.write("", to: folder + "/.git/refs/tags/m@v9.lock")
        try scratch.write("", to: folder + "/.git/refs/tags/.hidden")
        let list = try Repository.open(at: folder).tagReferences()
        #expect(list.damaged.isEmpty)
        #expect(list.references.count == 12)
    }

    @Test func `packed-refs cut or altered anywhere never lists fewer tags than git`() throws {
        try pack()
        let file = folder + "/.git/packed-refs"
        let whole = Scratch.read(file)
        let expected = try scratch.tagsByUs(folder)
        var cases: [(String, [UInt8])] = []
        let seed: UInt64 = 0x6D6F_6465_6C
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            let at = Int.random(in: 0..<whole.count, using: &random)
            cases.append(("cut at \(at)", Array(whole[..<at])))
        }
        for _ in 0..<100 {
            var bytes = whole
            let at = Int.random(in: 0..<whole.count, using: &random)
            bytes[at] = UInt8.random(in: 0...255, using: &random)
            cases.append(("byte \(at) is \(bytes[at])", bytes))
        }
        let ends = whole.indices.filter { whole[$0] == 0x0A }
        for junk in [
            "junk\n", "\n", "^\n", "# pack-refs\n", "0123 refs/tags/x\n",
            "^" + String(repeating: "a", count: 40) + "\n^\n",
        ] {
            for end in [ends[0], ends[3], ends[ends.count - 1]] {
                cases.append(("\(junk) after \(end)", Array(whole[...end]) + junk.utf8 + whole[(end + 1)...]))
            }
        }
        cases.append(("zeros", [UInt8](repeating: 0, count: whole.count)))
        var refused = 0
        for (name, bytes) in cases {
            try scratch.write(bytes, to: file)
            let git = try scratch.tagsByGit(folder)
            var kind: GitError.Kind?
            var tags: [String] = []
            var told = 0
            do throws(GitError) {
                let list = try Repository.open(at: folder).tagReferences()
                tags = list.references.map { "\($0.id) \($0.name)" }
                told = tags.count + list.damaged.count
            } catch {
                kind = error.kind
                refused += 1
            }
            if kind != nil {
                #expect(kind == .damaged(what: "packed-refs"), "\(name), seed \(seed)")
            } else if let git {
                #expect(Set(git).isSubset(of: tags), "\(name), seed \(seed)")
            } else {
                // Git refuses the whole file for a name that we report as one damaged tag.
                #expect(told >= expected.count, "\(name), seed \(seed)")
            }
        }
        #expect(refused > 60, "seed \(seed)")
        try scratch.write(whole, to: file)
        #expect(try scratch.tagsByUs(folder) == expected)
    }

    @Test func `a name is judged as git check-ref-format judges it`() throws {
        let parts = [
            "a", ".", "..", "/", "@", "{", "@{", ".lock", "lock", "~", " ", "\u{7F}", "é", "\\", "*", "[", "^", ":",
            "?",
        ]
        let seed: UInt64 = 7
        var random = SeededGenerator(seed: seed)
        let head = try scratch.id("HEAD", in: folder)
        for _ in 0..<80 {
            let count = Int.random(in: 1...4, using: &random)
            let name = "refs/tags/x" + (0..<count).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
            let isValid = try scratch.tryGit(["check-ref-format", name]).status == 0
            try scratch.write("\(head) \(name)\n", to: folder + "/.git/packed-refs")
            let list = try Repository.open(at: folder).tagReferences()
            #expect(list.references.count == (isValid ? 1 : 0), "\(name), seed \(seed)")
            #expect(list.damaged.count == (isValid ? 0 : 1), "\(name), seed \(seed)")
        }
    }

    @Test func `a reader beside git pack-refs sees every tag`() throws {
        let (scratch, folder) = (self.scratch, self.folder)
        let ids = try [scratch.id("HEAD", in: folder), scratch.id("HEAD^{tree}", in: folder)]
        let names = (0..<60).map { "m@v1.0.\($0)" }
        // Git writes a loose ref only where the value changes.
        func update(_ round: Int) throws {
            let lines = names.map { "update refs/tags/\($0) \(ids[round % 2])\n" }.joined()
            try scratch.git(["-C", folder, "update-ref", "--stdin"], input: Array(lines.utf8))
        }
        try update(1)
        let reader = Background {
            let repository = try? Repository.open(at: folder)
            return (0..<300).count { _ in (try? repository?.tagReferences().references.count) != names.count }
        }
        for round in 0..<12 {
            try scratch.git(["-C", folder, "pack-refs", "--all"])
            try update(round)
        }
        #expect(reader.wait() == 0)
    }
}

extension [UInt8] {
    /// Whether git refuses it in a name.
    fileprivate var containsDots: Bool { zip(self, dropFirst()).contains { $0 == $1 && $0 == UInt8(ascii: ".") } }
}
