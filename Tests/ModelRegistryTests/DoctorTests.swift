import RegistryCore
import TestSupport
import Testing

/// Each oddity that `doctor` names, planted; and that none of them changes the state.
@Suite struct DoctorTests {
    /// How an oddity is made in a repository that has `churn@v0.0.1` and `churn#prod#1` at `main~1`, and its codes.
    struct Oddity: Sendable, CustomTestStringConvertible {
        let name: String
        let codes: [Finding.Code]
        let plant: @Sendable (Sandbox) throws -> Void
        var testDescription: String { name }

        init(_ name: String, _ codes: [Finding.Code], _ plant: @escaping @Sendable (Sandbox) throws -> Void) {
            self.name = name
            self.codes = codes
            self.plant = plant
        }
    }

    private static func git(_ command: String) -> @Sendable (Sandbox) throws -> Void {
        { sandbox in try sandbox.succeed(command, in: "repo") }
    }

    static let oddities: [Oddity] = [
        Oddity("lightweight", [.lightweightTag], git("git tag nn@v1.0.0")),
        Oddity("tag of a tag", [.nestedTag], git("git tag -a -m x nn@v1.0.0 churn@v0.0.1")),
        Oddity("blob", [.noCommit], git("git tag -a -m x nn@v1.0.0 HEAD:data.txt")),
        Oddity("tree", [.noCommit], git("git tag -a -m x 'nn#dev#1' 'HEAD^{tree}'")),
        Oddity(
            "tag of a tag of a tree", [.noCommit], git("git tag -a -m x t 'HEAD^{tree}' && git tag -a -m x nn@v1.0.0 t")
        ),
        Oddity("renamed", [.renamedTag], git("git update-ref refs/tags/churn@v7.0.0 refs/tags/churn@v0.0.1")),
        Oddity(
            "renamed to no registry tag", [.unreadableTag],
            git("git tag -a -m x plain && git update-ref refs/tags/nn@v1.0.0 refs/tags/plain")),
        Oddity("created", [.createdTag], git("git tag -a -m x nn@created")),
        Oddity("no tagger", [.unreadableTag]) { try $0.plantTag("nn@v1.0.0", tagger: nil) },
        Oddity("empty tagger", [.unreadableTag]) { try $0.plantTag("nn@v1.0.0", tagger: "<ana@example.com> 1 +0000") },
        Oddity("message not UTF-8", [.unreadableTag]) { sandbox in
            let head = try sandbox.succeed("git rev-parse HEAD", in: "repo")
            try sandbox.plantTag(
                "nn@v1.0.0",
                Array("object \(head)\ntype commit\ntag nn@v1.0.0\ntagger A <a@b> 1 +0000\n\n".utf8) + [0xFF])
        },
        Oddity("tagger not UTF-8", [.unreadableTag]) { sandbox in
            let head = try sandbox.succeed("git rev-parse HEAD", in: "repo")
            try sandbox.plantTag(
                "nn@v1.0.0",
                Array("object \(head)\ntype commit\ntag nn@v1.0.0\ntagger A".utf8) + [0xE9]
                    + Array(" <a@b> 1 +0000\n\nx".utf8))
        },
        Oddity("no tag object at all", [.unreadableTag]) { try $0.plantTag("nn@v1.0.0", Array("nonsense".utf8)) },
        Oddity("target missing", [.unreadableTag]) { sandbox in
            let id = String(repeating: "12", count: 20)
            try sandbox.plantTag(
                "nn@v1.0.0", Array("object \(id)\ntype tag\ntag nn@v1.0.0\ntagger A <a@b> 1 +0000\n\nx".utf8))
        },
        Oddity("short version", [.malformedName], git("git tag -a -m x nn@v1")),
        Oddity("odd counter", [.malformedName], git("git tag -a -m x 'nn#dev#1-2'")),
        Oddity(
            "two versions on a commit", [.sharedCommit],
            git("git model register churn main~1 --version v5.0.0 --allow-same-commit")),
        Oddity("a version on two commits", [.splitVersion], git("git tag -a -m x 'churn@v0.0.1#5' main")),
        Oddity("stray deregistration", [.strayDeregistration], git("git tag -a -m x 'churn@v0.0.1!' main")),
        Oddity("stage not allowed", [.stageNotAllowed], git("echo 'stages: [dev]' > .registry.yaml")),
        Oddity(
            "conflicting annotations", [.conflictingAnnotations],
            git(
                "printf 'artifacts:\\n  churn: {path: a}\\n' > dvc.yaml && printf 'churn: {path: b}\\n' > artifacts.yaml && git add . && git commit -qm x"
            )),
        Oddity(
            "broken YAML", [.unreadableFile],
            git("printf 'artifacts: [\\n' > dvc.yaml && git add . && git commit -qm x")),
        Oddity(
            "one broken artifact", [.unreadableFile],
            git(
                "printf 'artifacts:\\n  churn: {path: [1]}\\n  b: {path: b}\\n' > dvc.yaml && git add . && git commit -qm x"
            )),
        Oddity("dated far ahead", [.futureDate]) {
            try $0.plantTag("nn@v1.0.0", tagger: "Ana Ruiz <ana@example.com> 4000000000 +0000")
        },
        Oddity("damaged ref", [.damagedRef], git("echo nonsense > .git/refs/tags/nn@v1.0.0")),
        Oddity("empty ref", [.damagedRef], git(": > .git/refs/tags/nn@v1.0.0")),
        Oddity(
            "ref to a missing object", [.unreadableTag],
            git("echo 1212121212121212121212121212121212121212 > .git/refs/tags/nn@v1.0.0")),
    ]

