import TestSupport
import Testing

/// Settings of a repository that name a program: none of them is run, and what does not need them works as ever.
@Suite(.serialized) struct HostileConfigurationTests {
    /// A setting, and the commands of ``commands`` that are refused because of it.
    struct Case: Sendable, CustomStringConvertible {
        let description: String
        let setUp: String
        let refused: Set<String>

        init(_ description: String, _ setUp: String, _ refused: Set<String> = []) {
            self.description = description
            self.setUp = setUp
            self.refused = refused
        }
    }

    /// What is done with each: it reads here, writes here, pushes, signs, lists a remote, and reads what is missing.
    private static let commands = [
        "show": "git model show", "write": "git model register churn", "push": "git model push",
        "sign": "git model register fraud --sign", "fetch": "git model describe m --rev v1",
    ]

    /// `$P` is a program that leaves a trace, `$U` the remote's address.
    private static let cases = [
        Case("fsmonitor", "git config core.fsmonitor \"$P\""),
        Case("pager", "git config core.pager \"$P\" && git config pager.tag \"$P\" && git config pager.config \"$P\""),
        Case("editor", "git config core.editor \"$P\" && git config sequence.editor \"$P\""),
        Case(
            "alias",
            "for a in push cat-file tag fetch ls-remote var update-ref; do git config alias.$a \"!$P\" || exit 1; done"
        ),
        Case(
            "filters",
            "git config diff.external \"$P\" && git config filter.x.smudge \"$P\" && git config merge.x.driver \"$P\""),
        Case(
            "hooks",
            "mkdir h && cp \"$P\" h/pre-push && cp \"$P\" h/reference-transaction && git config core.hooksPath h",
            ["push"]),
        Case("ssh", "git config core.sshCommand \"$P\" && git config remote.origin.url ssh://h/x", ["push", "fetch"]),
        Case("ssh unused", "git config core.sshCommand \"$P\""),
        Case("proxy", "git config core.gitProxy \"$P\" && git config remote.origin.url git://h/x", ["push", "fetch"]),
        Case(
            "askpass", "git config core.askPass \"$P\" && git config remote.origin.url http://127.0.0.1:1/x",
            ["push", "fetch"]),
        Case(
            "helper", "git config credential.helper \"$P\" && git config remote.origin.url http://127.0.0.1:1/x",
            ["push", "fetch"]),
        Case(
            "helper of a host",
            "git config credential.http://127.0.0.1:1.helper \"!$P\" && git config remote.origin.url http://127.0.0.1:1/x",
            ["push", "fetch"]),
        Case("uploadpack", "git config remote.origin.uploadpack \"$P\"", ["push", "fetch"]),
        Case("receivepack", "git config remote.origin.receivepack \"$P\"", ["push"]),
        Case("vcs", "git config remote.origin.vcs ext && git config protocol.ext.allow always", ["push", "fetch"]),
        Case(
            "insteadOf", "git config \"url.ssh://h/.insteadOf\" \"$U\" && git config core.sshCommand \"$P\"",
            ["push", "fetch"]),
        Case(
            "pushInsteadOf", "git config \"url.ext::$P.pushInsteadOf\" \"$U\" && git config protocol.allow always",
            ["push", "fetch"]),
        Case("alternates", "git config core.alternateRefsCommand \"$P\"", ["push", "fetch"]),
        Case("gpg", "git config gpg.program \"$P\" && git config user.signingKey x", ["sign"]),
        Case(
            "gpg of a format",
            "git config gpg.format ssh && git config gpg.ssh.program \"$P\" && git config user.signingKey x", ["sign"]),
        Case("key", "git config gpg.format ssh && git config gpg.ssh.defaultKeyCommand \"$P\"", ["sign"]),
        Case(
            "always signed",
            "git config tag.gpgSign true && git config gpg.program \"$P\" && git config push.gpgSign true",
            ["write", "sign", "push"]),
        Case(
            "include",
            "mkdir h && cp \"$P\" h/pre-push && git config -f .git/more core.hooksPath h && git config include.path more",
            ["push"]),
        Case(
            "include by remote",
            "git config -f .git/more remote.origin.receivepack \"$P\" && git config \"includeIf.hasconfig:remote.*.url:**.path\" more",
            ["push"]),
        Case(
            "worktree",
            "git config extensions.worktreeConfig true && git config --worktree remote.origin.receivepack \"$P\"",
            ["push"]),
    ]

