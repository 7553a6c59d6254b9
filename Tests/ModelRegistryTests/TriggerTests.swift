import TestSupport
import Testing

/// What a hook gets, and what becomes of it.
@Suite struct TriggerTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = Sandbox()
        sandbox.environment["GIT_MODEL_ALLOW_HOOKS"] = "1"
        try sandbox.makeRepository()
        try sandbox.commit(
            "artifacts:\n  churn:\n    path: 'models/it''s a \"model\" $HOME.bin'\n    type: model\n", as: "dvc.yaml")
        try sandbox.succeed(
            "git model register churn -m \"it's \\\"quoted\\\" \\$(id)\n\nbody; rm -rf ~\" && git model assign churn --stage prod",
            in: "repo")
    }

    /// Configures one hook that runs a script on assignments.
    private func hook(_ script: String, _ more: String = "") throws {
        try sandbox.succeed("mkdir -p ci", in: "repo")
        try Sandbox.write("#!/bin/sh\n\(script)\n", to: "\(sandbox.path)/repo/ci/run.sh")
        try sandbox.succeed("chmod +x ci/run.sh", in: "repo")
        try configure("hooks:\n- name: deploy\n  on: [assigned, registered]\n  run: ci/run.sh\n\(more)")
    }

    private func configure(_ text: String) throws { try Sandbox.write(text, to: "\(sandbox.path)/repo/.registry.yaml") }

    @Test func `the environment is closed, and the values are exact`() throws {
        try hook("env -0 > ../env; pwd > ../pwd", "  env: [DEPLOY_URL, NOT_SET, WITH_LINES]\n")
        sandbox.environment["DEPLOY_URL"] = "https://ana:token@example.com/?a=b&c='d' \"e\""
        sandbox.environment["WITH_LINES"] = "a\nb=c\n"
        sandbox.environment["LD_PRELOAD"] = "/nonexistent/evil.so"
        sandbox.environment["BASH_ENV"] = "/nonexistent/evil.sh"
        sandbox.environment["BASH_FUNC_ls%%"] = "() { touch /tmp/evil; }"
        sandbox.environment["SECRET_TOKEN"] = "secret"
        sandbox.environment["GIT_DIR"] = "\(sandbox.path)/repo/.git"
        let outcome = try sandbox.run("git-model trigger 'churn#prod#1' 2>&1", in: "repo")
        #expect(outcome.status == 0, "\(outcome)")
        let bytes = try Sandbox.readBytes("\(sandbox.path)/env")
        var variables: [String: String] = [:]
        for entry in bytes.split(separator: 0) {
            let text = String(decoding: entry, as: UTF8.self)
            let mark = text.firstIndex(of: "=") ?? text.endIndex
            variables[String(text[..<mark])] = String(text[mark...].dropFirst())
        }
        #expect(variables["MODEL_RUN_ID"]?.hasSuffix("-1") == true)
        // The shell's own, and the one of this run.
        for name in ["PWD", "OLDPWD", "SHLVL", "_", "MODEL_RUN_ID"] { variables[name] = nil }
        let expected = [
            "MODEL_EVENT": "assigned", "MODEL_NAME": "churn", "MODEL_VERSION": "v0.0.1", "MODEL_STAGE": "prod",
            "MODEL_COMMIT": try sandbox.succeed("git rev-parse HEAD", in: "repo"),
            "MODEL_REF": "refs/tags/churn#prod#1",
            "MODEL_PATH": "models/it's a \"model\" $HOME.bin", "MODEL_TYPE": "model",
            "MODEL_EVENT_ID": try sandbox.succeed("git rev-parse 'churn#prod#1'", in: "repo"),
            "MODEL_HOOK": "deploy", "GIT_MODEL_HOOK": "deploy", "MODEL_ATTEMPT": "1",
            "MODEL_REPOSITORY": "\(sandbox.path)/repo",
            "DEPLOY_URL": "https://ana:token@example.com/?a=b&c='d' \"e\"",
            "WITH_LINES": "a\nb=c\n", "PATH": variables["PATH"] ?? "", "HOME": sandbox.environment["HOME"] ?? "",
            "TZ": "UTC", "LC_ALL": "C",
        ]
        #expect(variables == expected)
        #expect(variables["PATH"]?.contains(Sandbox.products) == true)
        #expect(try Sandbox.read("\(sandbox.path)/pwd") == "\(sandbox.path)/repo\n")
    }

    @Test func `a hook starts with no signal blocked or ignored, and no file of ours`() throws {
        try hook("grep -E '^Sig(Blk|Ign)' /proc/self/status > ../signals; ls /proc/$$/fd > ../files")
        #expect(try sandbox.model("trigger 'churn#prod#1'").status == 0)
        let masks = try sandbox.succeed("cut -f2 signals").split(separator: "\n").map { UInt64($0, radix: 16) }
        // Signals from 32 on are those of the C library's own.
        #expect(masks.count == 2 && masks[0] == 0 && masks[1].map { $0 & 0x7FFF_FFFF } == 0, "\(masks)")
        // The shell has the script itself open.
        let files = try sandbox.succeed("cat files").split(separator: "\n").compactMap { Int($0) }
        #expect(files.filter { $0 < 10 } == [0, 1, 2])
    }

    @Test func `the event comes as JSON on stdin`() throws {
        try hook("cat > ../in")
        #expect(try sandbox.model("trigger churn@v0.0.1").status == 0)
        let payload = try Sandbox.read("\(sandbox.path)/in")
        #expect(payload.hasSuffix("}\n") && payload.filter { $0 == "\n" }.count == 1)
        for part in [
            #""event":"registered""#, #""name":"churn""#, #""version":"v0.0.1""#, #""stage":null"#,
            #""ref":"refs/tags/churn@v0.0.1""#,
            #""type":"model""#, #""path":"models/it's a \"model\" $HOME.bin""#, #""author":"Ana Ruiz""#,
            #""author_email":"ana@example.com""#,
            #"it's \"quoted\" $(id)\n\nbody; rm -rf ~"#,
        ] { #expect(payload.replacing(": ", with: ":").contains(part), "\(part) in \(payload)") }
    }

    @Test func `a hook that fails ends the run with status 4`() throws {
        try hook("echo some words; echo and more >&2; exit 3")
        try configure(
            """
            hooks:
            - {name: first, on: assigned, run: [sh, -c, "echo first >> ../ran"]}
            - {name: second, on: assigned, run: ci/run.sh}
            - {name: third, on: assigned, run: [sh, -c, "echo third >> ../ran"]}

            """)
        let outcome = try sandbox.model("trigger 'churn#prod#1'")
        #expect(outcome.status == 4, "\(outcome)")
        #expect(outcome.errors.contains("some words") && outcome.errors.contains("and more"))
        #expect(outcome.output.contains("second: exit status 3"))
        #expect(try Sandbox.read("\(sandbox.path)/ran") == "first\n")
        let json = try sandbox.model("trigger 'churn#prod#1' --json")
        #expect(
            json.status == 4 && json.output.contains("\"exit_status\": 3") && json.errors.contains("hook-failed"),
            "\(json)")
    }

    @Test(arguments: [
        ("run: ci/missing.sh", "there is no such file"), ("run: ci/plain.sh", "it is not executable"),
        ("run: [no-such-program]", "could not be started"),
        ("run: [sh, -c, 'kill -9 $$']", "signal 9"), ("run: ci/bad.sh", "could not be started"),
    ])
    func `a hook that cannot run is a failed one`(run: String, words: String) throws {
        try sandbox.succeed(
            "mkdir ci && echo echo x > ci/plain.sh && printf '#!/no/such\\n' > ci/bad.sh && chmod +x ci/bad.sh",
            in: "repo")
        try configure("hooks:\n- name: deploy\n  on: assigned\n  \(run)\n")
        let outcome = try sandbox.model("trigger 'churn#prod#1'")
        #expect(outcome.status == 4, "\(outcome)")
        #expect(outcome.errors.contains("deploy") && outcome.errors.contains(words), "\(outcome)")
    }

    @Test func `a hook that runs too long is stopped, with its children`() throws {
        try hook("sleep 300 & echo $! > ../pid; echo started; wait", "  timeout: 1s\n")
        let outcome = try sandbox.model("trigger 'churn#prod#1'")
        #expect(outcome.status == 4, "\(outcome)")
        #expect(outcome.errors.contains("time limit of 1 s") && outcome.errors.contains("started"), "\(outcome)")
        #expect(try sandbox.run("kill -0 $(cat pid) 2>&1 && ps -o stat= -p $(cat pid) | grep -v Z").status != 0)
    }

    @Test func `which hooks run`() throws {
        try sandbox.succeed(
            "git model deprecate churn#prod && git model assign churn --stage dev/eu && git model register other",
            in: "repo")
        try configure(
            """
            hooks:
            - {name: all, on: [registered, deregistered, assigned, unassigned, deprecated], run: ["true"]}
            - {name: prod, on: [assigned, unassigned], stage: prod, run: ["true"]}
            - {name: dev, on: assigned, stage: "dev/*", artifact: "ch*", run: ["true"]}
            - {name: not, on: registered, artifact: nn, run: ["true"]}

            """)
        let before = try sandbox.footprint()
        let expected = [
            ("churn@v0.0.1", ["all"]), ("churn#prod#1", ["all", "prod"]), ("churn#prod!#2", ["all", "prod"]),
            ("churn#dev/eu#3", ["all", "dev"]), ("other@v0.0.1", ["all"]),
        ]
        for (tag, names) in expected {
            let dry = try sandbox.model("trigger 'refs/tags/\(tag)' --dry-run")
            #expect(dry.output == names.map { "\(tag): would run \($0)\n" }.joined(), "\(tag): \(dry)")
        }
        #expect(try sandbox.footprint() == before)
        for (tag, names) in expected {
            let outcome = try sandbox.model("trigger '\(tag)'")
            #expect(outcome.output == names.map { "\(tag): \($0): done\n" }.joined(), "\(tag): \(outcome)")
        }
        for (tag, status) in [("churn@v9.0.0", 2), ("nonsense", 2), ("HEAD", 2), ("-x", 64)] as [(String, Int32)] {
            #expect(try sandbox.model("trigger '\(tag)'").status == status, "\(tag)")
        }
    }

    @Test func `a hook's output is harmless and bounded`() throws {
        try hook(#"printf '\033[31mred\007\302\233'; head -c 3000000 /dev/zero | tr '\0' x; exec 0<&-"#)
        let outcome = try sandbox.model("trigger 'churn#prod#1'")
        #expect(outcome.status == 0, "\(outcome.errors.suffix(200))")
        #expect(outcome.errors.isHarmlessOnTerminal && outcome.errors.contains("\\x1b[31mred"))
        #expect(outcome.errors.utf8.count < 200_000 && outcome.errors.contains("bytes left out"))
    }
}
