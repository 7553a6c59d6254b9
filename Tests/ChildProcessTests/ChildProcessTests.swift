import ChildProcess
import Glibc
import Testing

@Suite struct ChildProcessTests {
    @Test func `keeps both streams and the status apart`() async throws {
        let result = try await shell("echo out; echo err >&2; exit 7").run()
        #expect(result.standardOutput.text == "out\n")
        #expect(result.standardError.text == "err\n")
        #expect(result.ending == .exited(7))
        #expect(!result.isSuccess)
        #expect(!result.isTimedOut)
    }

    @Test func `tells a signal from a status`() async throws {
        #expect(try await shell("kill -9 $$").run().ending == .signalled(9))
        #expect(try await shell("exit 137").run().ending == .exited(137))
    }

    @Test func `hands arguments over byte for byte`() async throws {
        let values = ["", " ", "a b", "$(touch x)", "`id`", "\"'\\", "-n", "--", "*", "\n\t\u{1}", "é\u{202E}", ";&|"]
        let result = try await shell("printf '%s\\0' \"$@\"", values).run()
        #expect(result.standardOutput.text == values.map { $0 + "\0" }.joined())
    }

    @Test func `gives the child exactly the environment it was promised`() async throws {
        setenv("CHILD_PROCESS_LEAK", "1", 1)
        let variables = ["A": "1", "B": "two words", "EMPTY": "", "PATH": "/usr/bin:/bin"]
        let result = try await ChildProcess(program: "env", environment: variables).run()
        let expected = variables.map { "\($0.key)=\($0.value)" }.sorted()
        #expect(result.standardOutput.text.split(separator: "\n").map(String.init).sorted() == expected)
    }

    @Test func `starts the child in the folder, with the input, in its own session`() async throws {
        let scratch = try Scratch()
        var child = shell("pwd -P; cat; cut -d' ' -f6 /proc/$$/stat; echo $$")
        child.workingDirectory = scratch.path
        child.input = Array("hello\n".utf8)
        let lines = try await child.run().standardOutput.text.split(separator: "\n")
        #expect(lines.prefix(2) == [scratch.path[...], "hello"])
        #expect(lines.count == 4 && lines[2] == lines[3], "the child leads its session")

        child.hasOwnSession = false
        let shared = try await child.run().standardOutput.text.split(separator: "\n")
        #expect(shared.count == 4 && shared[2] == "\(getsid(0))")
    }

    @Test func `leaves none of our descriptors open in the child`() async throws {
        let extra = open("/dev/null", O_RDONLY)
        defer { close(extra) }
        let result = try await shell("ls /proc/$$/fd").run()
        #expect(result.standardOutput.text.split(separator: "\n").filter { $0 != "10" } == ["0", "1", "2"])
    }

    @Test func `sends a stream to a descriptor`() async throws {
        let scratch = try Scratch()
        let path = try scratch.file("log", "")
        let log = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        defer { close(log) }
        var child = shell("echo one; echo two >&2")
        child.standardOutput = .descriptor(log)
        child.standardError = .descriptor(log)
        let result = try await child.run()
        #expect(result.standardOutput.bytes.isEmpty && result.standardError.bytes.isEmpty)
        #expect(try await shell("cat \"$1\"", [path]).run().standardOutput.text == "one\ntwo\n")

        child.standardOutput = .captured()
        #expect(try await child.run().standardOutput.text == "one\n")
        child.standardOutput = .descriptor(log)
        child.standardError = .captured()
        #expect(try await child.run().standardError.text == "two\n")
    }
}
