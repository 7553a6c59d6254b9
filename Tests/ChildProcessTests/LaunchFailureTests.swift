import ChildProcess
import Testing

/// H5: a program that cannot be started says why.
@Suite struct LaunchFailureTests {
    private func failure(_ program: String, path: String = "/usr/bin:/bin") async -> ChildProcessError? {
        do {
            _ = try await ChildProcess(program: program, environment: ["PATH": path]).run()
            return nil
        } catch {
            return error
        }
    }

    @Test func `names the cause`() async throws {
        let scratch = try Scratch()
        let folder = scratch.path
        #expect(await failure("no-such-program") == .programNotFound("no-such-program"))
        #expect(await failure("\(folder)/nothing") == .programNotFound("\(folder)/nothing"))
        #expect(await failure(folder) == .notExecutable(path: folder))

        let plain = try scratch.file("plain", "#!/bin/sh\n", mode: 0o644)
        #expect(await failure(plain) == .notExecutable(path: plain))
        #expect(await failure("plain", path: folder) == .notExecutable(path: plain))

        let bare = try scratch.file("bare", "echo hello\n")
        #expect(await failure(bare) == .noInterpreterLine(path: bare))
        let empty = try scratch.file("empty", "")
        #expect(await failure(empty) == .noInterpreterLine(path: empty))

        let lost = try scratch.file("lost", "#! /no/such/shell -e\n")
        #expect(await failure(lost) == .interpreterNotFound(path: lost, interpreter: "/no/such/shell"))
        let windows = try scratch.file("windows", "#!/bin/sh\r\necho hello\r\n")
        #expect(await failure(windows) == .interpreterLineHasCarriageReturn(path: windows))
    }

    @Test func `looks names up in the child's own absolute PATH entries only`() async throws {
        let scratch = try Scratch()
        _ = try scratch.file("tool", "#!/bin/sh\nexit 3\n")
        #expect(await failure("tool", path: "relative::.") == .programNotFound("tool"))
        let result = try await ChildProcess(program: "tool", environment: ["PATH": scratch.path]).run()
        #expect(result.ending == .exited(3))
    }

    @Test func `refuses a folder that cannot be entered and values that C would cut short`() async throws {
        var child = shell("true")
        child.workingDirectory = "/no/such/folder"
        await #expect(throws: ChildProcessError.workingDirectoryUnusable(path: "/no/such/folder")) {
            try await child.run()
        }
        await #expect(throws: ChildProcessError.malformedValue("argument 4")) {
            try await shell("true", ["a\0b"]).run()
        }
        for (name, value) in [("A=B", "x"), ("", "x"), ("1A", "x"), ("A", "x\0y")] {
            let child = ChildProcess(program: "true", environment: [name: value])
            await #expect(throws: ChildProcessError.malformedValue("the variable '\(name)'")) { try await child.run() }
        }
    }
}
