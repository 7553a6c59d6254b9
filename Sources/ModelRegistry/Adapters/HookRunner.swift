import ChildProcess
import GitTypes
import RegistryCore

/// Runs hooks as children: a program and its arguments, never a shell's command line, in a closed environment.
struct HookRunner {
    /// The most bytes of a hook's output that are kept.
    private static let outputLimit = 65_536
    /// What every hook gets of our environment, beside what its rule names.
    private static let inherited = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SHELL"]

    /// The folder that hooks run in and that the path of a script starts from.
    let folder: String
    let variables: [String: String]

    func run(_ rule: HookRule, _ input: HookInput) async throws(RegistryError) -> HookRun {
        var environment = input.variables
        for name in Self.inherited + rule.environment { environment[name] = variables[name] ?? environment[name] }
        guard let program = rule.command.first else {
            throw RegistryError(.invalidFile, "hook \(rule.name) has no command", subject: rule.name)
        }
        var child = ChildProcess(
            program: program.contains("/") && !program.hasPrefix("/") ? "\(folder)/\(program)" : program,
            arguments: Array(rule.command.dropFirst()), environment: environment, workingDirectory: folder)
        child.input = Array((input.payload.text(.compact) + "\n").utf8)
        child.timeLimit = .seconds(rule.timeLimit)
        child.standardOutput = .captured(first: Self.outputLimit)
        child.standardError = .captured(first: Self.outputLimit)
        do throws(ChildProcessError) {
            return HookRun(rule, try await child.run())
        } catch {
            throw RegistryError(
                .hookFailed, "hook \(rule.name) could not be started: \(error)", subject: rule.name,
                hints: [Self.advice(error, program)])
        }
    }
}

extension HookRunner {
    /// What mends a hook that could not be started.
    private static func advice(_ error: ChildProcessError, _ program: String) -> String {
        switch error {
        case .programNotFound where program.contains("/"): "commit the script, or check its path in 'run'"
        case .programNotFound: "install it, or check its name in 'run'"
        case .notExecutable: "chmod +x \(program.shellQuoted)"
        case .noInterpreterLine, .interpreterNotFound: "check the first line of \(program): #!/bin/sh"
        case .interpreterLineHasCarriageReturn: "sed -i 's/\\r$//' '\(program)'"
        case .workingDirectoryUnusable, .malformedValue, .cancelled, .system: "check the hook's 'run' and 'env'"
        }
    }
}

extension HookRun {
    init(_ rule: HookRule, _ result: ChildResult) {
        let milliseconds = Int(result.duration / .milliseconds(1))
        let output = [result.standardOutput, result.standardError].flatMap { $0.bytes.prefix(65_536) }
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
            rule: rule, outcome: outcome, exitStatus: exitStatus, milliseconds: milliseconds,
            output: String(lossless: output),
            droppedBytes: result.standardOutput.droppedCount + result.standardError.droppedCount)
    }
}
