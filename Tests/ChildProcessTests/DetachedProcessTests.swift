import ChildProcess
import Glibc
import Testing

/// What a program finds that is started and left alone.
@Suite struct DetachedProcessTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Starts a script of `sh` that is given the scratch folder.
    private func start(_ script: String, errorFile: String? = nil) throws {
        try DetachedProcess(
            program: "sh", arguments: ["-c", script, "sh", "a b"],
            environment: ["PATH": "/usr/bin:/bin", "X": "$(id)"],
            workingDirectory: scratch.path, errorFile: errorFile
        ).start()
    }

    /// The bytes of a file as soon as it is there, for which a minute is waited at most.
    private func text(_ name: String) async throws -> String {
        for _ in 0..<6000 where access("\(scratch.path)/\(name)", F_OK) != 0 {
            try await Task.sleep(for: .milliseconds(10))
        }
        let file = try #require(fopen("\(scratch.path)/\(name)", "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    @Test func `it has its folder, arguments, environment, and a session of its own`() async throws {
        try start("{ pwd; echo \"$1\"; echo \"$X\"; cut -d' ' -f6 /proc/$$/stat; } > new; mv new out")
        let lines = try await text("out").split(separator: "\n").map { $0.drop { $0 == " " } }
        #expect(lines.prefix(3) == [scratch.path[...], "a b", "$(id)"])
        #expect(lines.count == 4 && lines[3] != "\(getsid(0))")
    }

    @Test func `it holds no descriptor of ours`() async throws {
        // One that any other child would get.
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        try start(
            "i=0; until [ -e go ] || [ $i = 1200 ]; do sleep 0.05; i=$((i+1)); done; ls -l /proc/self/fd > new; mv new out"
        )
        close(ends[1])
        // Nobody else has the writing end, so the pipe ends while the program runs.
        var byte: UInt8 = 0
        var waiting = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
        #expect(poll(&waiting, 1, 30_000) == 1 && read(ends[0], &byte, 1) == 0)
        _ = try scratch.file("go", "")
        #expect(try await text("out").contains("/dev/null"))
    }

    @Test func `what it says is added to a file`() async throws {
        let log = try scratch.file("log", "before\n", mode: 0o600)
        try start("echo lost; echo kept >&2; touch out", errorFile: log)
        _ = try await text("out")
        #expect(try await text("log") == "before\nkept\n")
    }

    @Test func `what cannot be started is told`() throws {
        func start(_ program: String, in folder: String) throws {
            try DetachedProcess(program: program, arguments: [], environment: [:], workingDirectory: folder).start()
        }
        #expect(throws: ChildProcessError.programNotFound("/nonexistent/x")) {
            try start("/nonexistent/x", in: scratch.path)
        }
        #expect(throws: ChildProcessError.workingDirectoryUnusable(path: "/nonexistent")) {
            try start("sh", in: "/nonexistent")
        }
        #expect(throws: ChildProcessError.self) { try start("sh\0x", in: "/") }
    }
}
