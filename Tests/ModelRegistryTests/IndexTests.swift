import ModelRegistry
import RegistryCore
import TestSupport
import Testing

/// The index of tags, as far as a user can see it: nothing but time depends on it.
@Suite struct IndexTests {
    private static let readings = [
        "show", "show --json", "show churn", "show churn@latest --ref", "show churn#prod --json", "show nope",
        "history --json", "history churn", "stages", "check-ref churn@v0.0.1", "check-ref churn#prod#1 --json",
        "describe churn", "print-state",
    ]

    private static let index = ".git/git-model/index.sqlite"

    private func repository() throws -> Sandbox {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        for command in ["register churn", "assign churn --version v0.0.1 --stage prod", "register models:price"] {
            let outcome = try sandbox.model(command)
            #expect(outcome.status == 0, "\(outcome)")
        }
        return sandbox
    }

    /// Every reading command says the same with the index as without.
    private func expectSame(_ sandbox: Sandbox, _ what: String, in folder: String = "repo") throws {
        for reading in Self.readings {
            let indexed = try sandbox.model(reading, in: folder)
            let whole = try sandbox.model("\(reading) --no-index", in: folder)
            #expect(indexed == whole, "\(what): \(reading)")
        }
    }

    /// As in a clone that is not deep enough.
    @Test func `an event is told without its commit, unless the files are asked for`() throws {
        let sandbox = try repository()
        let commit = String(repeating: "12", count: 20)
        let tag = "object \(commit)\ntype commit\ntag churn@v3.0.0\ntagger A <a@b> 1700000000 +0000\n\nx\n"
        try Sandbox.write(tag, to: "\(sandbox.path)/tag")
        try sandbox.succeed(
            "git update-ref refs/tags/churn@v3.0.0 $(git hash-object -t tag --literally -w ../tag)", in: "repo")
        for index in ["", " --no-index"] {
            let event = try sandbox.model("check-ref churn@v3.0.0 --event\(index)")
            #expect(event.status == 0 && event.output == "registration\n", "\(event)")
            let whole = try sandbox.model("check-ref churn@v3.0.0 --json\(index)")
            #expect(whole.status == 1 && whole.errors.contains(commit), "\(whole)")
        }
        try expectSame(sandbox, "commit missing")
    }

    @Test func `every change of refs is seen`() throws {
        let sandbox = try repository()
        try expectSame(sandbox, "first")
        #expect(try sandbox.run("test -s \(Self.index)", in: "repo").status == 0)
        let changes = [
            "git commit -q --allow-empty -m Next && git tag -a -m x churn@v0.0.2",
            "git pack-refs --all",
            "git tag -d churn@v0.0.2",
            "git tag -a -m x 'churn#dev#7' && git tag -a -m x nn@v1.0.0 HEAD~1",
            "git tag -f -a -m moved nn@v1.0.0 HEAD",
            "git gc -q --prune=now",
            "git tag lightweight@v1.0.0",
            "git update-ref refs/tags/churn@v7.0.0 refs/tags/churn@v0.0.1",
            "git update-ref -d refs/tags/churn@v7.0.0",
            "git symbolic-ref refs/tags/churn@v8.0.0 refs/tags/churn@v0.0.1",
            "git symbolic-ref -d refs/tags/churn@v8.0.0",
            "printf 'stages: [dev]\\n' > .registry.yaml",
            "printf 'artifacts:\\n  churn:\\n    path: x\\n' > dvc.yaml && git add dvc.yaml && git commit -q -m Files",
            "git tag | grep @ | xargs git tag -d",
        ]
        for change in changes {
            try sandbox.succeed(change, in: "repo")
            try expectSame(sandbox, change)
        }
    }

    @Test func `tags that are added bit by bit say what they say at once`() throws {
        let sandbox = try repository()
        try expectSame(sandbox, "first")
        let additions = [
            // More tags than are kept beside the others.
            "for n in $(seq 100 140); do git tag -a -m x \"churn#dev#$n\"; done",
            "for n in $(seq 200 240); do git tag -a -m x \"churn#qa#$n\"; done",
            "for n in $(seq 3 9); do git commit -q --allow-empty -m Next && git tag -a -m x churn@v0.0.$n; done",
            // On a commit that was in a stage before it was registered.
            "git commit -q --allow-empty -m Next && git tag -a -m x 'churn#dev#300'",
            "git tag -a -m x churn@v0.1.0",
            // What held does not hold any more.
            "git tag -a -m x 'churn#dev!#301'", "git tag -a -m x 'churn@v0.1.0!'",
            // Two versions on a commit, and one on two.
            "git tag -a -m x churn@v0.2.0 churn@v0.0.3^{}", "git tag -a -m x 'churn@v0.0.4!' churn@v0.0.5^{}",
            "git tag -a -m x 'models=price#prod#1' && git tag -a -m x churn@deprecated#1",
            "git pack-refs --all", "git commit -q --allow-empty -m Next && git tag -a -m x churn@v0.3.0",
        ]
        for (number, addition) in additions.enumerated() {
            // Seconds apart, so that nothing depends on how git breaks ties.
            try sandbox.succeed("export GIT_COMMITTER_DATE='\(1_800_000_000 + number) +0000'; \(addition)", in: "repo")
            try expectSame(sandbox, addition)
        }
    }

