import Glibc

/// A folder of its own for one test, in which commands run as if on a fresh machine: own HOME, no configuration of the
/// user or the system, UTC, C locale, fixed author, and a clock that moves a minute with each command.
public final class Sandbox {
    /// The folder; gone with this object.
    public let path: String
    /// The environment of each command; a test may change it.
    public var environment: [String: String]
    private var ticks = 0

    /// What a command did.
    public struct Outcome: Hashable, Sendable {
        /// The exit status; 128 + the signal's number where one ended it.
        public let status: Int32
        /// What it printed.
        public let output: String
        /// What it said on stderr.
        public let errors: String
    }

    /// Makes the folder.
    public init() {
        var template = Array("/tmp/git-model-test.XXXXXX".utf8CString)
        self.path = mkdtemp(&template).map { String(cString: $0) } ?? "/nonexistent"
        mkdir("\(path)/home", 0o700)
        self.environment = [
            "PATH": "\(Self.products):/usr/local/bin:/usr/bin:/bin",
            "HOME": "\(path)/home",
            // What others left in a folder above is not ours.
            "GIT_CEILING_DIRECTORIES": path,
            "XDG_CACHE_HOME": "\(path)/cache",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ana Ruiz",
            "GIT_AUTHOR_EMAIL": "ana@example.com",
            "GIT_COMMITTER_NAME": "Ana Ruiz",
            "GIT_COMMITTER_EMAIL": "ana@example.com",
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": "init.defaultBranch",
            "GIT_CONFIG_VALUE_0": "main",
            "GIT_CONFIG_KEY_1": "protocol.file.allow",
            "GIT_CONFIG_VALUE_1": "always",
            "GIT_TERMINAL_PROMPT": "0",
            "TZ": "UTC",
            "LC_ALL": "C",
            "COLUMNS": "100",
        ]
    }

    deinit { _ = try? spawn("rm -rf -- '\(path)'", in: "/", standardInput: "/dev/null") }

    /// The folder that the built programs are in: that of the tests themselves.
    public static let products: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, 4095)
        let executable = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // `swift test` runs the bundle itself, or through a helper of the toolchain that gets the bundle's path.
        let candidates = CommandLine.arguments + [executable]
        let bundle = candidates.first { $0.hasSuffix(".xctest") } ?? executable
        return bundle.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    }()

    /// The project's own folder.
    public static let project = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    /// Runs a command line of `sh` in the sandbox's folder, or in one below it.
    @discardableResult
    public func run(_ command: String, in folder: String = "", input: String? = nil) throws -> Outcome {
        ticks += 1
        var source = "/dev/null"
        if let input {
            source = "\(path)/stdin"
            try Self.write(input, to: source)
        }
        let status = try spawn(command, in: folder.isEmpty ? path : "\(path)/\(folder)", standardInput: source)
        return Outcome(
            status: status, output: try Self.read("\(path)/stdout"), errors: try Self.read("\(path)/stderr"))
    }

    /// Runs a command that must succeed; its output without the newline at the end.
    @discardableResult
    public func succeed(_ command: String, in folder: String = "") throws -> String {
        let outcome = try run(command, in: folder)
        if outcome.status != 0 { throw CommandFailed(command: command, outcome: outcome) }
        return outcome.output.hasSuffix("\n") ? String(outcome.output.dropLast()) : outcome.output
    }

    /// A command that had to succeed did not.
    public struct CommandFailed: Error, CustomStringConvertible {
        let command: String
        let outcome: Outcome
        /// The command, its status and all that it said.
        public var description: String { "\(command): \(outcome.status)\n\(outcome.output)\(outcome.errors)" }
    }

    /// A file could not be read or written, or a process not started.
    public struct Unavailable: Error {
        /// The file or program.
        public let what: String

        init(what: String) { self.what = what }
    }

    /// Reads a file as text; bytes that are not UTF-8 are repaired.
    public static func read(_ path: String) throws -> String {
        String(decoding: try readBytes(path), as: UTF8.self)
    }

    /// Writes a text to a file.
    public static func write(_ text: String, to path: String) throws {
        try write(Array(text.utf8), to: path)
    }

    private func spawn(_ command: String, in folder: String, standardInput: String) throws -> Int32 {
        var environment = environment
        let now = 1_772_443_800 + 60 * ticks
        environment["GIT_AUTHOR_DATE"] = environment["GIT_AUTHOR_DATE"] ?? "@\(now) +0000"
        environment["GIT_COMMITTER_DATE"] = environment["GIT_COMMITTER_DATE"] ?? "@\(now) +0000"

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let writing = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 0, standardInput, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "\(path)/stdout", writing, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, "\(path)/stderr", writing, 0o600)
        let words = ["/bin/sh", "-c", "cd '\(folder)' || exit 99\n\(command)"]
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        let variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var child: pid_t = 0
        guard Self.spawn(&child, &actions, arguments, variables) == 0 else {
            throw Unavailable(what: "/bin/sh")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}
