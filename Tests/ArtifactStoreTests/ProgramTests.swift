import Glibc
import TestSupport
import Testing

/// The whole program: killed, several at once, without anybody who reads.
@Suite struct ProgramTests {
    @Test func `a killed download is gone on with`() throws {
        let body = httpContent(60_000)
        // The server stops in the middle of its first answer, and waits.
        let model = try WebModel("/stall/30000/once", body)
        let outcome = try model.sandbox.run(
            """
            git-model download -r ../repo churn -o model.bin & child=$!
            while kill -0 $! && ! test "$(stat -c %s .model.bin.*.part 2>/dev/null)" = 30000; do sleep 0.05; done
            kill -9 $child; wait $child
            """, in: "out")
        #expect(outcome.status == 137, "\(outcome)")
        #expect(model.entries.count == 1 && !model.entries.contains("model.bin"))
        #expect(try model.download().status == 0)
        #expect(model.entries == ["model.bin"])
        try #expect(Sandbox.readBytes(model.path) == body)
    }

    @Test func `several that bring the same thing read it once`() throws {
        let body = httpContent(400)
        // Ten milliseconds a byte: the others come while the first one reads.
        let model = try WebModel("/slow/400", body)
        let outcome = try model.sandbox.run(
            """
            for i in 1 2 3 4; do git-model download -r ../repo churn -o model.bin & done
            status=0; for job in 1 2 3 4; do wait %$job || status=1; done; exit $status
            """, in: "out")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output == String(repeating: "model.bin\\n", count: 4).replacing("\\n", with: "\n"))
        #expect(model.entries == ["model.bin"])
        try #expect(Sandbox.readBytes(model.path) == body)
        let count = try model.sandbox.succeed(
            """
            python3 -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())' \
            '\(model.server.address("/count?of=/slow/400"))'
            """)
        #expect(count == "1", "\(outcome)")
    }

    @Test func `who waits goes on when the one before fails`() throws {
        let body = httpContent(60_000)
        let model = try WebModel("/stall/30000/once", body)
        let outcome = try model.sandbox.run(
            """
            git-model download -r ../repo churn -o model.bin & first=$!
            while kill -0 $! && ! test "$(stat -c %s .model.bin.*.part 2>/dev/null)" = 30000; do sleep 0.05; done
            git-model download -r ../repo churn -o model.bin & second=$!
            kill -9 $first; wait $first; wait $second
            """, in: "out")
        #expect(outcome.status == 0 && model.entries == ["model.bin"], "\(outcome)")
        try #expect(Sandbox.readBytes(model.path) == body)
    }

    @Test func `nobody reads what is printed`() throws {
        let body = httpContent(5000)
        for (arguments, status) in [("", "0"), ("--json", "0"), ("--dry-run --json", "0")] {
            let model = try WebModel("/range/5000", body)
            let outcome = try model.sandbox.run(
                "{ git-model download -r ../repo churn -o model.bin \(arguments) 2> errors; echo $? >&2; } | true",
                in: "out")
            let said = try Sandbox.read("\(model.sandbox.path)/out/errors")
            // Ended by the signal or not: no noise, and no half of a file.
            #expect(outcome.errors == "\(status)\n" || outcome.errors == "141\n", "\(outcome)")
            #expect(!said.contains("error") && !said.contains("Fatal"), "\(said)")
            let isDry = arguments.hasPrefix("--dry-run")
            #expect(model.entries == (isDry ? ["errors"] : ["errors", "model.bin"]))
            if !isDry { try #expect(Sandbox.readBytes(model.path) == body) }
        }
    }

    @Test func `memory does not grow with the file`() throws {
        let size = 300 << 20
        let sandbox = Sandbox()
        try sandbox.succeed("truncate -s \(size) zeros")
        let digest = String(try sandbox.succeed("sha256sum zeros").prefix(64))
        let model = try WebModel("/zeros/\(size)", sha256: digest, size: size)
        for arguments in ["--jobs 1", "--jobs 8"] {
            // The peak of the child alone: pages of its own, and of its program.
            let outcome = try model.sandbox.run(
                """
                rm -f model.bin
                python3 -c 'import resource, subprocess, sys
                status = subprocess.call(sys.argv[1:], stdout=2)
                print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' \
                git-model download -r ../repo churn -o model.bin \(arguments)
                """, in: "out")
            let words = outcome.output.split(separator: "\n").last?.split(separator: " ").compactMap { Int($0) } ?? []
            #expect(words.count == 2 && words.first == 0, "\(outcome)")
            #expect(words.last.map { $0 < 64 << 10 } == true, "\(arguments): \(words) KiB")
        }
    }

    @Test func `a clone without all blobs and files downloads`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.succeed(
            """
            mkdir -p models/net && head -c 100000 /dev/urandom > models/churn.bin && echo a > models/net/a && echo b > models/net/b
            """, in: "repo")
        try sandbox.commit("artifacts: {churn: {path: models/churn.bin}, net: {path: models/net}}\n", as: "dvc.yaml")
        try sandbox.succeed(
            "git model register churn -q && git model register net -q && git config uploadpack.allowFilter true",
            in: "repo")
        for flags in ["--filter=blob:none --sparse", "--filter=blob:none --no-checkout", "--filter=tree:0 --bare"] {
            try sandbox.succeed("rm -rf clone && git clone -q \(flags) \"file://$PWD/repo\" clone")
            for name in ["churn", "net"] {
                let outcome = try sandbox.model("download \(name) -o ../out.\(name)", in: "clone")
                #expect(outcome.status == 0, "\(flags): \(outcome)")
            }
            try sandbox.succeed("cmp repo/models/churn.bin out.churn && diff -r repo/models/net out.net && rm -r out.*")
        }
        // Nobody to fetch from any more.
        try sandbox.succeed(
            "rm -rf clone && git clone -q --filter=blob:none --sparse \"file://$PWD/repo\" clone && mv repo gone")
        let outcome = try sandbox.model("download churn -o ../out.churn", in: "clone")
        #expect(outcome.status == 1 && outcome.errors.contains("git "), "\(outcome)")
        try sandbox.succeed("! test -e out.churn")
    }

    @Test func `--no-verify takes what is there, and not nothing`() throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        let oid = try sandbox.succeed("printf 'of lfs' > lfs && sha256sum < lfs").prefix(64)
        let md5 = try sandbox.succeed("printf 'of dvc' > dvc && md5sum < dvc").prefix(32)
        try sandbox.succeed(
            """
            mkdir -p repo/.git/lfs/objects/\(oid.prefix(2))/\(oid.dropFirst(2).prefix(2)) store/files/md5/\(md5.prefix(2)) repo/net
            cp lfs repo/.git/lfs/objects/\(oid.prefix(2))/\(oid.dropFirst(2).prefix(2))/\(oid)
            cp dvc store/files/md5/\(md5.prefix(2))/\(md5.dropFirst(2)) && mkdir repo/.dvc
            printf 'of git' > repo/net/git
            printf 'outs:\n- md5: \(md5)\n  size: 6\n  hash: md5\n  path: dvc\n' > repo/net/dvc.dvc
            """)
        try sandbox.commit(
            "[core]\n    remote = s\n['remote \"s\"']\n    url = \(sandbox.path)/store\n", as: ".dvc/config")
        try sandbox.commit("version https://git-lfs.github.com/spec/v1\noid sha256:\(oid)\nsize 6\n", as: "net/lfs")
        try sandbox.commit(
            "artifacts: {net: {path: net}, git: {path: net/git}, lfs: {path: net/lfs}, dvc: {path: net/dvc}}\n",
            as: "dvc.yaml")
        for name in ["net", "git", "lfs", "dvc"] {
            try sandbox.succeed("git commit -q --allow-empty -m x && git model register \(name) -q", in: "repo")
            for flag in ["", "--no-verify"] {
                let outcome = try sandbox.model("download \(name) \(flag) -o ../out", in: "repo")
                #expect(outcome.status == 0, "\(name) \(flag): \(outcome)")
                let file = name == "net" ? "cat out/git out/lfs out/dvc" : "cat out"
                let text = name == "net" ? "of gitof lfsof dvc" : "of \(name)"
                try #expect(sandbox.succeed(file) == text, "\(name) \(flag)")
                try sandbox.succeed("rm -rf out")
            }
        }
    }
}
