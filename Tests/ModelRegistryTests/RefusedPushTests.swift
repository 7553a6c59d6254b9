import Glibc
import TestSupport
import Testing

/// A server that refuses one ref of several.
@Suite(.serialized) struct RefusedPushTests {
    /// The bar is 200 rounds: `PUSH_ROUNDS=200`.
    private static let rounds = getenv("PUSH_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 20

    @Test func `whichever ref is refused, no push arrives in part`() async throws {
        try await onThreadOfItsOwn { try Self.refuseAtRandom() }
    }

    private static func refuseAtRandom() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.makeRemote()
        try sandbox.succeed("git model register churn", in: "repo")
        var tags = ["churn@v0.0.1"]
        for number in 1...6 {
            try sandbox.succeed("git model assign churn@v0.0.1 --stage s\(number)", in: "repo")
            tags.append("churn#s\(number)#\(number)")
        }
        let hook = "[ \"$1\" != \"refs/tags/$(cat ../refused)\" ] || exit 1"
        try Sandbox.write("#!/bin/sh\n\(hook)\n", to: "\(sandbox.path)/remote.git/hooks/update")
        try sandbox.succeed("chmod +x remote.git/hooks/update && git -C remote.git config gc.auto 0")
        var generator = SeededGenerator(seed: SeededGenerator.seed)
        for round in 0..<rounds {
            let isAct = generator.chance(30)
            let refused = isAct ? generator.pick(["fraud@v0.0.1", "fraud#prod#1"]) : generator.pick(tags)
            try Sandbox.write(refused, to: "\(sandbox.path)/refused")
            let place: Comment = "seed \(SeededGenerator.seed), round \(round), \(refused)"
            let command = isAct ? "assign fraud --stage prod --push" : "push"
            let outcome = try sandbox.model(command)
            #expect(outcome.status == 4 && outcome.errors.contains(refused), "\(outcome) \(place)")
            let whole = isAct ? 0 : (tags.firstIndex(of: refused) ?? 0) / 3 * 3
            #expect(try Set(sandbox.tags(in: "remote.git")) == Set(tags[..<whole]), place)
            #expect(try Set(sandbox.tags()) == Set(tags), place)
            try sandbox.succeed("rm -rf refs/tags && mkdir refs/tags", in: "remote.git")
        }
    }

    /// The words are those of gitolite 3.6.12, tried.
    @Test(arguments: ["push", "assign churn@v0.0.1 --stage prod --push"])
    func `gitolite's pattern for names is shown with the line that allows ours`(command: String) throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.makeRemote()
        try sandbox.succeed("git model register churn --push", in: "repo")
        if command == "push" { try sandbox.succeed("git model assign churn@v0.0.1 --stage prod", in: "repo") }
        let hook = """
            #!/bin/sh
            LC_ALL=C expr "$1" : '[0-9a-zA-Z][-0-9a-zA-Z._@/+ :,]*$' > /dev/null && exit 0
            printf "FATAL: invalid characters in ref or filename: '%s'\\n\\033[31m\\n" "$1" >&2
            exit 1

            """
        try Sandbox.write(hook, to: "\(sandbox.path)/remote.git/hooks/update")
        try sandbox.succeed("chmod +x remote.git/hooks/update")
        let outcome = try sandbox.model(command)
        #expect(outcome.status == 4 && outcome.errors.isHarmlessOnTerminal, "\(outcome)")
        #expect(outcome.errors.contains("invalid characters in ref or filename: 'refs/tags/churn#prod#1'\n"))
        #expect(outcome.errors.contains("\\x1b[31m"))
        let line = #"$REF_OR_FILENAME_PATT = qr(^[0-9a-zA-Z][-0-9a-zA-Z._\@/+ :,#!=]*$);"#
        #expect(outcome.errors.contains("~/.gitolite.rc: \(line)\n"), "\(outcome)")
        #expect(try sandbox.tags(in: "remote.git") == ["churn@v0.0.1"])
        // The line does what the hint says.
        try sandbox.succeed("sed -i 's/:,\\]/:,#!=]/' remote.git/hooks/update")
        #expect(try sandbox.model(command).status == 0)
    }
}
