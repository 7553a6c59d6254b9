import Glibc
import TestSupport
import Testing

/// A remote that is watched, from a clone of it and by its address.
@Suite struct WatchTests {
    private let sandbox: Sandbox
    private let url: String

    init() throws {
        sandbox = Sandbox()
        url = "file://\(sandbox.path)/remote.git"
        sandbox.environment["GIT_MODEL_ALLOW_HOOKS"] = "1"
        try sandbox.makeRepository()
        try sandbox.commit(Self.configuration, as: ".registry.yaml")
        try sandbox.succeed("mkdir ci && touch ci/run.sh && chmod +x ci/run.sh", in: "repo")
        try sandbox.makeRemote()
        try script("echo \"$MODEL_REF\" >> '\(sandbox.path)/ran'")
        try sandbox.succeed("git model register churn --push", in: "repo")
        try sandbox.succeed("git clone -q remote.git clone && touch ran")
    }

    /// Commits and pushes the script that the hook runs.
    private func script(_ text: String) throws {
        try sandbox.commit("#!/bin/sh\n\(text)\n", as: "ci/run.sh")
        try sandbox.succeed("git push -q origin main", in: "repo")
    }

    private static let configuration = """
        hooks:
        - {name: deploy, on: [registered, assigned], run: ci/run.sh, env: [NAP]}

        """

    /// What a hook ran for, in order.
    private var ran: [String] {
        let text = (try? Sandbox.read("\(sandbox.path)/ran")) ?? ""
        return text.split(separator: "\n").map { String($0.dropFirst(10)) }
    }

    /// Looks once, by the remote's address or from the clone.
    private func once(isRemote: Bool = true, _ options: String = "") throws -> Sandbox.Outcome {
        try sandbox.run("git-model watch --once \(options) \(isRemote ? "-r '\(url)'" : "")", in: "clone")
    }

    /// Pushes a tag with plain git, as GTO would write it.
    private func push(_ tag: String, _ commit: String = "HEAD") throws {
        try sandbox.succeed("git tag -a -f -m 'a tag' '\(tag)' \(commit) && git push -q -f origin '\(tag)'", in: "repo")
    }

    /// Starts a watch in the background; its outputs go to `out` and `err`.
    private func start(isRemote: Bool = true, _ options: String = "--interval 1s") throws -> pid_t {
        let id = try sandbox.succeed(
            "git-model watch \(options) \(isRemote ? "-r '\(url)'" : "") >> ../out 2>> ../err & echo $!", in: "clone")
        return pid_t(id) ?? 0
    }

    /// Ends it; `true` where it ended within three seconds.
    private func stop(_ process: pid_t, by signal: Int32 = SIGTERM) -> Bool {
        kill(process, signal)
        return waits(seconds: 3) { kill(process, 0) != 0 }
    }

    private func waits(seconds: Int = 30, for condition: () -> Bool) -> Bool {
        for _ in 0..<(seconds * 50) {
            if condition() { return true }
            usleep(20_000)
        }
        return false
    }

    /// What it printed on stdout so far.
    private var printed: String { (try? Sandbox.read("\(sandbox.path)/out")) ?? "" }

    /// What it said on stderr so far.
    private var said: String { (try? Sandbox.read("\(sandbox.path)/err")) ?? "" }

    @Test(arguments: [true, false])
    func `a tag that plain git pushes is run once, and what was there is history`(isRemote: Bool) throws {
        let watch = try start(isRemote: isRemote)
        #expect(waits { said.contains("history, and no hook runs for them: 1") })
        try push("churn#prod#1")
        #expect(waits { ran == ["churn#prod#1"] }, "\(said)")
        try push("churn#dev#2")
        // Until its end is noted, which is after its line.
        #expect(waits { printed.contains("churn#dev#2: deploy: done") }, "\(said)")
        #expect(stop(watch))
        #expect(said.hasSuffix("stopped\n"), "\(said)")
        #expect(try once(isRemote: isRemote).status == 0)
        #expect(ran.count == 2)
    }

