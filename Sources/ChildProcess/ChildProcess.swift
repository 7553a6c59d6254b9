/// A program that is about to be run: what it is called with, and what it may use of this process.
///
/// The child gets exactly the environment that is given here, a session of its own, and no more time and memory than
/// it was promised. Whatever way it ends, it is waited for.
/// ```swift
/// var child = ChildProcess(program: "git", arguments: ["--version"], environment: ["PATH": "/usr/bin"])
/// child.timeLimit = .seconds(5)
/// let result = try await child.run()
/// ```
public struct ChildProcess: Sendable {
    /// The program: a path where it holds a slash, otherwise a name that is looked up in `PATH` of ``environment``.
    ///
    /// Relative and empty entries of `PATH` are never searched.
    public var program: String
    /// What the program is called with, without its own name.
    public var arguments: [String]
    /// The child's whole environment. Nothing of this process's own is added.
    public var environment: [String: String]
    /// The folder that the child starts in; `nil` for this process's own.
    public var workingDirectory: String?
    /// The bytes of the child's standard input. It need not read them.
    public var input: [UInt8] = []
    /// Where the child's standard output goes.
    public var standardOutput = Stream.captured()
    /// Where the child's standard error goes.
    public var standardError = Stream.captured()
    /// How long the child may run before it and its session are ended; `nil` for as long as it likes.
    public var timeLimit: Duration?
    /// How long the child may take to end itself after SIGTERM, before SIGKILL.
    public var terminationGrace = Duration.milliseconds(500)
    /// Whether the child leads a session of its own, without the terminal of this process.
    ///
    /// Without one it can ask the person at the terminal, Ctrl-C reaches it directly, and only the child itself, not
    /// its children, is ended at the time limit.
    public var hasOwnSession = true
    /// Whether processes that the child started and left in its session are killed once it has ended.
    ///
    /// At a time limit and on cancellation they always are.
    public var endsLeftovers = true

    /// Creates a child that has not been started.
    public init(
        program: String, arguments: [String] = [], environment: [String: String], workingDirectory: String? = nil
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
    }

    /// Where one of the child's two output streams goes.
    public enum Stream: Hashable, Sendable {
        /// The first `first` bytes and the `last` ones after them are kept; the rest is read, counted and dropped.
        case captured(first: Int = 1 << 20, last: Int = 0)
        /// An open file descriptor of this process, 1 or 2 for a stream that the user should see as it comes.
        case descriptor(Int32)
    }

    /// Runs the child to its end and returns what became of it.
    ///
    /// A status other than zero, a signal and a time limit are results, not errors. When the calling task is cancelled
    /// the child's session is ended first.
    /// - Throws: ``ChildProcessError`` where the child could not be started or the task was cancelled.
    public nonisolated(nonsending) func run() async throws(ChildProcessError) -> ChildResult {
        switch try await execute(isStreaming: false, consume: { _ in }) {
        case .success(let result): return result
        // Without a consumer there is nothing that could throw.
        case .failure(let error): throw .system(operation: "\(error)", errorNumber: 0)
        }
    }

    /// Runs the child to its end and hands its standard output over in pieces, in order, as they come.
    ///
    /// The pieces are at most as large as a pipe; memory does not grow with the output. ``standardOutput`` is not used.
    /// - Parameter consume: takes a piece, which is valid for the call only. Where it throws, the child's session is
    ///   ended and the error is thrown on.
    /// - Throws: ``ChildProcessError`` as ``run()`` does, and whatever `consume` throws.
    public nonisolated(nonsending) func run(
        streaming consume: (UnsafeRawBufferPointer) throws -> Void
    ) async throws -> ChildResult {
        try await execute(isStreaming: true, consume: consume).get()
    }
}
