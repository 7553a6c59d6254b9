import Glibc

/// A program that is started and left alone: it goes on when this process, its session and whoever waits for this
/// process's output have ended.
///
/// It gets a session of its own, an empty standard input, and no descriptor of ours, so nobody who waits for the end of
/// a pipe that we hold waits for it. `init` is its parent: it is never left as a zombie.
public struct DetachedProcess: Sendable {
    /// The program: a path, or a name that is looked for in `PATH`.
    public let program: String
    /// Its arguments.
    public let arguments: [String]
    /// Its whole environment.
    public let environment: [String: String]
    /// The folder that it starts in.
    public let workingDirectory: String
    /// The file that its standard error is added to; `nil` throws it away, as standard output is.
    public let errorFile: String?

    /// Describes a program to start.
    public init(
        program: String, arguments: [String], environment: [String: String], workingDirectory: String,
        errorFile: String? = nil
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.errorFile = errorFile
    }

    /// What the shell ends with where the folder cannot be entered, and where the program is not there.
    private static let noFolder: Int32 = 126
    private static let noProgram: Int32 = 127
    /// The words come as arguments, so no text of theirs is read by the shell.
    private static let script = """
        cd "$0" || exit \(noFolder)
        command -v "$1" > /dev/null || exit \(noProgram)
        "$@" &
        """
    /// POSIX_SPAWN_SETSID of glibc, which Swift does not show.
    private static let newSession: Int32 = 0x80

    /// Starts it, and returns at once.
    /// - Throws: ``ChildProcessError`` where the program or the folder is not there, or nothing can be started.
    public func start() throws(ChildProcessError) {
        let words = ["/bin/sh", "-c", Self.script, workingDirectory, program] + arguments
        let variables = environment.map { "\($0.key)=\($0.value)" }
        if (words + variables + [errorFile ?? ""]).contains(where: { $0.utf8.contains(0) }) {
            throw .malformedValue("an argument or a variable with a zero byte in it")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, 2, errorFile ?? "/dev/null", O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600)
        for descriptor in Self.inheritedDescriptors { posix_spawn_file_actions_addclose(&actions, descriptor) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, Int16(Self.newSession | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        let envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var shell: pid_t = 0
        let errorNumber = posix_spawn(&shell, "/bin/sh", &actions, &attributes, argv, envp)
        guard errorNumber == 0 else { throw .system(operation: "starting '/bin/sh'", errorNumber: errorNumber) }
        var status: Int32 = 0
        while waitpid(shell, &status, 0) < 0, errno == EINTR {}
        switch (status >> 8) & 0xFF {
        case Self.noFolder: throw .workingDirectoryUnusable(path: workingDirectory)
        case Self.noProgram: throw .programNotFound(program)
        default: break
        }
    }

    /// The open descriptors beside the standard ones that a child would get.
    private static var inheritedDescriptors: [Int32] {
        guard let folder = opendir("/proc/self/fd") else { return [] }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let descriptor = Int32(name), descriptor > 2 else { continue }
            let flags = fcntl(descriptor, F_GETFD)
            if flags >= 0, flags & FD_CLOEXEC == 0 { found.append(descriptor) }
        }
        return found
    }
}