    @Test(arguments: [
        "rm -f %", "rm -f %-wal %-shm", ": > %", "printf junk > %", "truncate -s -3000 %",
        "printf XXXX | dd of=% bs=1 seek=20000 conv=notrunc status=none",
        "chmod 400 % && chmod 500 .git/git-model",
    ])
    func `a damaged index changes nothing`(damage: String) throws {
        let sandbox = try repository()
        try expectSame(sandbox, "before")
        try sandbox.succeed(damage.replacing("%", with: Self.index), in: "repo")
        try expectSame(sandbox, damage)
        try sandbox.succeed("chmod 700 .git/git-model && git tag -a -m x churn@v0.0.9", in: "repo")
        try expectSame(sandbox, "\(damage), one more tag")
    }

    @Test func `packed refs that are replaced within one tick are seen`() throws {
        let sandbox = try repository()
        try sandbox.succeed(
            "git commit -q --allow-empty -m Next && git tag -a -m one churn@v1.0.0 && git pack-refs --all", in: "repo")
        try expectSame(sandbox, "packed")
        // The same size, and by `touch` the same time; what tells is the content.
        try sandbox.succeed(
            """
            git tag -f -a -m two churn@v1.0.0 HEAD~1 && new=$(git rev-parse refs/tags/churn@v1.0.0) &&
            old=$(awk '/churn@v1.0.0$/ { print $1 }' .git/packed-refs) && touch -r .git/packed-refs stamp &&
            rm .git/refs/tags/churn@v1.0.0 && sed "s/$old/$new/" .git/packed-refs > copy &&
            cat copy > .git/packed-refs && touch -r stamp .git/packed-refs && rm copy stamp
            """, in: "repo")
        try expectSame(sandbox, "replaced")
    }

