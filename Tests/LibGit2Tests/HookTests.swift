import GitTypes
import Glibc
import LibGit2
import Testing

@Suite struct HookTests {
    @Test func `a pre-receive hook sees the objects of the push, a plain open does not`() throws {
        let scratch = try Scratch()
        let folder = try scratch.repository()
        let bare = scratch.path + "/a:b \"c\".git"
        try scratch.git(["init", "-q", "--bare", bare])
        // The hook says what Git told it and waits, so that this process can look at the quarantine.
        let hook = bare + "/hooks/pre-receive"
        let told = scratch.path + "/told"
        let done = scratch.path + "/done"
        try scratch.write(
            """
            #!/bin/sh
            { pwd; echo "$GIT_DIR"; echo "$GIT_OBJECT_DIRECTORY"; echo "$GIT_ALTERNATE_OBJECT_DIRECTORIES"; } > '\(told).new'
            mv '\(told).new' '\(told)'
            for i in $(seq 400); do test -e '\(done)' && exit 0; sleep 0.05; done
            exit 1

            """, to: hook)
        chmod(hook, 0o755)
        let head = try scratch.id("HEAD", in: folder)

        let watcher = Background {
            for _ in 0..<400 where access(told, F_OK) != 0 { usleep(50_000) }
            let lines = String(decoding: Scratch.read(told), as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false
            ).map { String($0) }
            guard lines.count >= 4 else { return ["nothing told"] }
            let variables = [
                "GIT_DIR": lines[1], "GIT_OBJECT_DIRECTORY": lines[2], "GIT_ALTERNATE_OBJECT_DIRECTORIES": lines[3],
            ]
            func look(_ isInsideHook: Bool) -> String {
                do throws(GitError) {
                    let repository = try Repository.open(at: lines[0], isInsideHook: isInsideHook) { variables[$0] }
                    return try repository.commit(head).message
                } catch {
                    return "\(error.kind)"
                }
            }
            let seen = [look(true), look(false)]
            try? scratch.write("", to: done)
            return seen
        }
        try scratch.git(["-C", folder, "push", "-q", bare, "main"])
        #expect(watcher.wait() == ["first\n", "\(GitError.Kind.objectMissing(head))"])
    }

    @Test func `GIT_DIR names the repository inside a hook and nothing outside`() throws {
        let scratch = try Scratch()
        let folder = try scratch.repository()
        let other = try scratch.repository("other")
        let variables = ["GIT_DIR": folder + "/.git", "GIT_WORK_TREE": folder]
        let inside = try Repository.open(at: other, isInsideHook: true) { variables[$0] }
        #expect(inside.gitDirectory == folder + "/.git")
        #expect(try Repository.open(at: other) { variables[$0] }.gitDirectory == other + "/.git")
        let relative = try Repository.open(at: folder, isInsideHook: true) { $0 == "GIT_DIR" ? ".git" : nil }
        #expect(relative.gitDirectory == folder + "/.git")
    }

    @Test func `alternates may be quoted as in C`() throws {
        let scratch = try Scratch()
        let folder = try scratch.repository()
        let odd = scratch.path + "/o:d\"d"
        try scratch.git(["clone", "-q", "--bare", folder, odd])
        let empty = scratch.path + "/empty.git"
        try scratch.git(["init", "-q", "--bare", empty])
        let head = try scratch.id("HEAD", in: folder)
        let quoted = "\"" + scratch.path + "/o\\072d\\\"d/objects\":/nonexistent"
        let repository = try Repository.open(at: empty, isInsideHook: true) {
            $0 == "GIT_ALTERNATE_OBJECT_DIRECTORIES" ? quoted : nil
        }
        #expect(try repository.commit(head).id == head)
    }
}
