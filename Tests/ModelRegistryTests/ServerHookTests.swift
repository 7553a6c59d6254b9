import TestSupport
import Testing

/// Hooks that run in the background after a push or a new tag.
@Suite struct ServerHookTests {
    private let sandbox: Sandbox

    /// A bare repository that was pushed to, with a hook that is allowed there; it runs `script` at registrations.
    private func server(_ script: String, more: String = "") throws {
        try configure(script, more)
        try sandbox.makeRemote()
        try sandbox.succeed("git remote set-url origin 'file://\(sandbox.path)/remote.git'", in: "repo")
        try sandbox.succeed("git tag -am old old@v1.0.0 && git push -q origin old@v1.0.0", in: "repo")
        try sandbox.succeed("git model hooks install --post-receive && git model hooks allow", in: "remote.git")
    }

    private func configure(_ script: String, _ more: String = "") throws {
        try Sandbox.write(script, to: "\(sandbox.path)/script")
        try sandbox.commit(
            "hooks:\n- name: deploy\n  on: [registered, assigned]\n  timeout: 60\n  run: [sh, '\(sandbox.path)/script']\n\(more)",
            as: ".registry.yaml")
    }

    init() throws {
        sandbox = Sandbox()
        try sandbox.makeRepository()
    }

    /// Waits until a command of `sh` succeeds, for a minute at most.
    private func wait(until command: String, in folder: String = "") throws {
        try sandbox.succeed(
            "for i in $(seq 1200); do if \(command); then exit 0; fi; sleep 0.05; done; exit 1", in: folder)
    }

    /// Waits until a tag's hooks are done, and who ran them in the background as well.
    private func waitForEnd(of tag: String, inServer isServer: Bool = true) throws {
        try wait(
            until: "grep -q '^done .* \(tag)$' journal",
            in: isServer ? "remote.git/git-model/hooks" : "repo/.git/git-model/hooks")
        // It waits for the one in the background.
        try sandbox.succeed("git model trigger --all-pending", in: isServer ? "remote.git" : "repo")
    }

    private func ran() throws -> String { try sandbox.succeed("cat ran 2>/dev/null || true") }

    @Test func `a push does not wait, and the hook runs`() throws {
        // The hook waits for a file, so the push can only be back first if it does not wait for the hook.
        try server(
            "i=0; until [ -e go ] || [ $i = 1200 ]; do sleep 0.05; i=$((i+1)); done; echo $MODEL_REF >> ran; env > env"
                .replacing("go", with: "\(sandbox.path)/go").replacing(">> ran", with: ">> \(sandbox.path)/ran")
                .replacing("> env", with: "> \(sandbox.path)/env"))
        let push = try sandbox.run("git tag -am m churn@v1.0.0 && git push origin churn@v1.0.0", in: "repo")
        #expect(push.status == 0 && !push.errors.contains("remote:"), "\(push)")
        #expect(try ran() == "")
        // A second push while it runs is not lost.
        try sandbox.succeed("git tag -am m 'churn#prod#1' && git push -q origin 'churn#prod#1'", in: "repo")
        try sandbox.succeed("touch go")
        try waitForEnd(of: "churn#prod#1")
        // The tag from before the installation is history.
        #expect(try ran() == "refs/tags/churn@v1.0.0\nrefs/tags/churn#prod#1")
        #expect(try sandbox.run("grep -E '^GIT_(DIR|QUARANTINE|OBJECT|PUSH)' env").output == "")
    }

    @Test func `a deleted tag may come again, a moved one is not followed`() throws {
        try server("echo $MODEL_EVENT_ID >> '\(sandbox.path)/ran'")
        try sandbox.succeed("git tag -am one churn@v1.0.0 && git push -q origin churn@v1.0.0", in: "repo")
        try waitForEnd(of: "churn@v1.0.0")
        let moved = try sandbox.run("git tag -f -am two churn@v1.0.0 && git push -f origin churn@v1.0.0", in: "repo")
        #expect(moved.status == 0 && moved.errors.contains("remote: warning: tag churn@v1.0.0 was"), "\(moved)")
        let deleted = try sandbox.run("git push origin :churn@v1.0.0", in: "repo")
        #expect(deleted.status == 0 && !deleted.errors.contains("error"), "\(deleted)")
        let journal = try Sandbox.read("\(sandbox.path)/remote.git/git-model/hooks/journal")
        #expect(journal.split(separator: "\n").last?.hasPrefix("gone ") == true, "\(journal)")
        try sandbox.succeed("git tag -f -am three churn@v1.0.0 && git push -q origin churn@v1.0.0", in: "repo")
        let id = try sandbox.succeed("git rev-parse churn@v1.0.0", in: "repo")
        try waitForEnd(of: "churn@v1.0.0")
        try wait(until: "grep -q 'done \(id)' remote.git/git-model/hooks/journal")
        #expect(try ran().split(separator: "\n").count == 2 && ran().hasSuffix(id))
    }

