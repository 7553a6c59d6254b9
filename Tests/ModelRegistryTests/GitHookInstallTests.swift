import TestSupport
import Testing

/// Installing Git hooks, beside those of other people.
@Suite struct GitHookInstallTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.makeRemote()
    }

    private func plant(_ hook: String, _ body: String, in folder: String = "remote.git/hooks") throws {
        try Sandbox.write("#!/bin/sh\n\(body)\n", to: "\(sandbox.path)/\(folder)/\(hook)")
        try sandbox.succeed("chmod 755 '\(folder)/\(hook)'")
    }

    @Test func `somebody else's hook comes first, with the same words, and comes back`() throws {
        try plant("pre-receive", "{ echo \"$#\"; cat; } > told; exit $(cat status 2>/dev/null || echo 0)")
        let theirs = try sandbox.footprint(of: "remote.git/hooks")
        let installed = try sandbox.model("hooks install --pre-receive", in: "remote.git")
        #expect(installed.output == "hooks/pre-receive: installed\n", "\(installed)")
        #expect(installed.errors == "hooks/pre-receive.before-git-model is called first\n", "\(installed)")

        try sandbox.succeed("git tag -am m a@v1.0.0 && git push -q origin a@v1.0.0", in: "repo")
        let id = try sandbox.succeed("git rev-parse a@v1.0.0", in: "repo")
        let zero = String(repeating: "0", count: 40)
        #expect(try Sandbox.read("\(sandbox.path)/remote.git/told") == "0\n\(zero) \(id) refs/tags/a@v1.0.0\n")
        // It refuses, and ours does not run.
        try sandbox.succeed("echo 7 > status", in: "remote.git")
        let refused = try sandbox.run("git tag b@v1.0.0 && git push -q origin b@v1.0.0", in: "repo")
        #expect(refused.status == 1 && !refused.errors.contains("lightweight"), "\(refused)")
        // It does not, and ours does.
        try sandbox.succeed("rm status", in: "remote.git")
        #expect(try sandbox.run("git push -q origin b@v1.0.0", in: "repo").errors.contains("lightweight"))

        #expect(try sandbox.model("hooks install --pre-receive", in: "remote.git").output.contains("unchanged"))
        let removed = try sandbox.model("hooks uninstall", in: "remote.git")
        #expect(removed.output == "hooks/pre-receive: removed\n", "\(removed)")
        #expect(try sandbox.footprint(of: "remote.git/hooks") == theirs)
        #expect(try sandbox.succeed("stat -c %a hooks/pre-receive", in: "remote.git") == "755")
    }

    @Test func `the status of the other hook is the hook's`() throws {
        try plant("post-receive", "cat > told; exit 9")
        try sandbox.succeed("git model hooks install --post-receive", in: "remote.git")
        let outcome = try sandbox.run("echo 'a b refs/heads/main' | hooks/post-receive", in: "remote.git")
        #expect(outcome.status == 9, "\(outcome)")
        #expect(try Sandbox.read("\(sandbox.path)/remote.git/told") == "a b refs/heads/main\n")
    }

    @Test func `the other hook hears every state of a transaction, and may end it`() throws {
        try plant("reference-transaction", "cat >> told; echo \"$1\" >> told; test ! -e refuse", in: "repo/.git/hooks")
        try sandbox.succeed("git model hooks install --reference-transaction && git branch side", in: "repo")
        let told = try sandbox.succeed("cat told", in: "repo")
        #expect(told.contains("prepared") && told.contains("committed") && told.contains("refs/heads/side"), "\(told)")
        #expect(try sandbox.run("touch refuse && git branch other", in: "repo").status != 0)
        #expect(try !sandbox.references().contains("refs/heads/other"))
    }

    @Test func `ours is refreshed, theirs is left alone`() throws {
        try plant("pre-push", "exit 0", in: "repo/.git/hooks")
        let theirs = try sandbox.footprint(of: "repo/.git/hooks")
        let named = try sandbox.model("hooks uninstall --pre-push")
        #expect(named.status == 0 && named.errors.contains(".git/hooks/pre-push is not ours"), "\(named)")
        #expect(
            try sandbox.model("hooks install --pre-push --dry-run").output.hasPrefix("#!/bin/sh\n# Installed by git"))
        #expect(try sandbox.footprint(of: "repo/.git/hooks") == theirs)

        try sandbox.succeed("git model hooks install --pre-push", in: "repo")
        try sandbox.succeed("echo '# older' >> .git/hooks/pre-push", in: "repo")
        #expect(try sandbox.model("hooks install --pre-push").output == ".git/hooks/pre-push: replaced\n")
        // Somebody put another one in our place: none of the two may be lost.
        try plant("pre-push", "exit 1", in: "repo/.git/hooks")
        let both = try sandbox.footprint(of: "repo/.git/hooks")
        let refused = try sandbox.model("hooks install --reference-transaction --pre-push")
        #expect(refused.status == 3 && refused.errors.contains("somebody else's"), "\(refused)")
        #expect(try sandbox.footprint(of: "repo/.git/hooks") == both)
    }

    @Test func `a link to somebody's hook stays a link`() throws {
        try plant("shared.sh", "touch called", in: "remote.git")
        try sandbox.succeed(
            "ln -s ../shared.sh hooks/pre-receive && git model hooks install --pre-receive", in: "remote.git")
        try sandbox.succeed("git push -q origin main:side", in: "repo")
        try sandbox.succeed("test -e called && git model hooks uninstall", in: "remote.git")
        #expect(try sandbox.succeed("readlink hooks/pre-receive", in: "remote.git") == "../shared.sh")
    }

    @Test func `the folder is the one that Git starts hooks from`() throws {
        try sandbox.succeed("git config core.hooksPath 'ci/my hooks'", in: "repo")
        #expect(try sandbox.model("hooks install --pre-push").output == "ci/my hooks/pre-push: installed\n")
        #expect(try sandbox.run("git tag a@v1.0.0 && git push origin a@v1.0.0", in: "repo").status == 1)
        // A work tree has the hooks of its repository.
        try sandbox.succeed("git config --unset core.hooksPath && git worktree add -q ../tree", in: "repo")
        #expect(try sandbox.model("hooks install --pre-push", in: "tree").status == 0)
        #expect(try sandbox.run("git push origin a@v1.0.0", in: "repo").status == 1)

        try sandbox.succeed("git config --file global core.hooksPath '\(sandbox.path)/everywhere'")
        sandbox.environment["GIT_CONFIG_GLOBAL"] = "\(sandbox.path)/global"
        let refused = try sandbox.model("hooks install --pre-push")
        #expect(refused.status == 4 && refused.errors.contains("core.hooksPath names"), "\(refused)")
        #expect(try sandbox.run("ls everywhere").status != 0)
        try sandbox.succeed("git config core.hooksPath ../everywhere && git model hooks install --pre-push", in: "repo")
        #expect(try sandbox.run("test -x everywhere/pre-push").status == 0)
    }

    @Test func `a new repository without a folder for hooks gets one`() throws {
        try sandbox.succeed(
            "git init -q --bare --template= plain.git && git model hooks install --pre-receive -r plain.git")
        #expect(try sandbox.succeed("stat -c %a plain.git/hooks/pre-receive") == "755")
    }
}
