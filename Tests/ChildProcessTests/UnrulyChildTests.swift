import ChildProcess
import Glibc
import Testing

/// H1 to H4: a child that hangs, leaves children behind, floods, or does not read.
@Suite struct UnrulyChildTests {
    // The bounds on time below are far above what is needed: they tell "ended" from "waited for the child".
    private let farTooLong = Duration.seconds(40)

    @Test(arguments: [
        "sleep 300", "trap '' TERM; sleep 300 & wait; sleep 300", "trap '' TERM; while :; do :; done",
        "exec >&- 2>&-; sleep 300", "set -m; sleep 300 & wait",
    ])
    func `ends a child that hangs, with its session`(script: String) async throws {
        let scratch = try Scratch()
        // The process numbers go to a file, since one of the scripts closes its output.
        let file = try scratch.file("pid", "")
        var child = shell("echo $$ > '\(file)'; " + script)
        child.timeLimit = .seconds(1)
        child.terminationGrace = .milliseconds(100)
        let result = try await child.run()
        #expect(result.isTimedOut)
        #expect(result.duration >= .seconds(1) && result.duration < farTooLong)
        let leader = try #require(try await shell("cat '\(file)'").run().standardOutput.processes.first)
        #expect(await isGone(leader))
        let rest = try await shell("ps -o pid= -s \(leader)").run().standardOutput.processes.filter(isAlive)
        #expect(rest.isEmpty, "processes of the session are left: \(rest)")

    }

    @Test(arguments: ["sleep 300 & echo $!", "set -m; sleep 300 & echo $!", "(trap '' TERM HUP; sleep 300) & echo $!"])
    func `does not wait for a grandchild that keeps the pipe, and kills it`(script: String) async throws {
        let result = try await shell(script).run()
        #expect(result.ending == .exited(0))
        #expect(!result.isTimedOut && result.duration < farTooLong)
        let grandchild = try #require(result.standardOutput.processes.first)
        #expect(await isGone(grandchild))
    }

    @Test func `leaves a daemon alone where it is told to`() async throws {
        var child = shell("sleep 300 & echo $!")
        child.endsLeftovers = false
        let result = try await child.run()
        #expect(!result.isTimedOut && result.duration < farTooLong)
        let daemon = try #require(result.standardOutput.processes.first)
        #expect(isAlive(daemon))
        kill(daemon, SIGKILL)
    }

    @Test func `returns though a process outside the session floods the pipe`() async throws {
        let script = "setsid sh -c 'echo $$; exec yes' & sleep 0.2"
        var child = shell(script)
        child.standardOutput = .captured(first: 64)
        let result = try await child.run()
        #expect(!result.isTimedOut && result.duration < farTooLong)

        var first: [UInt8] = []
        let streamed = try await shell(script).run { piece in
            if first.count < 64 { first.append(contentsOf: piece.prefix(64)) }
        }
        #expect(!streamed.isTimedOut && streamed.duration < farTooLong)
        for bytes in [result.standardOutput.bytes, first] {
            let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            let flooder = try #require(pid_t(line))
            kill(flooder, SIGKILL)
            #expect(await isGone(flooder))
        }
    }

    @Test func `keeps the first and last bytes of 1 GB and counts the rest, in flat memory`() async throws {
        let before = peakMemory()
        var child = shell("printf begin; head -c 1000000000 /dev/zero; printf end; head -c 100000000 /dev/zero >&2")
        child.standardOutput = .captured(first: 1024, last: 16)
        child.standardError = .captured(first: 64 << 10)
        let result = try await child.run()
        #expect(result.ending == .exited(0))
        #expect(result.standardOutput.bytes.count == 1024 && result.standardOutput.text.hasPrefix("begin\0"))
        #expect(result.standardOutput.tail == [UInt8](repeating: 0, count: 13) + Array("end".utf8))
        #expect(result.standardOutput.droppedCount == 1_000_000_008 - 1024 - 16)
        #expect(result.standardError.bytes.count == 64 << 10)
        #expect(result.standardError.droppedCount == 100_000_000 - 64 << 10)
        // Unbounded it would be 1.1 GB; the tests that run beside this one have their share in what is measured.
        #expect(peakMemory() - before < 600 << 20)
    }

    @Test func `does not wait for a child that never reads ten megabytes`() async throws {
        for script in ["exit 0", "exec <&-; exit 0", "head -c 1 >/dev/null; exit 0", "exec <&-; sleep 0.05"] {
            for _ in 0..<5 {
                var child = shell(script)
                child.input = [UInt8](repeating: 120, count: 10_000_000)
                let result = try await child.run()
                #expect(result.ending == .exited(0) && !result.isTimedOut)
            }
        }
        var child = shell("wc -c")
        child.input = [UInt8](repeating: 120, count: 10_000_000)
        #expect(try await child.run().standardOutput.processes == [10_000_000])
    }

    @Test func `streams output piece by piece`() async throws {
        var count = 0
        var largest = 0
        let result = try await shell("head -c 50000000 /dev/zero; echo done >&2; exit 4").run { piece in
            count += piece.count
            largest = max(largest, piece.count)
        }
        #expect(count == 50_000_000 && largest <= 1 << 20)
        #expect(result.ending == .exited(4) && result.standardError.text == "done\n")
        #expect(result.standardOutput.bytes.isEmpty)
    }

    @Test func `stops the child when the consumer throws`() async throws {
        struct Enough: Error {}
        var process: pid_t?
        await #expect(throws: Enough.self) {
            _ = try await shell("echo $$; exec yes").run { piece in
                process = pid_t(String(decoding: piece.prefix { $0 != 10 }, as: UTF8.self))
                throw Enough()
            }
        }
        #expect(await isGone(try #require(process)))
    }

    @Test func `stops the child's session when the task is cancelled`() async throws {
        let scratch = try Scratch()
        let file = try scratch.file("pids", "")
        let child = shell("sleep 300 & echo $! $$ > '\(file)'; wait")
        let task = Task { try await child.run() }
        var processes: [pid_t] = []
        while processes.count < 2 {
            processes = try await shell("cat '\(file)'").run().standardOutput.processes
        }
        task.cancel()
        await #expect(throws: ChildProcessError.cancelled) { try await task.value }
        for process in processes { #expect(await isGone(process)) }
    }

    /// The most memory that this process has held, in bytes.
    private func peakMemory() -> Int {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return usage.ru_maxrss * 1024
    }
}