    @Test func `one look ends as its hooks do`() throws {
        #expect(try once().status == 0)
        try push("churn#prod#1")
        sandbox.environment["GIT_MODEL_ALLOW_HOOKS"] = nil
        let refused = try once()
        #expect(refused.status == 4 && refused.errors.contains("has not been allowed"), "\(refused)")
        #expect(try once("--allow").status == 0)
        #expect(ran == ["churn#prod#1"])
        try script("exit 1")
        try push("churn#dev#2")
        let failed = try once("--allow --json")
        #expect(failed.status == 4 && failed.output.contains(#""outcome":"exit status 1""#), "\(failed)")
        for line in failed.output.split(separator: "\n") { #expect(line.hasPrefix("{") && line.hasSuffix("}")) }
        // It is told, not tried for ever.
        #expect(try once("--allow").status == 0)
        try sandbox.succeed("mv remote.git away.git")
        let lost = try once()
        #expect(lost.status == 1 && lost.errors.contains("error: "), "\(lost)")
    }

    @Test(arguments: [true, false])
    func `moved and deleted tags are told once and not followed`(isRemote: Bool) throws {
        try push("churn#prod#1")
        #expect(try once(isRemote: isRemote).status == 0)
        try push("churn#dev#2")
        #expect(try once(isRemote: isRemote).status == 0)
        let old = try sandbox.succeed("git rev-parse 'churn#dev#2'", in: "repo")
        // History, and what a hook ran for; the third one is new.
        try push("churn#prod#1", "HEAD~1")
        try push("churn#dev#2", "HEAD~1")
        try push("churn#test#3")
        try sandbox.succeed("git push -q origin :churn@v0.0.1", in: "repo")
        if isRemote { #expect(try sandbox.run("git model show -r '\(url)'").status == 0) }
        let told = try once(isRemote: isRemote)
        let new = try sandbox.succeed("git rev-parse 'churn#dev#2'", in: "repo")
        #expect(told.status == 0)
        #expect(told.errors.contains("tag churn#dev#2 was \(old), first seen "), "\(told)")
        #expect(told.errors.contains("and is \(new) at the remote now"), "\(told)")
        #expect(told.errors.contains("warning: tag churn#prod#1 was "), "\(told)")
        #expect(told.errors.contains("tag churn@v0.0.1, which was "), "\(told)")
        #expect(told.errors.split(separator: "\n").count { $0.hasPrefix("warning: ") } == 3, "\(told)")
        if isRemote { #expect(try sandbox.run("git model show -r '\(url)'").status == 0) }
        let again = try once(isRemote: isRemote)
        #expect(again.status == 0 && again.errors == "", "\(again)")
        try push("churn#last#4")
        let later = try once(isRemote: isRemote)
        #expect(later.status == 0 && !later.errors.contains("warning"), "\(later)")
        #expect(ran == ["churn#dev#2", "churn#test#3", "churn#last#4"])
        if !isRemote {
            #expect(try sandbox.succeed("git rev-parse 'churn#dev#2'", in: "clone") == old)
            #expect(try sandbox.tags(in: "clone").contains("churn@v0.0.1"))
        }
        // Another change is told anew.
        try push("churn#dev#2", "HEAD~2")
        #expect(try once(isRemote: isRemote).errors.contains("tag churn#dev#2 was \(new), first seen "))
        #expect(ran.count == 3)
    }

    @Test func `a tag that was moved while its hook waited is not run as another object`() throws {
        #expect(try once().status == 0)
        try push("churn#prod#1")
        sandbox.environment["GIT_MODEL_ALLOW_HOOKS"] = nil
        #expect(try once().status == 4)
        try push("churn#prod#1", "HEAD~1")
        // This one mirrors the remote into the cache, moved tags too.
        #expect(try sandbox.run("git model show -r '\(url)'").status == 0)
        let outcome = try once("--allow")
        #expect(outcome.status == 0 && outcome.errors.contains("churn#prod#1 was "), "\(outcome)")
        #expect(ran == [])
    }

    @Test func `a tag that comes back is a new event where it is another one`() throws {
        #expect(try once().status == 0)
        try push("churn#prod#1")
        #expect(try once().status == 0)
        for (commit, count) in [("HEAD~1", 2), ("HEAD", 3)] {
            try sandbox.succeed("git push -q origin ':churn#prod#1'", in: "repo")
            #expect(try once().errors.contains("was deleted at the remote"))
            try push("churn#prod#1", commit)
            let outcome = try once()
            #expect(outcome.status == 0 && !outcome.errors.contains("warning"), "\(outcome)")
            #expect(ran.count == count)
        }
        // The same one again: a server that listed too little for a moment.
        try sandbox.succeed("git push -q origin ':churn#prod#1'", in: "repo")
        #expect(try once().status == 0)
        try sandbox.succeed("git push -q origin 'churn#prod#1'", in: "repo")
        #expect(try once().status == 0)
        #expect(ran.count == 3)
        // Nothing is lost where that happens while its hook waits.
        try push("churn#dev#2")
        sandbox.environment["GIT_MODEL_ALLOW_HOOKS"] = nil
        #expect(try once().status == 4)
        try sandbox.succeed("git push -q origin ':churn#dev#2'", in: "repo")
        #expect(try once("--allow").status == 0)
        #expect(ran.count == 3)
        try sandbox.succeed("git push -q origin 'churn#dev#2'", in: "repo")
        #expect(try once("--allow").status == 0)
        #expect(ran.last == "churn#dev#2")
    }

    @Test func `a lost network is told once, and survived`() throws {
        let watch = try start()
        #expect(waits { said.contains("history") })
        try sandbox.succeed("mv remote.git away.git")
        #expect(waits { said.contains("it is tried again in 2 s") }, "\(said)")
        usleep(3_000_000)
        try sandbox.succeed("mv away.git remote.git")
        try push("churn#prod#1")
        #expect(waits { ran == ["churn#prod#1"] }, "\(said)")
        #expect(waits { said.contains("the remote can be read again") }, "\(said)")
        #expect(said.components(of: "warning: ") == 1, "\(said)")
        #expect(stop(watch))
    }

    @Test func `what waiting does not mend ends it at the start, and a network that is down does not`() throws {
        for address in ["file:///nonexistent.git", "file://\(sandbox.path)/home"] {
            let outcome = try sandbox.run("timeout 20 git-model watch -r '\(address)'")
            #expect(outcome.status == 1 && outcome.errors.contains("error: "), "\(outcome)")
        }
        let remote = try sandbox.run("timeout 20 git-model watch --remote upstream", in: "clone")
        #expect(remote.status == 1 && remote.errors.contains("no remote 'upstream'"), "\(remote)")
        let down = try sandbox.run("timeout 2 git-model watch -r http://127.0.0.1:1/x.git --interval 1s")
        #expect(down.status == 124 && down.errors.hasSuffix("stopped\n"), "\(down)")
        #expect(down.errors.components(of: "warning: ") == 1, "\(down)")
    }

    @Test func `SIGTERM ends it and the running hook, which runs again at the next start`() throws {
        try script(
            "echo \"$MODEL_REF\" >> '\(sandbox.path)/ran'; sleep ${NAP:-0}; echo end >> '\(sandbox.path)/end'")
        #expect(try once().status == 0)
        try push("churn#prod#1")
        sandbox.environment["NAP"] = "300"
        let watch = try start()
        #expect(waits { ran == ["churn#prod#1"] })
        #expect(stop(watch))
        #expect(said.contains("stopped\n"))
        sandbox.environment["NAP"] = nil
        let next = try once()
        #expect(next.status == 0 && next.errors.contains("was cut short, so it runs again"), "\(next)")
        #expect(ran.count == 2)
        #expect(try Sandbox.read("\(sandbox.path)/end") == "end\n")
    }

    @Test func `a killed watch takes neither a hook nor its result along`() throws {
        try script(
            "echo \"$MODEL_REF\" >> '\(sandbox.path)/ran'; sleep ${NAP:-0}; echo end >> '\(sandbox.path)/end'")
        #expect(try once().status == 0)
        try push("churn#prod#1")
        sandbox.environment["NAP"] = "2"
        let watch = try start()
        #expect(waits { ran == ["churn#prod#1"] })
        #expect(stop(watch, by: SIGKILL))
        // It waits for the one that runs, and finds it done.
        let next = try once()
        #expect(next.status == 0 && !next.errors.contains("cut short"), "\(next)")
        #expect(ran == ["churn#prod#1"])
        #expect(try Sandbox.read("\(sandbox.path)/end") == "end\n")
    }

    /// Notes the command line of each git that is started from now on.
    private func countCalls() throws {
        let git = try sandbox.succeed("command -v git")
        try sandbox.succeed("mkdir bin && touch calls")
        try Sandbox.write(
            "#!/bin/sh\necho \"$*\" >> '\(sandbox.path)/calls'\nexec \(git) \"$@\"\n", to: "\(sandbox.path)/bin/git")
        try sandbox.succeed("chmod +x bin/git")
        sandbox.environment["PATH"] = "\(sandbox.path)/bin:\(sandbox.environment["PATH"] ?? "")"
    }

    private func calls() throws -> [String] {
        defer { _ = try? sandbox.run(": > calls") }
        return try Sandbox.read("\(sandbox.path)/calls").split(separator: "\n").map(String.init)
    }

    @Test func `where nothing changed, the remote is only listed`() throws {
        try countCalls()
        for isRemote in [true, false] {
            #expect(try once(isRemote: isRemote).status == 0)
            _ = try calls()
            #expect(try once(isRemote: isRemote).status == 0)
            let calls = try calls()
            #expect(calls.count == 1 && calls[0].contains(" ls-remote "), "\(calls)")
        }
    }

    @Test func `many tags are fetched by one call`() throws {
        try sandbox.succeed(
            "for i in $(seq 200); do git tag -a -m x churn@v1.0.$i HEAD && git tag v$i; done && git push -q --tags origin",
            in: "repo")
        try sandbox.succeed("rm -rf clone && git clone -q --no-tags remote.git clone")
        try countCalls()
        for isRemote in [false, true] {
            #expect(try once(isRemote: isRemote).errors.contains(": 201\n"))
            _ = try calls()
        }
        try sandbox.succeed(
            "for i in $(seq 90); do git tag -a -m x \"churn#dev#$i\" HEAD; done && git push -q --tags origin",
            in: "repo")
        for isRemote in [false, true] {
            _ = try calls()
            // Registrations of one commit leave open which version is meant, so no hook runs; the tags come.
            _ = try once(isRemote: isRemote)
            let calls = try calls()
            #expect(calls.count { $0.contains(" fetch ") } == 1, "\(calls)")
        }
        let tags = try sandbox.tags(in: "clone")
        // Tags that are not the registry's are nobody's business.
        #expect(tags.count == 291 && !tags.contains("v1"))
    }

    @Test func `a hook that nobody allowed is told once, and runs when it is allowed`() throws {
        sandbox.environment["GIT_MODEL_ALLOW_HOOKS"] = nil
        let watch = try start()
        #expect(waits { said.contains("history") })
        try push("churn#prod#1")
        #expect(waits { said.contains("has not been allowed") })
        usleep(2_500_000)
        #expect(said.components(of: "has not been allowed") == 1, "\(said)")
        try sandbox.succeed("git-model hooks allow -r '\(url)'", in: "clone")
        #expect(waits { ran == ["churn#prod#1"] }, "\(said)")
        #expect(stop(watch))
    }

    @Test func `there is one watch of a repository`() throws {
        let watch = try start()
        #expect(waits { said.contains("history") })
        let second = try once("--json")
        #expect(second.status == 3 && second.errors.contains("already-running"), "\(second)")
        // From a clone it is another repository's hooks.
        #expect(try once(isRemote: false).status == 0)
        #expect(stop(watch))
        #expect(try once().status == 0)
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