    @Test func `a hook that is not allowed keeps the event waiting, and the log says why`() throws {
        try server("echo $MODEL_REF >> '\(sandbox.path)/ran'")
        try sandbox.succeed("git model hooks allow --withdraw", in: "remote.git")
        let push = try sandbox.run("git tag -am m churn@v1.0.0 && git push origin churn@v1.0.0", in: "repo")
        #expect(push.status == 0, "\(push)")
        try wait(until: "grep -q 'has not been allowed' remote.git/git-model/hooks/trigger.log")
        try sandbox.succeed("git model hooks allow && git model trigger --all-pending", in: "remote.git")
        #expect(try ran() == "refs/tags/churn@v1.0.0")
    }

    @Test func `a tag that a hook makes is dealt with by whoever runs the hook`() throws {
        try configure(
            "echo $MODEL_REF >> '\(sandbox.path)/ran'; cd '\(sandbox.path)/repo'; "
                + "[ $MODEL_EVENT = assigned ] || git -c user.name=A -c user.email=a@b tag -am m \"$MODEL_NAME#prod#1\""
        )
        try sandbox.succeed("git model hooks install --reference-transaction && git model hooks allow", in: "repo")
        try sandbox.succeed("git tag -am m churn@v1.0.0", in: "repo")
        try waitForEnd(of: "churn#prod#1", inServer: false)
        #expect(try ran() == "refs/tags/churn@v1.0.0\nrefs/tags/churn#prod#1")
    }

