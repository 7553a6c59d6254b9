import ModelRegistry
import RegistryCore
import TestSupport
import Testing

/// Paths that a repository's files or tags name, and that lead out of the folder that a download is for.
@Suite struct HostilePathTests {
    /// 500 paths, none of which may be followed.
    static let paths: [String] = {
        let ignorable = ["\u{200C}", "\u{200D}", "\u{FEFF}", "\u{202E}", "\u{206A}"]
        var cores = [
            "..", "../x", "../../x", "a/../../x", "a/..", "./../x", "x/../../../../../../../../../../tmp/x", "/x",
            "//x",
            "/etc/passwd", "/proc/self/root/x", "//proc/self/root/tmp/x", "~", "~/x", "~root/x",
            "~/.ssh/authorized_keys",
            ".git", ".git/hooks/x", ".git/config", "a/.git/hooks/x", ".GIT/hooks/x", ".Git/x", ".gIt/x", ".git./x",
            ".git../x", ".git /x", ".git . . /x", ".git::$INDEX_ALLOCATION/x", ".git:stream/x", "git~1/x", "GIT~1/x",
            "a\u{0}b", "../x\u{0}.bin", "a\nb", "a\rb", "a\tb", "a\u{1B}[31mb", "a\u{7F}b", "a\u{85}b", "C:\\x", "C:/x",
            "c:x",
            "C:", "\\\\server\\share\\x", "\\x", "..\\x", "a\\..\\..\\x", "a\\b", "%2e%2e/x", "%2E%2E/x", "%2e./x",
            ".%2e/x",
            "a/%2e%2e/%2e%2e/x", "..%2fx", "..%2Fx", "..%5cx", "a%00b", "x?", "x?a=b", "?", "../?x", "x#", "x#../y",
            "#",
            "a//b", "a///b", "", ".", "./", "./.", "././.", "/", "//", "/.", "../", "a/../b/../../x",
            String(repeating: "a", count: 256), String(repeating: "a/", count: 2100) + "x",
            String(repeating: "../", count: 500) + "x",
        ]
        // Swift takes the slash or dot and the mark beside it for one character.
        cores += [
            "a/../\u{301}x", "/\u{301}x", "/\u{301}../x", "a\u{600}/../x", "a\u{600}/.git/hooks/x", "a\\\u{301}x",
            "a?\u{301}x", "x/..\u{600}/../..",
        ]
        for scalar in ignorable {
            cores += [".g\(scalar)it/hooks/x", "\(scalar).git/x", ".git\(scalar)/x", ".G\(scalar)I\(scalar)T/config"]
        }
        // Each of them below, behind and beside harmless folders.
        var paths = cores
        for core in cores where !core.isEmpty && core.utf8.count < 256 && !core.hasPrefix("~") {
            paths += ["models/\(core)", "models/v1/\(core)"]
        }
        for core in ["..", ".git", "a?b", "%2e%2e", "a\\b", "\u{1}", ".GIT."] {
            for depth in 0..<20 { paths.append((0..<depth).map { "d\($0)/" }.joined() + core + "/x") }
        }
        for depth in 1...60 {
            paths.append((0..<depth).map { "d\($0)/" }.joined() + String(repeating: "../", count: depth + 1) + "x")
        }
        for depth in 1...40 { paths.append(String(repeating: "./", count: depth) + "../x") }
        var seen: Set<[UInt8]> = []
        // A path of `models/.` and of `models/` is harmless: it is `models`.
        return paths.filter {
            !["models/.", "models/v1/."].contains($0) && !isHarmless($0) && seen.insert(Array($0.utf8)).inserted
        }
    }()

