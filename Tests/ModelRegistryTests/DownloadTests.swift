import TestSupport
import Testing

/// What `download` puts where, and what it never touches.
@Suite struct DownloadTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.commit(
            "artifacts:\n  churn:\n    path: models/churn.bin\n  nets:\n    path: nets\n", as: "dvc.yaml")
        try sandbox.succeed(
            """
            mkdir -p models nets/deep && printf 'the model\\n' > models/churn.bin && echo a > nets/a && echo b > nets/deep/b &&
            printf '#!/bin/sh\\n' > nets/run && chmod +x nets/run && git add . && git commit -qm models &&
            git model register churn && git model register nets && git model assign churn --stage prod && mkdir ../out
            """, in: "repo")
    }

    private func download(_ arguments: String) throws -> Sandbox.Outcome {
        try sandbox.model("download -r ../repo \(arguments)", in: "out")
    }

    /// Name, mode and content of all that is in `out`.
    private func listing() throws -> String {
        try sandbox.succeed("find . -mindepth 1 -printf '%P %M\\n' | LC_ALL=C sort", in: "out")
    }

    @Test func `a file and a folder, with their modes`() throws {
        #expect(try download("churn#prod").output == "churn.bin\n")
        #expect(try download("nets").output == "nets\n")
        #expect(
            try listing() == """
                churn.bin -rw-r--r--
                nets drwxr-xr-x
                nets/a -rw-r--r--
                nets/deep drwxr-xr-x
                nets/deep/b -rw-r--r--
                nets/run -rwxr-xr-x
                """)
        #expect(try Sandbox.read("\(sandbox.path)/out/churn.bin") == "the model\n")
        #expect(try sandbox.run("diff -r repo/nets out/nets").status == 0)
    }

    @Test(arguments: [
        ("churn -o x.bin", "x.bin"), ("churn -o sub/x.bin", "sub/x.bin"), ("churn -o new/", "new/churn.bin"),
        ("churn -o there", "there/churn.bin"), ("churn -o .", "churn.bin"), ("churn@latest -o ./y", "y"),
        ("churn -o ../out/z", "../out/z"), ("nets -o there", "there/nets"), ("nets -o n/m", "n/m"),
        ("churn@v0.0.1 -o=--x", "--x"),
    ])
    func `-o names a file or a folder`(arguments: String, target: String) throws {
        try sandbox.succeed("mkdir out/there")
        let outcome = try download(arguments)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try sandbox.run("test -e ./'\(target)'", in: "out").status == 0, "\(outcome)")
        #expect(try sandbox.run("find . -name '*.part' | grep .", in: "out").status == 1)
    }

    @Test func `equal content is left alone`() throws {
        _ = try download("churn")
        _ = try download("nets")
        let stamp = "find . -mindepth 1 -printf '%P %i %T@ %C@\\n' | sort"
        let before = try sandbox.succeed(stamp, in: "out")
        for arguments in ["churn", "nets", "churn --force", "nets --force"] {
            let outcome = try download(arguments)
            #expect(outcome.status == 0 && outcome.errors.contains("has this content already"), "\(outcome)")
        }
        #expect(try sandbox.succeed(stamp, in: "out") == before)
        // The same bytes with another mode are not the same file.
        try sandbox.succeed("chmod -x nets/run", in: "out")
        #expect(try download("nets").status == 3)
        #expect(try download("nets --force").status == 0)
        #expect(try listing().contains("nets/run -rwxr-xr-x"))
    }

    @Test(arguments: [
        ("churn", "echo mine > churn.bin"), ("churn", "mkdir -p churn.bin/x"),
        ("churn", "ln -s /etc/hostname churn.bin"),
        ("churn", "ln -s /nonexistent churn.bin"), ("churn", "mkfifo churn.bin"), ("nets", "echo mine > nets"),
        ("nets", "mkdir nets && echo x > nets/a"), ("nets", "cp -r ../repo/nets nets && echo more > nets/more"),
        ("nets", "ln -s ../repo/nets nets"),
        ("nets", "cp -r ../repo/nets nets && rm nets/a && ln -s ../../repo/nets/a nets/a"),
    ])
    func `other content is a conflict, and is replaced with --force only`(name: String, plant: String) throws {
        try sandbox.succeed(plant, in: "out")
        let before = try sandbox.succeed("find . -printf '%P %y %i %l %T@\\n' | sort", in: "out")
        let outcome = try download(name)
        #expect(outcome.status == 3, "\(outcome)")
        // A folder's own time is that of its last entry, and the entry of the temporary name came and went.
        let after = try sandbox.succeed("find . -printf '%P %y %i %l %T@\\n' | sort", in: "out")
        #expect(after.split(separator: "\n").dropFirst() == before.split(separator: "\n").dropFirst())
        let source = try sandbox.footprint()
        let isInto = plant.hasPrefix("mkdir -p") || plant.hasPrefix("ln -s ../repo/nets")
        let forced = try download("\(name) --force")
        if !isInto { #expect(forced.status == 0, "\(forced)") }
        #expect(try sandbox.footprint() == source)
    }

    @Test func `a dry run writes nothing`() throws {
        let outcome = try download("nets --dry-run")
        #expect(outcome.status == 0 && outcome.errors.contains("would write: nets/deep/b"), "\(outcome)")
        #expect(try download("churn -o a/b/c --dry-run --json").status == 0)
        #expect(try listing() == "")
    }

    @Test func `what is kept elsewhere is named`() throws {
        let pointer =
            "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "ab", count: 32))\nsize 12\n"
        try sandbox.commit(pointer, as: "models/lfs.bin")
        try sandbox.commit(
            "outs:\n- md5: \(String(repeating: "ab", count: 16))\n  size: 5\n  path: dvc.bin\n",
            as: "models/dvc.bin.dvc")
        try sandbox.commit(
            "schema: '2.0'\nstages:\n  train:\n    cmd: x\n    outs:\n    - path: models/stage.bin\n      md5: \(String(repeating: "cd", count: 16))\n      size: 5\n",
            as: "dvc.lock")
        try sandbox.commit(
            """
            artifacts:
              lfs: {path: models/lfs.bin}
              dvc: {path: models/dvc.bin}
              stage: {path: models/stage.bin}
              url: {path: "s3://bucket/model.bin"}
              web: {path: "https://ana:secret-token@example.com/m.bin"}
              gone: {path: models/gone.bin}

            """, as: "dvc.yaml")
        for (name, status, words) in [
            ("lfs", 1, "lfs v0.0.1 is kept in Git LFS, and nothing says where"),
            ("dvc", 1, "models/dvc.bin is kept in DVC (by models/dvc.bin.dvc), and no DVC remote is the default one"),
            ("stage", 1, "models/stage.bin is kept in DVC (by dvc.lock), and no DVC remote is the default one"),
            ("url", 1, "s3://bucket/model.bin needs keys of AWS, and none were found"),
            ("web", 5, "--no-verify takes whatever https://example.com/m.bin has now"),
        ] {
            #expect(try sandbox.model("register \(name)").status == 0)
            let outcome = try download(name)
            #expect(outcome.status == status && outcome.errors.contains(words), "\(outcome)")
            #expect(!outcome.errors.contains("secret-token"))
        }
        #expect(try sandbox.model("register gone").status == 0)
        #expect(try download("gone").status == 2)
        #expect(try listing() == "")
    }

    @Test func `links and submodules are refused`() throws {
        let paths = [
            "l1": "models/link", "l2": "linked/churn.bin", "l3": "bag", "s1": "sub", "s2": "pack", "s3": "linked",
        ]
        try sandbox.commit(
            "artifacts:\n" + paths.map { "  \($0.key): {path: \($0.value)}\n" }.sorted().joined(), as: "dvc.yaml")
        try sandbox.succeed(
            """
            ln -s /etc/passwd models/link && ln -s models linked && mkdir bag && ln -s ../../x bag/inner && echo x > bag/x &&
            git add . && git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub &&
            git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),pack/sub && git commit -qm odd
            """, in: "repo")
        for name in paths.keys.sorted() {
            let planted = try sandbox.run("git tag -a -m x \(name)@v0.0.1", in: "repo")
            #expect(planted.status == 0)
            let outcome = try download(name)
            #expect(outcome.status == 4, "\(name): \(outcome)")
        }
        #expect(try listing() == "")
    }

    @Test func `versions that are not in effect are refused`() throws {
        let before = try sandbox.references()
        for (command, selector, status) in [
            ("deprecate churn@v0.0.1", "churn@v0.0.1", 4), ("deprecate churn@v0.0.1", "churn", 2),
            ("deprecate churn#prod", "churn#prod", 2), ("deprecate churn", "churn@v0.0.1", 4),
            ("deprecate churn", "churn#prod", 4), ("show", "churn@v9.9.9", 2), ("show", "nobody", 2),
            ("show", "churn#dev", 2),
        ] as [(String, String, Int32)] {
            #expect(try sandbox.model(command).status == 0)
            let outcome = try download("\(selector)")
            #expect(outcome.status == status, "\(command), \(selector): \(outcome)")
            #expect(try listing() == "")
            try sandbox.succeed("git tag | grep -F -e '!' -e deprecated | xargs -r -d'\\n' git tag -d", in: "repo")
            #expect(try sandbox.references() == before)
        }
        try sandbox.succeed("git model deprecate churn@v0.0.1", in: "repo")
        #expect(try download("churn@v0.0.1 --force").status == 0)
        #expect(try Sandbox.read("\(sandbox.path)/out/churn.bin") == "the model\n")
    }

    @Test func `bytes that are not the registered ones never get the name`() throws {
        let zeros = String(repeating: "0", count: 64)
        for (name, path, digest) in [
            ("sum", "models/churn.bin", "sha256:\(zeros)"), ("blob", "models/churn.bin", "git:\(zeros.prefix(40))"),
            ("tree", "nets", "git:\(zeros.prefix(40))"),
        ] {
            try sandbox.plantTag(
                "\(name)@v0.0.1", message: "x\n\nArtifact-Path: \(path)\nArtifact-Digest: \(digest)\nArtifact-Size: 10")
            let outcome = try download(name)
            #expect(outcome.status == 5, "\(digest): \(outcome)")
            #expect(try listing() == "", "\(digest)")
            try sandbox.succeed("echo mine > out/churn.bin && echo mine > out/nets")
            let forced = try download("\(name) --force")
            #expect(forced.status == 5, "\(digest): \(forced)")
            #expect(try sandbox.succeed("cat churn.bin nets; ls -A", in: "out") == "mine\nmine\nchurn.bin\nnets")
            try sandbox.succeed("rm out/churn.bin out/nets")
        }
    }

    @Test func `a damaged blob is not delivered`() throws {
        let id = try sandbox.succeed("git rev-parse HEAD:models/churn.bin", in: "repo")
        let file = "repo/.git/objects/\(id.prefix(2))/\(id.dropFirst(2))"
        try sandbox.succeed(
            "other=$(echo other | git -C repo hash-object -w --stdin) && chmod u+w \(file) && cp repo/.git/objects/$(echo $other | sed 's,^..,&/,') \(file)"
        )
        let outcome = try download("churn")
        #expect([1, 5].contains(outcome.status), "\(outcome)")
        #expect(try listing() == "")
    }
}
