import Glibc
import TestSupport
import Testing

/// Signed tags: git's own check accepts them, and the state reads them.
@Suite struct SigningTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = Sandbox()
        try sandbox.makeRepository()
    }

    private func configureSSH() throws {
        try sandbox.succeed(
            """
            ssh-keygen -q -t ed25519 -N '' -C ana -f '\(sandbox.path)/key' &&
            printf 'ana@example.com %s\\n' "$(cut -d' ' -f1,2 '\(sandbox.path)/key.pub')" > '\(sandbox.path)/signers' &&
            git config gpg.format ssh && git config user.signingKey '\(sandbox.path)/key' &&
            git config gpg.ssh.allowedSignersFile '\(sandbox.path)/signers'
            """, in: "repo")
    }

    private func configureOpenPGP() throws {
        sandbox.environment["GNUPGHOME"] = "\(sandbox.path)/gnupg"
        try sandbox.succeed(
            """
            mkdir -m 700 "$GNUPGHOME" &&
            gpg --batch --quiet --passphrase '' --quick-generate-key 'Ana Ruiz <ana@example.com>' ed25519 sign never \
            2>/dev/null && git -C repo config user.signingKey ana@example.com
            """)
    }

    private func checkSigning(form: String) throws {
        let outcome = try sandbox.model("register churn --sign -m 'a subject\n\nand a body'")
        #expect(outcome.status == 0, "\(outcome)")
        try sandbox.succeed("git verify-tag churn@v0.0.1 2>&1", in: "repo")
        let object = try sandbox.succeed("git cat-file tag churn@v0.0.1", in: "repo")
        #expect(object.contains("\n\na subject\n\nand a body\n-----BEGIN \(form) SIGNATURE-----\n"), "\(object)")

        try sandbox.succeed("git config tag.gpgSign true && git model assign churn --stage prod", in: "repo")
        try sandbox.succeed("git verify-tag 'churn#prod#1' 2>&1", in: "repo")
        try sandbox.succeed("git model assign churn --stage dev --no-sign", in: "repo")
        #expect(try sandbox.run("git verify-tag 'churn#dev#2'", in: "repo").status == 1)
        // Both tags of one act are signed.
        try sandbox.succeed("git model assign other --stage prod", in: "repo")
        try sandbox.succeed("git verify-tag other@v0.0.1 'other#prod#1' 2>&1", in: "repo")

        #expect(try sandbox.succeed("git model show churn#prod --version", in: "repo") == "v0.0.1")
        #expect(try sandbox.succeed("git model show churn#dev --version", in: "repo") == "v0.0.1")
        #expect(try sandbox.succeed("git fsck --strict --no-dangling 2>&1", in: "repo") == "")
        let shown = try sandbox.succeed("git model history --json; git model check-ref churn@v0.0.1 --json", in: "repo")
        #expect(!shown.contains("SIGNATURE"))
        #expect(shown.contains("and a body"))
    }

    @Test func `tags signed with an SSH key`() throws {
        try configureSSH()
        try checkSigning(form: "SSH")
    }

    static let hasGPG = access("/usr/bin/gpg", X_OK) == 0

    @Test(.enabled(if: SigningTests.hasGPG)) func `tags signed with OpenPGP`() throws {
        try configureOpenPGP()
        defer { _ = try? sandbox.run("gpgconf --kill gpg-agent") }
        try checkSigning(form: "PGP")
    }

    @Test(arguments: [
        "git config user.signingKey '/nonexistent/key'", "git config gpg.ssh.program false",
        "git config gpg.ssh.program /nonexistent/program", "git config gpg.format nonsense",
    ])
    func `a signature that fails leaves nothing`(setting: String) throws {
        try configureSSH()
        sandbox.environment["GIT_MODEL_TRUST_CONFIG"] = "1"
        try sandbox.succeed(setting, in: "repo")
        for command in ["register churn --sign", "assign churn --stage prod --sign"] {
            let outcome = try sandbox.model(command)
            #expect(outcome.status == 1, "\(command): \(outcome)")
            #expect(try sandbox.tags() == [], "\(command): \(outcome)")
        }
    }

    @Test func `where the second signature fails the first tag is taken back`() throws {
        try configureSSH()
        let script = """
            #!/bin/sh
            case "$*" in *-Y?sign*) echo x >> '\(sandbox.path)/count'; [ $(wc -l < '\(sandbox.path)/count') -lt 2 ] || exit 1;; esac
            exec ssh-keygen "$@"
            """
        try Sandbox.write(script + "\n", to: "\(sandbox.path)/signer")
        try sandbox.succeed("chmod +x ../signer && git config gpg.ssh.program '\(sandbox.path)/signer'", in: "repo")
        sandbox.environment["GIT_MODEL_TRUST_CONFIG"] = "1"
        let outcome = try sandbox.model("assign churn --stage prod --sign")
        #expect(outcome.status == 1, "\(outcome)")
        #expect(try sandbox.succeed("wc -l < count") == "2")
        #expect(try sandbox.tags() == [])
    }

    @Test func `a signed tag that the remote refuses is taken back`() throws {
        try configureSSH()
        try sandbox.makeRemote()
        try sandbox.succeed("printf '#!/bin/sh\\nexit 1\\n' > hooks/update && chmod +x hooks/update", in: "remote.git")
        #expect(try sandbox.model("assign churn --stage prod --sign --push").status == 4)
        #expect(try sandbox.tags() == [])
    }
}
