import Glibc

/// A server program of `Tests/Support/servers`, which runs for as long as this object lives.
///
/// It prints its port, and ends when its input does: also when the tests are killed.
public final class FixtureServer: Sendable {
    /// The port that it listens on.
    public let port: Int
    private let process: pid_t
    private let input: Int32

    /// Starts a program and waits for its port.
    /// - Parameter program: a file of `Tests/Support/servers`, run by Python.
    public init(_ program: String = "http_fixture.py", _ arguments: String...) throws {
        let input = try Self.pipe()
        let output = try Self.pipe()
        defer { close(output.reading) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.reading, 0)
        posix_spawn_file_actions_adddup2(&actions, output.writing, 1)
        let path = "\(Sandbox.project)/Tests/Support/servers/\(program)"
        let words = ["/bin/sh", "-c", "exec python3 -B \"$@\"", "sh", path] + arguments
        let argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        let variables = ["PATH=\(getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin")", "LC_ALL=C.UTF-8"]
        let envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var process: pid_t = 0
        let status = Sandbox.spawn(&process, &actions, argv, envp)
        close(input.reading)
        close(output.writing)
        guard status == 0 else {
            close(input.writing)
            throw Sandbox.Unavailable(what: path)
        }
        self.process = process
        self.input = input.writing
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(output.reading, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
        self.port = Int(String(decoding: line, as: UTF8.self)) ?? 0
        if port == 0 { throw Sandbox.Unavailable(what: path) }
    }

    deinit {
        close(input)
        kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }

    /// The address of a route.
    public func address(_ route: String, host: String = "127.0.0.1", scheme: String = "http") -> String {
        "\(scheme)://\(host):\(port)\(route)"
    }

    /// A pipe that children do not inherit.
    private static func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw Sandbox.Unavailable(what: "a pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