    /// Loaded into a command, it lets somebody else change the refs between two of the command's looks at them.
    private static let shim = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdlib.h>
        #include <string.h>
        static void look(const char *path) {
            static int looks;
            const char *end = strrchr(path, '/'), *which = getenv("LOOK"), *change = getenv("CHANGE");
            if (!which || !change || !end || strcmp(end, "/packed-refs") || ++looks != atoi(which)) return;
            unsetenv("LD_PRELOAD");
            if (system(change)) abort();
        }
        int open(const char *path, int flags, int mode) {
            look(path);
            return ((int (*)(const char *, int, int))dlsym(RTLD_NEXT, "open"))(path, flags, mode);
        }
        int open64(const char *path, int flags, int mode) {
            look(path);
            return ((int (*)(const char *, int, int))dlsym(RTLD_NEXT, "open64"))(path, flags, mode);
        }
        """

    @Test func `packed refs that are replaced while they are read are not taken for others`() throws {
        let sandbox = try repository()
        try sandbox.succeed("cat > shim.c <<'END'\n\(Self.shim)\nEND\ncc -shared -fPIC -o shim.so shim.c -ldl")
        // After each of the looks that a command takes, and after the last one.
        for look in 1...8 {
            let (first, second) = ("churn@v1.\(look).0", "churn@v2.\(look).0")
            try sandbox.succeed(
                """
                for tag in \(first) \(second); do git commit -q --allow-empty -m Next && git tag -a -m x $tag; done &&
                git pack-refs --all && git model show && git tag -d \(first) &&
                LD_PRELOAD=$PWD/../shim.so LOOK=\(look) CHANGE='git tag -d \(second) >&2' git model show churn
                """, in: "repo")
            #expect(try sandbox.model("show churn --json") == sandbox.model("show churn --json --no-index"), "\(look)")
        }
    }

    @Test func `what the index knows needs no libgit2`() throws {
        let sandbox = try repository()
        let wanted = try sandbox.model("show")
        try sandbox.succeed("mkdir lib && printf broken > lib/libgit2.so.\(RuntimeVersions.requiredLibGit2)")
        sandbox.environment["LD_LIBRARY_PATH"] = "\(sandbox.path)/lib"
        #expect(try sandbox.model("show") == wanted)
        #expect(try sandbox.model("show --no-index").status == 1)
    }

    @Test func `damage that is found while an artifact's history is read is got rid of`() throws {
        let sandbox = try repository()
        try sandbox.succeed("git model show && git model history", in: "repo")
        try sandbox.succeed(
            """
            python3 -c 'if True:
                import sqlite3
                path = "\(Self.index)"
                file = sqlite3.connect(path)
                file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                page, = file.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", ["records"]).fetchone()
                size, = file.execute("PRAGMA page_size").fetchone()
                file.close()
                with open(path, "r+b") as bytes:
                    bytes.seek((page - 1) * size)
                    bytes.write(b"\\xff" * size)' &&
            git tag -a -m x churn@v0.0.9
            """, in: "repo")
        // The first command meets it, and deletes the file at its end; the second one makes it anew.
        let wanted = try sandbox.model("show --no-index")
        #expect(try sandbox.model("show") == wanted)
        #expect(try sandbox.model("show") == wanted)
        try sandbox.succeed("mkdir lib && printf broken > lib/libgit2.so.\(RuntimeVersions.requiredLibGit2)")
        sandbox.environment["LD_LIBRARY_PATH"] = "\(sandbox.path)/lib"
        #expect(try sandbox.model("show") == wanted)
    }

    @Test func `without SQLite every tag is read`() throws {
        let sandbox = try repository()
        let wanted = try sandbox.model("show")
        try sandbox.succeed("mkdir lib && printf broken > lib/libsqlite3.so.0")
        sandbox.environment["LD_LIBRARY_PATH"] = "\(sandbox.path)/lib"
        #expect(try sandbox.model("show") == wanted)
        try expectSame(sandbox, "without SQLite")
    }

    @Test func `an index is kept in the cache where the repository cannot be written to`() throws {
        let sandbox = try repository()
        try sandbox.succeed("rm -rf .git/git-model && printf x > .git/git-model", in: "repo")
        sandbox.environment["XDG_CACHE_HOME"] = "\(sandbox.path)/cache"
        try expectSame(sandbox, "no folder")
        try sandbox.succeed("ls cache/git-model/indexes/*.sqlite")
    }

    @Test func `packed refs that are not sorted are all seen`() throws {
        let sandbox = try repository()
        try sandbox.succeed(
            """
            git pack-refs --all && grep -n 'churn@v0.0.1$' -A1 .git/packed-refs | sed 's/^[0-9]*[:-]//' > moved &&
            grep -v -x -F -f moved .git/packed-refs > rest && cat rest moved > .git/packed-refs && rm rest moved
            """, in: "repo")
        try expectSame(sandbox, "not sorted")
        try sandbox.succeed("git commit -q --allow-empty -m Next && git tag -a -m x churn@v0.0.5", in: "repo")
        try expectSame(sandbox, "not sorted, one more tag")
    }

    @Test func `a link in the place of its folder is left alone`() throws {
        let sandbox = try repository()
        try sandbox.succeed(
            "rm -rf repo/.git/git-model && mkdir other && echo mine > other/index.sqlite && ln -s ../../other repo/.git/git-model"
        )
        try expectSame(sandbox, "link")
        #expect(try sandbox.succeed("ls other && cat other/index.sqlite") == "index.sqlite\nmine")
    }

    @Test func `a repository below a name that is not UTF-8 has no index, and is read`() throws {
        let sandbox = try repository()
        let wanted = try sandbox.model("show")
        let moved = try sandbox.succeed(
            "dir=$(printf 'caf\\351') && mkdir \"$dir\" && mv repo \"$dir/\" && cd \"$dir/repo\" && git model show && git model show"
        )
        #expect(moved == (wanted.output + wanted.output).dropLast())
    }

    @Test func `its folder is for the same people as the repository`() throws {
        let sandbox = try repository()
        try sandbox.succeed("rm -rf .git/git-model && chmod 2775 .git && git model show", in: "repo")
        #expect(try sandbox.succeed("stat -c %a .git/git-model", in: "repo") == "2775")
    }

    @Test func `an index that came with a copied folder is made anew`() throws {
        let sandbox = try repository()
        try expectSame(sandbox, "original")
        try sandbox.succeed("cp -r repo copy")
        let before = try sandbox.succeed("cksum < .git/git-model/index.sqlite", in: "copy")
        try expectSame(sandbox, "copy", in: "copy")
        #expect(try sandbox.succeed("cksum < .git/git-model/index.sqlite", in: "copy") != before)
    }

    @Test func `a configuration that includes files may change where nobody sees it`() throws {
        let sandbox = try repository()
        try sandbox.succeed("git config include.path more && git model show && git model show", in: "repo")
        try sandbox.succeed(
            "mkdir elsewhere && printf 'stages: [far]\\n' > elsewhere/.registry.yaml && git -C repo config -f .git/more core.worktree \"$PWD/elsewhere\""
        )
        try expectSame(sandbox, "included")
        // Nobody takes its word without libgit2; and as the refs are the same, nobody has anything to write.
        let before = try sandbox.succeed("cat \(Self.index) \(Self.index)-wal | cksum", in: "repo")
        for _ in 0..<3 { #expect(try sandbox.model("show").status == 0) }
        #expect(try sandbox.succeed("cat \(Self.index) \(Self.index)-wal | cksum", in: "repo") == before)
        #expect(try sandbox.model("stages --allowed").output == "far\n")
    }
}