    /// What stays inside after the `.` parts are left out.
    private static func isHarmless(_ path: String) -> Bool {
        path.hasPrefix("models/")
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                $0 == "." || $0 == "models" || $0 == "v1" || $0.isEmpty
            }
            && !path.contains("//")
    }

    @Test func `there are 500 of them`() {
        #expect(Self.paths.count >= 500, "\(Self.paths.count)")
    }

    /// Each repository has the versions of some of the paths, for a registry is read anew by each call.
    @Test(arguments: Array(stride(from: 0, to: paths.count, by: 60)))
    func `no download leaves its folder`(first: Int) async throws {
        let paths = Self.paths[first..<min(first + 60, Self.paths.count)].enumerated()
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        // What the paths would lead to if they were cleaned up first.
        try sandbox.succeed(
            """
            for folder in . a models models/v1 hooks; do mkdir -p $folder && echo x > $folder/x; done
            git add . && git commit -qm x
            """, in: "repo")
        try Sandbox.write(paths.map { Self.version($0, $1) }.joined(), to: "\(sandbox.path)/stream")
        try sandbox.succeed("git fast-import --quiet < ../stream && rm ../stream", in: "repo")
        try sandbox.succeed("mkdir -p box/in/side && echo mine > box/in/side/x && echo mine > box/x && echo mine > x")
        // Reading keeps an index there.
        try sandbox.succeed("mkdir -p repo/.git/git-model")
        let listing =
            "find . -mindepth 1 -name std\\* -prune -o -name git-model -prune -o -printf '%p %y %s %T@\\n' | sort"
        let before = try sandbox.succeed(listing)

        let registry = Registry(
            .folder("\(sandbox.path)/repo", isExplicit: true),
            environment: RegistryEnvironment(variables: sandbox.environment))
        for (number, path) in paths {
            let output = ["", "out.bin", "side/", "side"][number % 4]
            do throws(RegistryError) {
                var request = DownloadRequest()
                request.output = "\(sandbox.path)/box/in/\(output)"
                request.isForced = true
                _ = try await registry.download(try Selector("m@v0.0.\(number)"), request)
                Issue.record("\(path.debugDescription) was downloaded")
            } catch {
                #expect([4, 64].contains(error.code.exitStatus), "\(path.debugDescription): \(error)")
            }
        }
        // The command is the same but for what it prints.
        for (number, path) in paths where number % 8 == 0 {
            let arguments =
                ["download", "m@v0.0.\(number)", "-r", "../../repo"] + (number % 16 == 0 ? ["-o", "side/"] : [])
            let outcome = try sandbox.launchModel(arguments.map { Array($0.utf8) }, in: "box/in")
            #expect([4, 64].contains(outcome.status), "\(path.debugDescription): \(outcome.status) \(outcome.text)")
            #expect(outcome.text.isHarmlessOnTerminal, "\(path.debugDescription)")
        }
        #expect(try sandbox.succeed(listing) == before)
    }

    /// A commit whose `dvc.yaml` names the path, and the tag of its version, for `git fast-import`.
    private static func version(_ number: Int, _ path: String) -> String {
        let file = "artifacts:\n  m:\n    path: \(yaml(path))\n"
        return """
            commit refs/heads/b\(number)
            committer Ana Ruiz <ana@example.com> 1772443800 +0000
            data 1
            x
            from refs/heads/main^0
            M 100644 inline dvc.yaml
            data \(file.utf8.count)
            \(file)
            tag m@v0.0.\(number)
            from refs/heads/b\(number)
            tagger Ana Ruiz <ana@example.com> 1772443800 +0000
            data 1
            x

            """
    }

    @Test func `no path of a tag leaves the folder`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.commit("x\n", as: "x")
        try sandbox.succeed("mkdir -p box/in && echo mine > box/x")
        let shown = Self.paths.filter {
            !$0.utf8.contains(0) && !$0.contains("\n") && !$0.contains("\r") && !$0.isEmpty && $0.utf8.count < 1000
        }
        for (number, path) in shown.enumerated() where number % 20 == 0 {
            try sandbox.plantTag("t@v0.0.\(number)", message: "x\n\nArtifact-Path: \(path)")
            let outcome = try sandbox.launchModel("download", "t@v0.0.\(number)", "-r", "../../repo", in: "box/in")
            // A trailer that is malformed is none, and then nothing says where the artifact is.
            #expect([4, 2].contains(outcome.status), "\(path.debugDescription): \(outcome.status) \(outcome.text)")
        }
        #expect(try sandbox.succeed("find box -type f") == "box/x")
    }

    /// Names that Git itself would refuse to commit, in trees that are made by hand.
    @Test(arguments: [
        "..", ".git", ".GIT", ".", "a/b", "../x", "/x", "a\\b", ".g\u{200C}it", "git~1", "x\u{1B}[31m", "C:", "%2e%2e",
        "x?y", "",
    ])
    func `hostile names inside a folder are refused before a byte is written`(name: String) throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        func bytes(_ hexadecimal: String) -> [UInt8] {
            stride(from: 0, to: 40, by: 2).map { UInt8(hexadecimal.dropFirst($0).prefix(2), radix: 16) ?? 0 }
        }
        func tree(_ entries: [(String, String, String)]) throws -> String {
            let content = entries.flatMap { Array("\($0.0) \($0.1)\u{0}".utf8) + bytes($0.2) }
            try Sandbox.write(content, to: "\(sandbox.path)/tree")
            return try sandbox.succeed("git hash-object -t tree -w --literally ../tree", in: "repo")
        }
        let blob = try sandbox.succeed("echo x | git hash-object -w --stdin", in: "repo")
        let file = try sandbox.succeed(
            "printf 'm: {path: bag}\\nd: {path: deep}\\n' | git hash-object -w --stdin", in: "repo")
        let bag = try tree([("100644", "aaa", blob), ("100644", name, blob)])
        let inner = try tree([("100644", "aaa", blob), ("40000", name, bag)])
        let root = try tree([("100644", "artifacts.yaml", file), ("40000", "bag", bag), ("40000", "deep", inner)])
        try sandbox.succeed(
            "git tag -a -m x m@v1.0.0 $(git commit-tree -m x \(root)) && git tag -a -m x d@v1.0.0 m@v1.0.0^{}",
            in: "repo")
        try sandbox.succeed("mkdir -p box/in")
        for artifact in ["m", "d"] {
            let outcome = try sandbox.launchModel("download", artifact, "-r", "../../repo", in: "box/in")
            // libgit2 refuses to read some of these trees at all.
            #expect([4, 1].contains(outcome.status), "\(outcome.status) \(outcome.text)")
            #expect(outcome.text.isHarmlessOnTerminal)
            #expect(try sandbox.succeed("find box -mindepth 2") == "")
        }
    }

    /// A double-quoted scalar of YAML.
    private static func yaml(_ text: String) -> String {
        "\""
            + text.unicodeScalars.map { scalar in
                scalar == "\"" || scalar == "\\"
                    ? "\\\(scalar)"
                    : scalar.isASCII && scalar.value >= 0x20 && scalar.value != 0x7F
                        ? String(scalar)
                        : "\\U" + String(repeating: "0", count: 8 - String(scalar.value, radix: 16).count)
                            + String(scalar.value, radix: 16)
            }.joined() + "\""
    }
}
