import Glibc
import ModelRegistry
import RegistryCore
import TestSupport
import Testing

/// Text of a repository that is made to harm whoever reads it: control codes, and sheer size.
@Suite struct HostileTextTests {
    private static let harm =
        "\u{1B}[2J\u{1B}]0;owned\u{7}\u{8}\u{8}\r\u{B}\u{85}\u{9B}31m\u{9D}x\u{9C}\u{7F}\u{202E}gnp\u{202C}\u{2066}\u{2069}\u{200B}\u{FEFF}\u{2028}\u{E0041}\u{61C}"

    @Test func `no command prints control codes raw`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        let yaml =
            "\""
            + Self.harm.unicodeScalars.map {
                "\\U" + String(repeating: "0", count: 8 - String($0.value, radix: 16).count)
                    + String($0.value, radix: 16)
            }
            .joined() + "x\""
        try sandbox.commit(
            """
            artifacts:
              churn:
                path: \(yaml)
                type: \(yaml)
                desc: \(yaml)
                labels: [\(yaml)]
                meta: {\(yaml): \(yaml)}
              \(yaml): {path: x}

            """, as: "dvc.yaml")
        try sandbox.commit("\(yaml): {path: x}\nchurn: {path: \(yaml), description: other}\n", as: "artifacts.yaml")
        let tagger = "Ana\(Self.harm.filter { $0 != "\n" }) <ana\(Self.harm)@example.com> 1772443800 +0000"
        let message =
            "subject \(Self.harm)\n\nbody \(Self.harm)\n\nArtifact-Path: \(Self.harm)\nMetric: \(Self.harm)=1\nSource: \(Self.harm)"
        try sandbox.plantTag("churn@v1.0.0", tagger: tagger, message: message)
        try sandbox.plantTag("churn#prod#1", tagger: tagger, message: message)
        try sandbox.plantTag("gone@v1.0.0", tagger: "<> 1 +0000", message: message)
        try sandbox.plantTag("gone#dev#1", inside: "gone#\(Self.harm)", message: message)
        try sandbox.plantTag(
            "bytes@v1.0.0", Array("object x\ntype commit\ntag \(Self.harm)\n".utf8) + [0xFF, 0x9B, 0x1B])
        for name in ["x@v1\u{9B}", "x#\u{202E}", "x@v\u{200B}1"] {
            try sandbox.succeed("git update-ref 'refs/tags/\(name)' HEAD", in: "repo")
        }
        try sandbox.succeed(
            "printf 'create refs/tags/x#\\377y %s\\n' $(git rev-parse HEAD) | git update-ref --stdin", in: "repo")

        var shown = ""
        for command in [
            "show", "show --json", "show churn", "show churn --json", "show churn --plain", "show churn --ref",
            "history", "history --json",
            "history --plain", "history churn", "check-ref 'churn#prod#1'", "check-ref churn@v1.0.0 --json",
            "check-ref churn@v1.0.0 --format github", "check-ref churn@v1.0.0 --format gitlab",
            "check-ref churn@v1.0.0 --format env",
            "check-ref churn@v1.0.0 --format json", "check-ref churn@v1.0.0 --name", "describe churn",
            "describe churn --json",
            "describe churn --path", "describe churn --description", "describe churn --labels", "describe churn --type",
            "doctor",
            "doctor --json", "stages", "stages --json", "print-state", "download churn", "download churn --json",
            "register churn --dry-run", "deprecate churn --dry-run", "deprecate churn --dry-run --delete",
            "check-ref gone@v1.0.0", "check-ref 'gone#dev#1'",
            "check-ref bytes@v1.0.0", "trigger churn@v1.0.0 --dry-run --json", "annotate churn --type model --dry-run",
            "parse-tag '\(Self.harm)'", "show '\(Self.harm)'", "show -r '\(Self.harm)'", "'\(Self.harm)'",
            "show '--\(Self.harm)'",
        ] {
            let outcome = try sandbox.run("git-model \(command) > ../o 2> ../e", in: "repo")
            let bytes = try Sandbox.readBytes("\(sandbox.path)/o") + Sandbox.readBytes("\(sandbox.path)/e")
            let text = String(validating: bytes, as: UTF8.self)
            #expect(text != nil, "\(command) prints bytes that are not UTF-8")
            #expect(text?.isHarmlessOnTerminal == true, "\(command): \(text?.debugDescription ?? "")")
            #expect(outcome.status < 70, "\(command): \(outcome.status) \(text ?? "")")
            shown += text ?? ""
        }
        // The test shows nothing where the texts are not printed at all.
        #expect(shown.contains("\\x1b[2J") && shown.contains("\\u001b[2J"))
        let exact = try sandbox.succeed(
            "git-model check-ref churn@v1.0.0 --json | /usr/bin/env python3 -c 'import json,sys; print(json.load(sys.stdin)[\"version\"])' 2>&1 || true",
            in: "repo")
        #expect(exact.hasPrefix("v1.0.0") || exact.contains("python3"), "\(exact)")
    }

    @Test func `a message of 100 MB is not written`() async throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        let before = try sandbox.references()
        let registry = Registry(
            .folder("\(sandbox.path)/repo", isExplicit: true),
            environment: RegistryEnvironment(variables: sandbox.environment))
        let message = String(repeating: "m", count: 100_000_000)
        do throws(RegistryError) {
            _ = try await registry.register(try ArtifactName("churn"), WriteRequest(message: message))
            Issue.record("it was written")
        } catch {
            #expect(error.code == .tooLarge)
            #expect(error.message.utf8.count < 1000)
        }
        #expect(try sandbox.references() == before)
    }

    @Test func `a message of 100 MB is read without harm`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.succeed("git model register small", in: "repo")
        try sandbox.succeed(
            """
            { printf 'object %s\\ntype commit\\ntag churn@v1.0.0\\ntagger A <a@b> 1772443800 +0000\\n\\nsubject\\n\\n' $(git rev-parse HEAD)
              head -c 100000000 /dev/zero | tr '\\0' m; } > ../big &&
            git update-ref refs/tags/churn@v1.0.0 $(git -c core.compression=1 hash-object -t tag -w --literally ../big)
            """, in: "repo")
        for arguments in [
            ["show"], ["show", "small", "--json"], ["history"], ["history", "--json"], ["check-ref", "churn@v1.0.0"],
            ["check-ref", "churn@v1.0.0", "--json"], ["check-ref", "small@v0.0.1"], ["doctor"], ["register", "other"],
        ] {
            // The object itself is half of this.
            let outcome = try sandbox.launchModel(arguments.map { Array($0.utf8) }, memoryLimit: 200_000)
            #expect([0, 5].contains(outcome.status), "\(arguments): \(outcome.status) \(outcome.text.prefix(500))")
            #expect(outcome.output.count + outcome.errors.count < 10_000_000, "\(arguments)")
        }
    }
}