    /// A blobless clone with a tag that the remote does not have, and a program that leaves a trace.
    private static func prepared() throws -> Sandbox {
        let sandbox = Sandbox()
        try sandbox.makeRepository("source")
        try sandbox.commit("artifacts:\n  m:\n    path: data.txt\n    type: model\n", as: "dvc.yaml", in: "source")
        try sandbox.succeed("git tag v1 && git rm -q dvc.yaml && git commit -q -m 2", in: "source")
        try sandbox.makeRemote(of: "source")
        try sandbox.succeed(
            "git push -q origin --tags && git -C ../remote.git config uploadpack.allowFilter true", in: "source")
        try sandbox.succeed("git clone -q --filter=blob:none 'file://\(sandbox.path)/remote.git' repo")
        try Sandbox.write("#!/bin/sh\ntouch '\(sandbox.path)/canary'\nexit 1\n", to: "\(sandbox.path)/program")
        try sandbox.succeed("chmod +x program && git -C repo model register old")
        sandbox.environment["P"] = "\(sandbox.path)/program"
        sandbox.environment["U"] = "file://\(sandbox.path)/remote.git"
        return sandbox
    }

    @Test(arguments: cases)
    func `no command runs a program of the repository's configuration`(setting: Case) async throws {
        try await onThreadOfItsOwn { try Self.check(setting) }
    }

    private static func check(_ setting: Case) throws {
        let sandbox = try prepared()
        try sandbox.succeed(setting.setUp, in: "repo")
        for (word, command) in commands.sorted(by: { $0.key < $1.key }) {
            let outcome = try sandbox.run(command, in: "repo")
            #expect(
                outcome.status == (setting.refused.contains(word) ? 4 : word == "sign" ? 1 : 0), "\(word): \(outcome)")
            if setting.refused.contains(word) {
                #expect(outcome.errors.contains("is not trusted\nhint: "), "\(word): \(outcome)")
            }
            try sandbox.succeed("test ! -e canary")
        }
    }

    /// The others of ``cases`` would not run here: the remote asks for no password, has no alternates, `ext` is never
    /// allowed, and takes no signed pushes.
    private static let alive: Set<String> = [
        "hooks", "ssh", "proxy", "uploadpack", "receivepack", "insteadOf", "gpg", "gpg of a format", "key", "include",
        "include by remote", "worktree",
    ]

    /// The trap works: git would run the program, and does where the user trusts the repository.
    @Test(arguments: cases.filter { alive.contains($0.description) })
    func `a trusted repository's programs are run`(setting: Case) async throws {
        try await onThreadOfItsOwn {
            let sandbox = try Self.prepared()
            try sandbox.succeed(setting.setUp, in: "repo")
            sandbox.environment["GIT_MODEL_TRUST_CONFIG"] = "1"
            for word in setting.refused.sorted() {
                let outcome = try sandbox.run(Self.commands[word] ?? "", in: "repo")
                #expect(outcome.status != 4, "\(word): \(outcome)")
                try sandbox.succeed("test -e canary && rm canary")
            }
        }
    }

    @Test func `the user's own settings are trusted, and a prefix of the same transport is none`() async throws {
        try await onThreadOfItsOwn {
            let sandbox = try Self.prepared()
            try sandbox.succeed(
                """
                git config "url.file://$PWD/../remote.git.insteadOf" file:///short && git config credential.helper '' &&
                git config remote.origin.url file:///short && git model push
                """, in: "repo")
            try sandbox.succeed("git model register churn", in: "repo")
            let outcome = try sandbox.run("git -c remote.origin.receivepack=\"$P\" model push", in: "repo")
            #expect(outcome.status == 1, "\(outcome)")
            try sandbox.succeed("test -e canary")
        }
    }
}
