import TestSupport
import Testing

/// Secrets that a command is given, or gets from a server: they are in none of its outputs.
@Suite struct SecretTests {
    private static let secrets = [
        "pass-w0rd-of-a-url", "pass-w0rd-of-dvc", "hea-der-of-dvc", "s3cret-key-of-aws", "tok3n-of-a-session",
        "sig-nature-of-a-url", "tok3n-of-lfs", "s3cr3t-of-the-server", "pass-w0rd-of-git",
    ]

    /// Ways to ask for the same thing.
    private static let commands = [
        "download NAME", "download NAME --json", "download NAME --dry-run", "download NAME --dry-run --json",
        "download NAME --check", "download NAME --check --json", "doctor NAME", "doctor NAME --json",
        "download NAME --no-verify", "show NAME", "history NAME",
    ]

    @Test func `no output has a secret in it`() throws {
        let server = try FixtureServer()
        let sandbox = Sandbox()
        let md5 = String(repeating: "ab", count: 16)
        try sandbox.makeRepository()
        let (port, closed) = (server.port, 1)
        var artifacts = "artifacts:\n"
        var remotes = ""
        func artifact(_ name: String, at address: String) {
            artifacts += "  \(name): {path: \"\(address)\", meta: {sha256: \(md5)\(md5), size: 5}}\n"
        }
        func remote(_ name: String, _ lines: String...) throws {
            artifacts += "  \(name): {path: data/\(name)}\n"
            remotes += "['remote \"\(name)\"']\n" + lines.map { "    \($0)\n" }.joined()
            try sandbox.commit(
                "outs:\n- md5: \(md5)\n  size: 5\n  hash: md5\n  path: \(name)\n  remote: \(name)\n",
                as: "data/\(name).dvc")
        }
        for (name, end) in [
            ("refused", "\(port)/status/403"), ("packed", "\(port)/gzip/5"),
        ] {
            artifact("url-\(name)", at: "http://ana:pass-w0rd-of-a-url@127.0.0.1:\(end)")
            artifact("signed-\(name)", at: "http://127.0.0.1:\(end)?X-Amz-Signature=sig-nature-of-a-url&x=1")
        }
        artifact(
            "closed", at: "http://ana:pass-w0rd-of-a-url@127.0.0.1:\(closed)/x?X-Amz-Signature=sig-nature-of-a-url")
        artifact("redirect", at: "http://127.0.0.1:\(port)/redirect?to=ftp://x:pass-w0rd-of-a-url@127.0.0.1:1/")
        for (name, end) in [("status", "\(port)/auth/basic"), ("missing", "\(port)/nothing")] {
            let url = "url = http://127.0.0.1:\(end)"
            try remote("basic-\(name)", url, "auth = basic", "user = ana", "password = pass-w0rd-of-dvc")
            try remote(
                "custom-\(name)", url, "auth = custom", "custom_auth_header = X-Token", "password = hea-der-of-dvc")
            try remote("inside-\(name)", "url = http://ana:pass-w0rd-of-dvc@127.0.0.1:\(end)")
            try remote(
                "s3-\(name)", "url = s3://bucket/x", "endpointurl = http://127.0.0.1:\(end)", "access_key_id = AKIA",
                "secret_access_key = s3cret-key-of-aws", "session_token = tok3n-of-a-session")
        }
        let pointer =
            "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "cd", count: 32))\nsize 5\n"
        try sandbox.commit(pointer, as: "lfs.bin")
        artifacts += "  lfs: {path: lfs.bin}\n"
        try sandbox.commit(remotes, as: ".dvc/config")
        try sandbox.commit(artifacts, as: "dvc.yaml")
        try sandbox.succeed("echo unrelated > other && git add other && git commit -qm other", in: "repo")

        var outputs = 0
        func hold(_ command: String, _ outcome: Sandbox.Outcome) {
            outputs += 1
            for secret in Self.secrets {
                #expect(!outcome.output.contains(secret) && !outcome.errors.contains(secret), "\(command): \(outcome)")
            }
        }
        let names = artifacts.split(separator: "\n").dropFirst().compactMap {
            $0.split(separator: ":").first?.split(separator: " ").last.map(String.init)
        }
        // One version for each commit: each of them gets one of its own.
        for name in names {
            try sandbox.succeed("git commit -q --allow-empty -m '\(name)'", in: "repo")
            let outcome = try sandbox.model("register \(name)")
            #expect(outcome.status == 0, "\(outcome)")
            hold("register \(name)", outcome)
        }
        // A half of the ways for each name, so that each way meets each kind.
        for (number, name) in names.enumerated() where name != "lfs" {
            for (place, command) in Self.commands.enumerated()
            where place == 0 || ((number + place) % 3 == 0 && name != "closed") {
                let line = command.replacing("NAME", with: name)
                let outcome = try sandbox.model(line + (line.hasPrefix("download") ? " -o ../out.bin" : ""))
                hold(line, outcome)
                if line == "download \(name)" { #expect(outcome.status != 0, "\(outcome)") }
            }
        }
        // The server's own secrets, and those of the address, of git's headers and of a helper.
        for address in [
            "http://127.0.0.1:\(port)/lfs/403",
            "http://ana:tok3n-of-lfs@127.0.0.1:\(port)/lfs/404", "http://ana:tok3n-of-lfs@127.0.0.1:\(closed)/lfs",
            "http://127.0.0.1:\(port)/auth/basic",
        ] {
            try sandbox.succeed(
                """
                git config lfs.url '\(address)' && git config http.extraheader 'X-Token: tok3n-of-lfs' &&
                git config credential.helper '!f() { echo username=ana; echo password=pass-w0rd-of-git; }; f'
                """, in: "repo")
            // What is not there is tried several times.
            for command in Self.commands.prefix(address.contains(":\(closed)/") ? 1 : 8) {
                let line = command.replacing("NAME", with: "lfs")
                let outcome = try sandbox.model(line + (line.hasPrefix("download") ? " -o ../out.bin" : ""))
                hold("\(address) \(line)", outcome)
                if line == "download lfs" { #expect(outcome.status != 0, "\(outcome)") }
            }
        }
        try sandbox.succeed("! test -e out.bin")
        #expect(outputs >= 80)
    }
}
