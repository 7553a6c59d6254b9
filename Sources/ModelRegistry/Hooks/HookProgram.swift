import ChildProcess
import GitTypes
import Glibc
import RegistryCore

/// Runs a hook's program: its arguments, never a shell's command line, in a closed environment.
struct HookProgram {
    /// The first and the last bytes of each output stream that are kept.
    private static let outputLimits = (first: 24 << 10, last: 8 << 10)
    /// What every hook gets of our environment, beside what its rule names.
    private static let inherited = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SHELL"]

    let rule: HookRule
    /// The program, with a slash in it where it is a file, and its arguments.
    let command: [String]
    /// The folder that it starts in.
    let folder: String
    /// Our own environment.
    let environment: [String: String]

    func run(_ input: HookInput, attempt: Int) async throws(RegistryError) -> HookRun {
        guard let program = command.first else {
            throw RegistryError(.invalidFile, "hook \(rule.name) has no command", subject: rule.name)
        }
        var variables = environment.filter { Self.inherited.contains($0.key) || rule.environment.contains($0.key) }
        // Last, so that nothing of ours stands for what the event says.
        variables.merge(input.variables(for: rule, attempt: attempt)) { $1 }
        var child = ChildProcess(
            program: program, arguments: Array(command.dropFirst()), environment: variables, workingDirectory: folder)
        child.input = Array((input.payload(for: rule, attempt: attempt).text(.compact) + "\n").utf8)
        child.timeLimit = .seconds(rule.timeLimit)
        child.standardOutput = .captured(first: Self.outputLimits.first, last: Self.outputLimits.last)
        child.standardError = child.standardOutput
        do throws(ChildProcessError) {
            let result = try await child.run()
            // The event, the hook and the attempt tell this run from all others.
            let marks = ["MODEL_EVENT_ID", "MODEL_HOOK", "MODEL_ATTEMPT", HookInput.runVariable]
            return HookRun(
                rule, result, leftBehind: LeftBehind.processes(with: variables.filter { marks.contains($0.key) }))
        } catch {
            throw RegistryError(
                .hookFailed, "hook \(rule.name) could not be started: \(error)", subject: rule.name,
                hints: [Self.advice(error, program)])
        }
    }
}

extension HookProgram {
    /// What mends a hook that could not be started.
    private static func advice(_ error: ChildProcessError, _ program: String) -> String {
        switch error {
        case .programNotFound where program.contains("/"): "commit the script, or check its path in 'run'"
        case .programNotFound: "install it, or check its name in 'run'"
        case .notExecutable: "chmod +x \(program.shellQuoted)"
        case .noInterpreterLine, .interpreterNotFound: "check the first line of \(program): #!/bin/sh"
        case .interpreterLineHasCarriageReturn: "sed -i 's/\\r$//' \(program.shellQuoted)"
        case .workingDirectoryUnusable: "check the hook's 'workdir'"
        case .malformedValue, .cancelled, .system: "check the hook's 'run' and 'env'"
        }
    }
}

extension HookRun {
    fileprivate init(_ rule: HookRule, _ result: ChildResult, leftBehind: [LeftBehind.Process]) {
        var exitStatus: Int32?
        let outcome: String
        switch result.ending {
        case _ where result.isTimedOut: outcome = "stopped after its time limit of \(rule.timeLimit) s"
        case .exited(let status):
            exitStatus = status
            outcome = status == 0 ? "done" : "exit status \(status)"
        case .signalled(let signal): outcome = "ended by signal \(signal)"
        }
        self.init(
            rule: rule, outcome: outcome, isSuccess: result.isSuccess, exitStatus: exitStatus,
            milliseconds: Int(result.duration / .milliseconds(1)),
            output: [result.standardOutput, result.standardError].map(\.hookText).joined()
                + leftBehind.map { "(process \($0) left the hook's session and still runs)\n" }.joined(),
            droppedBytes: result.standardOutput.droppedCount + result.standardError.droppedCount)
    }
}

extension CapturedOutput {
    fileprivate var hookText: String {
        let gap = droppedCount > 0 ? "\n(\(droppedCount) bytes left out)\n" : ""
        return String(lossless: bytes) + gap + String(lossless: tail)
    }
}
