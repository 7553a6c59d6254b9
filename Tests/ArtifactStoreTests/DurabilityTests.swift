import ArtifactStore
import Glibc
import TestSupport
import Testing

/// What is on the disk when, held against the system's own record of calls.
@Suite struct DurabilityTests {
    /// Whether a program can watch another one's calls here.
    static let canTrace = (try? Sandbox().run("strace -f -o /dev/null true").status) == 0
    /// Whether a file system of our own can be made here, as root or in a name space of its own.
    static let canMount = (try? Sandbox().run("mkdir m && unshare -rm mount -t tmpfs -o size=1m none m").status) == 0

    /// - Parameter isWhole: whether the whole file system may be flushed at once; what speaks against it is told in
    ///   ``FileSystemFlush``. Otherwise that call fails, and each file is flushed by its name.
    @Test(
        .enabled(if: canTrace, "strace is not here or not allowed"), arguments: ["file", "folder", "many"],
        [true, false])
    func `bytes and names are on the disk before the final name is`(kind: String, isWhole: Bool) throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.succeed("mkdir -p net/deep many ../out && echo a > net/a && echo b > net/deep/b", in: "repo")
        try sandbox.succeed("for i in $(seq 40); do echo $i > many/$i; done", in: "repo")
        let path = ["file": "net/a", "folder": "net", "many": "many"][kind] ?? ""
        try sandbox.commit("artifacts: {m: {path: \(path)}}\n", as: "dvc.yaml")
        try sandbox.succeed("git model register m -q", in: "repo")
        try sandbox.succeed(
            "strace -f -y -o ../trace -e trace=pwrite64,fsync,fdatasync,syncfs,renameat2,renameat,rename,exit_group "
                + (isWhole ? "" : "-e inject=syncfs:error=EIO ") + "git-model download -r ../repo m -o model", in: "out"
        )
        let calls = try Sandbox.read("\(sandbox.path)/trace").split(separator: "\n").map(String.init)
        let renamed = try #require(calls.firstIndex { $0.contains("renameat2(") && $0.contains("\"model\"") })
        // Threads wait side by side: a call and its end may stand in two lines.
        let before = calls[..<renamed].filter { !$0.contains(" = -1") }
        // One flush after the last byte was written brings all to the disk, names of files in folders included.
        let lastWrite = before.lastIndex { $0.contains("pwrite64(") } ?? 0
        let whole = before[lastWrite...].firstIndex { $0.contains("syncfs(") && $0.contains(".part>") }
        let isAllFlushed =
            whole.map { before[$0...].contains { $0.contains("syncfs") && $0.hasSuffix(" = 0") } } ?? false
        #expect(isWhole || !isAllFlushed, "\(calls)")
        func isFlushed(_ part: String) -> Bool {
            isAllFlushed || before.contains { $0.contains("fsync(") && $0.contains(part) }
        }
        switch kind {
        case "file": #expect(isFlushed(".part>"), "\(calls)")
        case "many": for number in 1...40 { #expect(isFlushed(".part/\(number)>"), "\(number): \(calls)") }
        default:
            for part in [".part/a>", ".part/deep/b>", ".part/deep>", ".part>"] {
                #expect(isFlushed(part), "\(part): \(calls)")
            }
        }
        // The name itself, before anybody is told that it is there.
        let after = calls[renamed...]
        let name = try #require(
            after.firstIndex { $0.contains("fsync(") && $0.contains("/out>") && !$0.contains(" = -1") })
        let end = try #require(after.firstIndex { $0.contains("exit_group(0)") })
        #expect(name < end)
    }

    @Test(.enabled(if: canMount, "no file system can be mounted here"))
    func `a full disk is named, and what has come is gone on with when there is room`() throws {
        let size = 200_000
        let model = try WebModel("/range/\(size)", httpContent(size))
        // 2 MiB, of which a filler leaves so many KiB: the next command finds the room that the first one lacked.
        try Sandbox.write(
            """
            mkdir full && mount -t tmpfs -o size=2m none full && cd full || exit 99
            for free in $(seq 0 4 64); do
                rm -rf * .[!.]*
                dd if=/dev/zero of=filler bs=1k count=$((2048 - free)) status=none
                git model download -r ../repo churn -o model.bin > ../stdout.1 2> ../stderr.1
                echo "$free $? $(ls -A | tr '\\n' ' ') $(stat -c %s .model.bin.*.part 2>&1 | head -n 1)"
                cat ../stdout.1 ../stderr.1
                : > filler
                git model download -r ../repo churn -o model.bin > ../stdout.2 2> ../stderr.2
                echo "again $? $(ls -A | tr '\\n' ' ') $(sha256sum < model.bin)"
            done
            """, to: "\(model.sandbox.path)/script")
        let output = try model.sandbox.succeed("unshare -rm sh script")
        let digest = try ContentDigest(.sha256, of: httpContent(size)).hexadecimal + "  -"
        let lines = output.split(separator: "\n").map(String.init)
        let firsts = lines.filter { $0.first?.isNumber == true }
        #expect(firsts.count == 17, "\(output)")
        for line in firsts {
            let words = line.split(separator: " ")
            #expect(words[1] == "1" && !words.contains("model.bin"), "\(line)")
            // What came is there for the next one.
            #expect(words[0] == "0" || (Int(words.last ?? "").map { $0 > 0 } ?? false), "\(line)")
        }
        #expect(
            lines.filter {
                $0.hasPrefix("error: cannot ") && $0.contains("model.bin") && $0.hasSuffix("no space left on device")
            }.count == 17)
        #expect(
            lines.filter { $0.contains("model.bin up to ") && $0.contains(" bytes: no space") }.count == 17, "\(output)"
        )
        #expect(lines.filter { $0.hasPrefix("hint: run the same command again to go on: ") }.count == 16, "\(output)")
        #expect(
            lines.filter { $0 == "again 0 filler model.bin  \(digest)" || $0 == "again 0 filler model.bin \(digest)" }
                .count == 17, "\(output)")
    }

    @Test func `a file that may not grow is named too`() throws {
        // Where no file system can be mounted: the limit of a process is reported by the same call.
        let model = try WebModel("/range/200000", httpContent(200_000))
        let outcome = try model.sandbox.run(
            "trap '' XFSZ; ulimit -f 100; git model download -r ../repo churn -o model.bin", in: "out")
        #expect(outcome.status == 1 && outcome.errors.contains("cannot write model.bin up to "), "\(outcome)")
        #expect(!model.entries.contains("model.bin") && model.entries.count == 1)
        #expect(try model.download().status == 0)
        try #expect(Sandbox.readBytes(model.path) == httpContent(200_000))
    }
}