    @Test func `new tags run hooks however they come`() throws {
        try configure("echo $MODEL_REF >> '\(sandbox.path)/ran'")
        try sandbox.succeed("git clone -q . ../other && git -C ../other tag -am m fetched@v1.0.0", in: "repo")
        try sandbox.succeed("git model hooks install --reference-transaction && git model hooks allow", in: "repo")
        try sandbox.succeed("git model register ours", in: "repo")
        try waitForEnd(of: "ours@v0.0.1", inServer: false)
        // Two tags at once go through git.
        try sandbox.succeed("git model assign both --stage prod", in: "repo")
        try waitForEnd(of: "both#prod#1", inServer: false)
        try sandbox.succeed("git fetch -q ../other --tags", in: "repo")
        try waitForEnd(of: "fetched@v1.0.0", inServer: false)
        #expect(
            try ran() == "refs/tags/ours@v0.0.1\nrefs/tags/both@v0.0.1\nrefs/tags/both#prod#1\nrefs/tags/fetched@v1.0.0"
        )
    }

    @Test func `a tag that is made again after its deletion is a new event`() throws {
        try configure("echo $MODEL_EVENT_ID >> '\(sandbox.path)/ran'")
        try sandbox.succeed("git model hooks install --reference-transaction && git model hooks allow", in: "repo")
        var ids: [String] = []
        for deletion in ["git model deprecate churn@v1.0.0 --delete", "git tag -d churn@v1.0.0", ""] {
            try sandbox.succeed("git model register churn --version v1.0.0 && git pack-refs --all", in: "repo")
            ids.append(try sandbox.succeed("git rev-parse churn@v1.0.0", in: "repo"))
            try wait(until: "grep -q '\(ids[ids.count - 1])' ran")
            try waitForEnd(of: "churn@v1.0.0", inServer: false)
            if !deletion.isEmpty { try sandbox.succeed(deletion, in: "repo") }
        }
        #expect(try ran().split(separator: "\n").map(String.init) == ids)
    }

    @Test func `the program is only started for tags of the registry, once they are there`() throws {
        try sandbox.succeed("git model hooks install --reference-transaction", in: "repo")
        try Sandbox.write("#!/bin/sh\n{ echo \"$@\"; cat; } >> '\(sandbox.path)/calls'\n", to: "\(sandbox.path)/spy")
        try sandbox.succeed(
            "chmod +x spy && sed -i \"s|^program=.*|program='$PWD/spy'|\" repo/.git/hooks/reference-transaction")
        try sandbox.succeed(
            "git commit -q --allow-empty -m x && git tag v1 && git branch user@v1.0.0 && git pack-refs --all",
            in: "repo")
        #expect(try sandbox.run("cat calls").status != 0)
        try sandbox.succeed("git tag -am m churn@v1.0.0", in: "repo")
        let calls = try Sandbox.read("\(sandbox.path)/calls").split(separator: "\n")
        #expect(calls.count == 2 && calls[0] == "hooks run reference-transaction committed", "\(calls)")
    }

    @Test func `without the program a push is taken, and told`() throws {
        try sandbox.makeRemote()
        try sandbox.succeed("git model hooks install --post-receive", in: "remote.git")
        try sandbox.succeed("sed -i 's|^program=.*|program=/nonexistent/git-model|' remote.git/hooks/post-receive")
        sandbox.environment["PATH"] = "/usr/bin:/bin"
        let push = try sandbox.run("git tag -am m a@v1.0.0 && git push origin a@v1.0.0", in: "repo")
        #expect(push.status == 0 && push.errors.contains("remote: warning: git-model is not installed"), "\(push)")
    }

    @Test func `the log is begun anew when it has grown`() throws {
        try server("exit 1")
        try sandbox.succeed("head -c 2000000 /dev/zero > remote.git/git-model/hooks/trigger.log")
        try sandbox.succeed("git tag -am m churn@v1.0.0 && git push -q origin churn@v1.0.0", in: "repo")
        try wait(until: "grep -q 'hook deploy failed' remote.git/git-model/hooks/trigger.log")
        #expect(try sandbox.succeed("stat -c %s remote.git/git-model/hooks/trigger.log.1") == "2000000")
    }

    @Test func `a web server does not wait either, and a stranger's headers reach no hook`() throws {
        try server(
            "i=0; until [ -e '\(sandbox.path)/go' ] || [ $i = 1200 ]; do sleep 0.05; i=$((i+1)); done; env > '\(sandbox.path)/env'",
            more: "  env: [HTTP_PROXY, HTTP_X_EVIL]\n")
        try sandbox.succeed(
            "git model hooks install --pre-receive && git config http.receivepack true", in: "remote.git")
        let backend = try FixtureServer("git_backend.py", sandbox.path, "\(sandbox.path)/home")
        try sandbox.succeed("git remote set-url origin '\(backend.address("/remote.git"))'", in: "repo")
        let push = try sandbox.run(
            "git tag -am m churn@v1.0.0 && git -c http.extraHeader='Proxy: evil' -c http.extraHeader='X-Evil: evil' push origin churn@v1.0.0",
            in: "repo")
        #expect(push.status == 0, "\(push)")
        #expect(try sandbox.run("test -e env").status == 1)
        try sandbox.succeed("touch go")
        try waitForEnd(of: "churn@v1.0.0")
        #expect(try sandbox.run("grep -i evil env").output == "")
        let refused = try sandbox.run("git tag light@v1.0.0 && git push origin light@v1.0.0", in: "repo")
        #expect(
            refused.status == 1 && refused.errors.contains("remote: error: tag light@v1.0.0 is light"), "\(refused)")
    }

    @Test func `a repository with a working tree takes pushes too`() throws {
        try configure("echo $MODEL_REF $PWD >> '\(sandbox.path)/ran'")
        try sandbox.succeed("git clone -q 'file://\(sandbox.path)/repo' clone")
        try sandbox.succeed("git model hooks install --pre-receive --post-receive && git model hooks allow", in: "repo")
        let push = try sandbox.run("git tag light@v1.0.0 && git push origin light@v1.0.0", in: "clone")
        #expect(push.status == 1 && push.errors.contains("is lightweight"), "\(push)")
        try sandbox.succeed("git tag -am m churn@v1.0.0 && git push -q origin churn@v1.0.0", in: "clone")
        try waitForEnd(of: "churn@v1.0.0", inServer: false)
        #expect(try ran() == "refs/tags/churn@v1.0.0 \(sandbox.path)/repo")
    }
}
