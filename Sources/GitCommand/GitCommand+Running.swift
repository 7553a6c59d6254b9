import ChildProcess
import GitTypes
import Glibc

extension GitCommand {
    /// Runs one `git` command to its end.
    ///
    /// The typed functions of this type are to be preferred: an argument here that starts with `-` is an option, so a
    /// value that somebody made up belongs after `--end-of-options` or `--`.
    /// - Parameters:
    ///   - arguments: the command and its arguments.
    ///   - input: the bytes of its standard input.
    ///   - limit: the most bytes of standard output that are accepted.
    ///   - exitCodes: the exit statuses that are results and not failures.
    /// - Throws: ``GitCommandError``; of kind `failed` for any other exit status.
    public func run(
        _ arguments: [String], input: [UInt8] = [], limit: Int = outputLimit, exitCodes: Set<Int32> = [0]
    ) async throws(GitCommandError) -> GitOutput {
        let invocation = Invocation(arguments, input: input, limit: limit)
        let output = try await run(invocation)
        guard exitCodes.contains(output.exitCode) else { throw failure(of: invocation, output) }
        return output
    }

    /// One call of the program.
    struct Invocation {
        var arguments: [String]
        var input: [UInt8] = []
        var limit = GitCommand.outputLimit
        /// Variables on top of the closed environment.
        var variables: [String: String] = [:]
        /// Settings on top of ``GitCommand/settings``.
        var settings: [String] = []
        var runsHooks = false
        /// What it does with settings that name programs; `nil` where it reads none of them.
        var use: ConfigurationUse?
        /// Whether it is given the repository's folder.
        var isInRepository = true
        var timeLimit: Duration?

        init(_ arguments: [String], input: [UInt8] = [], limit: Int = GitCommand.outputLimit) {
            self.arguments = arguments
            self.input = input
            self.limit = limit
        }

        var operation: String { arguments.first ?? "git" }

        /// Whether it talks to a remote, which may ask for a password.
        var isRemote: Bool {
            switch use {
            case .fetch, .push, .credential: true
            case .signature, nil: false
            }
        }
    }

    /// Runs one call and returns what it printed, whatever its exit status.
    func run(_ invocation: Invocation) async throws(GitCommandError) -> GitOutput {
        if let use = invocation.use { try check?(use) }
        let result: ChildResult
        do {
            result = try await child(for: invocation).run()
        } catch {
            throw launchFailure(of: invocation, error)
        }
        let output = try output(of: invocation, result)
        guard result.standardOutput.isComplete else { throw tooLarge(invocation) }
        return output
    }

    /// Runs one call and hands its standard output over in pieces.
    /// - Throws: ``GitCommandError``, or what `consume` throws.
    nonisolated(nonsending) func run(
        _ invocation: Invocation, streaming consume: (UnsafeRawBufferPointer) throws -> Void
    ) async throws -> GitOutput {
        if let use = invocation.use { try check?(use) }
        do {
            return try output(of: invocation, try await child(for: invocation).run(streaming: consume))
        } catch let error as ChildProcessError {
            throw launchFailure(of: invocation, error)
        }
    }

    private func child(for invocation: Invocation) -> ChildProcess {
        var arguments: [String] = []
        let settings = Self.settings + (invocation.runsHooks ? [] : [Self.withoutHooks]) + invocation.settings
        for setting in settings { arguments += ["-c", setting] }
        if invocation.isInRepository, let gitDirectory { arguments.append("--git-dir=\(gitDirectory)") }
        let variables = environment.variables.merging(invocation.variables) { $1 }
        var child = ChildProcess(
            program: "git", arguments: arguments + invocation.arguments, environment: variables,
            workingDirectory: workingDirectory)
        child.input = invocation.input
        child.standardOutput = .captured(first: invocation.limit)
        // The end too: git's own word comes after whatever a server has to say.
        child.standardError = .captured(first: 64 << 10, last: 8 << 10)
        child.timeLimit = limit(of: invocation)
        // SSH and git ask for passwords at the terminal of their session.
        child.hasOwnSession = !(environment.isInteractive && invocation.isRemote)
        // A credential cache or an SSH master connection is meant to outlive the command that started it.
        child.endsLeftovers = false
        return child
    }