    private static func makeRegistry() throws -> Sandbox {
        let sandbox = Sandbox()
        try sandbox.makeRepository(commits: 2)
        try sandbox.succeed("git model register churn HEAD~1 && git model assign churn@v0.0.1 --stage prod", in: "repo")
        return sandbox
    }

    private static func codes(_ json: String) -> Set<String> {
        Set(
            json.split(separator: "\n").filter { $0.contains("\"code\"") }.map { line in
                String(line.split(separator: "\"").dropFirst(3).first ?? "")
            })
    }

    @Test func `a clean repository has no findings`() throws {
        let sandbox = try Self.makeRegistry()
        try sandbox.succeed(
            "git tag light && git tag -a -m x v1.0.0 && git tag x@y && git tag mail@example.com", in: "repo")
        let outcome = try sandbox.model("doctor")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try sandbox.model("doctor --json").status == 0)
    }

    @Test(arguments: oddities)
    func `each oddity is named, and the state stays`(oddity: Oddity) throws {
        let sandbox = try Self.makeRegistry()
        let state = try sandbox.succeed(
            "git model show churn#prod --version; git model check-ref 'churn#prod#1' --version", in: "repo")
        try oddity.plant(sandbox)
        let before = try sandbox.footprint()
        let outcome = try sandbox.model("doctor --json")
        #expect(outcome.status == 5, "\(outcome)")
        #expect(Self.codes(outcome.output) == Set(oddity.codes.map(\.rawValue)), "\(outcome)")
        let people = try sandbox.model("doctor")
        #expect(people.status == 5)
        for code in oddity.codes { #expect((people.output + people.errors).contains(code.rawValue), "\(people)") }
        for command in ["show", "history", "stages", "print-state"] {
            let reading = try sandbox.model(command)
            #expect(reading.status == 0, "\(command): \(reading)")
        }
        // Two versions of one name, or on one commit, are both shown.
        if oddity.codes != [.sharedCommit], oddity.codes != [.splitVersion] {
            #expect(
                try sandbox.succeed(
                    "git model show churn#prod --version; git model check-ref 'churn#prod#1' --version", in: "repo")
                    == state)
        }
        #expect(try sandbox.footprint() == before)
    }

    @Test func `every code has its oddity`() {
        // What trigger, watch and fetch tell takes a look at what was there before; FetchTests has the old lock.
        #expect(
            Set(Self.oddities.flatMap(\.codes))
                == Set(Finding.Code.allCases).subtracting([.movedTag, .withdrawnTag, .staleLock]))
    }

    @Test func `200 odd tags among 1,000 change nothing`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository(commits: 5)
        let commits = try sandbox.succeed("git rev-list --reverse main", in: "repo").split(separator: "\n").map(
            String.init)
        var stream = ""
        func tag(_ name: String, _ commit: String, _ second: Int) {
            stream +=
                "tag \(name)\nfrom \(commit)\ntagger Ana Ruiz <ana@example.com> \(1_700_000_000 + second) +0000\ndata 1\nx\n"
        }
        for artifact in 0..<160 {
            for (version, commit) in commits.enumerated() {
                tag("m\(artifact)@v0.0.\(version + 1)", commit, artifact * 10 + version)
            }
        }
        for number in 0..<200 {
            tag(
                "m\(number % 160)#\(number % 2 == 0 ? "prod" : "dev")#\(number + 1)", commits[number % 5],
                5_000 + number)
        }
        try Sandbox.write(stream, to: "\(sandbox.path)/stream")
        try sandbox.succeed("git fast-import --quiet < ../stream", in: "repo")
        #expect(try sandbox.tags().count == 1_000)
        let questions = "git model show --json; git model history --json; git model print-state"
        let clean = try sandbox.succeed(questions, in: "repo")

        let tree = try sandbox.succeed("git rev-parse 'HEAD^{tree}'", in: "repo")
        var refs = ""
        var objects: [String] = []
        for number in 0..<200 {
            let name = "m\(number % 160)@v9.0.\(number)"
            switch number % 8 {
            case 0: refs += "create refs/tags/\(name) \(commits[0])\n"
            case 1: refs += "create refs/tags/\(name) \(tree)\n"
            case 2: refs += "create refs/tags/m\(number)@v1 \(commits[0])\n"
            case 3: objects.append("\(name)\tobject \(commits[0])\\ntype commit\\ntag \(name)\\n\\nno tagger")
            case 4: objects.append("\(name)\tobject \(tree)\\ntype tree\\ntag \(name)\\ntagger A <a@b> 1 +0000\\n\\nx")
            case 5:
                objects.append(
                    "\(name)\tobject \(commits[0])\\ntype commit\\ntag \(name)\\ntagger A <a@b> 1 +0000\\n\\n\\377")
            case 6:
                objects.append(
                    "n\(number)@created\tobject \(commits[0])\\ntype commit\\ntag n\(number)@created\\ntagger A <a@b> 1 +0000\\n\\nx"
                )
            default:
                objects.append(
                    "\(name)\tobject \(commits[0])\\ntype commit\\ntag other\(number)\\ntagger A <a@b> 1 +0000\\n\\nx")
            }
        }
        try Sandbox.write(refs, to: "\(sandbox.path)/refs")
        try Sandbox.write(objects.joined(separator: "\n") + "\n", to: "\(sandbox.path)/objects")
        try sandbox.succeed(
            """
            while IFS="$(printf '\\t')" read -r name object; do
                printf "$object" > ../object
                printf 'create refs/tags/%s %s\\n' "$name" "$(git hash-object -t tag -w --literally ../object)" >> ../refs
            done < ../objects
            git update-ref --stdin < ../refs
            """, in: "repo")
        #expect(try sandbox.tags().count == 1_200)
        #expect(try sandbox.succeed(questions, in: "repo") == clean)
        let outcome = try sandbox.model("doctor --json")
        #expect(outcome.status == 5)
        #expect(outcome.output.split(separator: "\n").filter { $0.contains("\"code\"") }.count == 200)
        try sandbox.succeed("git pack-refs --all", in: "repo")
        #expect(try sandbox.succeed(questions, in: "repo") == clean)
    }
}
