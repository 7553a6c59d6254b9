import Glibc

extension Sandbox {
    /// What a program did that was started without a shell.
    public struct LaunchOutcome: Sendable {
        /// The exit status; 128 + the signal's number where one ended it.
        public let status: Int32
        /// What it printed.
        public let output: [UInt8]
        /// What it said on stderr.
        public let errors: [UInt8]
        /// Both outputs as text; bytes that are not UTF-8 are repaired.
        public var text: String { String(decoding: output + errors, as: UTF8.self) }
    }

    /// Starts `git-model` itself, with arguments that may be any bytes but NUL.
    /// - Parameter memoryLimit: how much memory of its own it may have, in KiB.
    public func launchModel(
        _ arguments: [[UInt8]], in folder: String = "repo", memoryLimit: Int? = nil
    ) throws -> LaunchOutcome {
        let name = String(UInt64.random(in: .min ... .max), radix: 36)
        let files = (output: "\(path)/.\(name).out", errors: "\(path)/.\(name).err")
        defer {
            unlink(files.output)
            unlink(files.errors)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let writing = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, files.output, writing, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, files.errors, writing, 0o600)

        // Only changes the folder: Glibc's call for that is not among those that Swift shows.
        let program = "\(Self.products)/git-model"
        let limit = memoryLimit.map { "ulimit -d \($0) && " } ?? ""
        let script = ["/bin/sh", "-c", "\(limit)cd \"$0\" && exec \"$@\"", "\(path)/\(folder)", program]
        let words = script.map { Array($0.utf8) } + arguments
        let argv: [UnsafeMutablePointer<CChar>?] =
            words.map { strndup($0.map { CChar(bitPattern: $0) }, $0.count) } + [nil]
        var variables = environment
        variables["GIT_COMMITTER_DATE"] = variables["GIT_COMMITTER_DATE"] ?? "@1772443800 +0000"
        let envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var child: pid_t = 0
        guard Self.spawn(&child, &actions, argv, envp) == 0 else { throw Unavailable(what: program) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return LaunchOutcome(
            status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output: try Self.readBytes(files.output),
            errors: try Self.readBytes(files.errors))
    }

    /// Starts `sh` with no signal blocked: the tests' own threads block all of them, and a shell without SIGCHLD waits
    /// for ever.
    static func spawn(
        _ child: inout pid_t, _ actions: inout posix_spawn_file_actions_t, _ arguments: [UnsafeMutablePointer<CChar>?],
        _ variables: [UnsafeMutablePointer<CChar>?]
    ) -> Int32 {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        return posix_spawn(&child, "/bin/sh", &actions, &attributes, arguments, variables)
    }

    /// The same with arguments that are text.
    public func launchModel(_ arguments: String..., in folder: String = "repo") throws -> LaunchOutcome {
        try launchModel(arguments.map { Array($0.utf8) }, in: folder)
    }
}