    private func limit(of invocation: Invocation) -> Duration {
        invocation.timeLimit ?? (invocation.isRemote ? remoteTimeLimit : timeLimit)
    }

    private func output(of invocation: Invocation, _ result: ChildResult) throws(GitCommandError) -> GitOutput {
        let errorText = GitURL.redact(
            String(lossless: result.standardError.bytes) + String(lossless: result.standardError.tail))
        if result.isTimedOut {
            let limit = limit(of: invocation)
            throw interrupted(invocation, .timedOut, "did not end within \(limit)", errorText)
        }
        switch result.ending {
        case .exited(let code):
            return GitOutput(exitCode: code, bytes: result.standardOutput.bytes, errorText: errorText)
        case .signalled(let number):
            throw interrupted(invocation, .failed, "was ended by signal \(number)", errorText)
        }
    }

    /// The error of a command that somebody ended. A push may have arrived by then.
    private func interrupted(
        _ invocation: Invocation, _ kind: GitCommandError.Kind, _ what: String, _ errorText: String = ""
    ) -> GitCommandError {
        let isPush = invocation.operation == "push"
        let kind = isPush ? .outcomeUnknown : invocation.isRemote && kind == .timedOut ? .remoteUnreachable : kind
        return GitCommandError(
            kind, operation: invocation.operation, message: "git \(invocation.operation) \(what)",
            remoteText: GitErrorText(text: errorText).remoteText)
    }

    private func launchFailure(of invocation: Invocation, _ error: ChildProcessError) -> GitCommandError {
        let kind: GitCommandError.Kind
        switch error {
        case .cancelled: return interrupted(invocation, .cancelled, "was stopped")
        case .malformedValue: kind = .malformedValue
        case .programNotFound, .notExecutable, .noInterpreterLine, .interpreterNotFound,
            .interpreterLineHasCarriageReturn:
            kind = .programMissing
        case .workingDirectoryUnusable, .system: kind = .failed
        }
        return GitCommandError(kind, operation: invocation.operation, message: error.description)
    }

    private func tooLarge(_ invocation: Invocation) -> GitCommandError {
        GitCommandError(
            .tooLarge(limit: invocation.limit), operation: invocation.operation,
            message: "git \(invocation.operation) printed more than \(invocation.limit) bytes")
    }

    /// Whether the repository's disk has next to no room. Git removed the files again that filled it.
    private var isDiskFull: Bool {
        var status = statvfs()
        guard let gitDirectory, statvfs(gitDirectory, &status) == 0 else { return false }
        // File systems without a bound report huge numbers.
        let (room, isHuge) = status.f_bavail.multipliedReportingOverflow(by: status.f_frsize)
        return !isHuge && room < 64 << 10 || status.f_favail == 0 && status.f_files > 0
    }

    /// The error of a command that ended with a status that is no result.
    func failure(
        of invocation: Invocation, _ output: GitOutput, kind: GitCommandError.Kind? = nil
    ) -> GitCommandError {
        let errorText = GitErrorText(text: output.errorText)
        let found =
            kind ?? RefFailure.kind(in: output.errorText)
            ?? RemoteFailure.kind(in: output.errorText, isPush: invocation.operation == "push") ?? .failed
        var complaint = errorText.complaint ?? "it exited with status \(output.exitCode)"
        // Of a ref's file git does not tell why it could not be written.
        if complaint.contains("couldn't write '"), isDiskFull { complaint += ": no space left on device" }
        return GitCommandError(
            found, operation: invocation.operation, message: "git \(invocation.operation) failed: \(complaint)",
            remoteText: errorText.remoteText, exitCode: output.exitCode)
    }
}
