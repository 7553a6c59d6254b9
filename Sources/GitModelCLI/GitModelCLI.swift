import ArgumentParser
import GitTypes
import Glibc
import RegistryCore

/// The program: parses the arguments, runs the command, and turns a failure into a sentence and an exit status.
public enum GitModelCLI {
    /// Runs the command line and ends the process.
    public static func main() async -> Never {
        signal(SIGPIPE, SIG_IGN)
        let arguments = Array(CommandLine.arguments.dropFirst())
        // Not a flag of the root command: the parser would take it out of `register --version v1.0.0` too.
        if arguments.first == "--version" {
            Printer().data("git-model \(GitModelVersion.text)")
            exit(0)
        }
        let task = Task { await run(arguments) }
        Interruption.cancelOnSignal(task)
        exit(await task.value)
    }

    /// Runs a command to its end.
    /// - Returns: the exit status.
    private static func run(_ arguments: [String]) async -> Int32 {
        do {
            let parsed = try GitModelCommand.parseAsRoot(arguments)
            if var command = parsed as? any AsyncParsableCommand {
                try await command.run()
            } else {
                var command = parsed
                try command.run()
            }
            return 0
        } catch {
            if let signal = Interruption.signal {
                Printer().warning("interrupted")
                return 128 + signal
            }
            return report(error, arguments)
        }
    }

    private static func report(_ error: any Error, _ arguments: [String]) -> Int32 {
        switch error {
        case let error as RegistryError: show(error, arguments)
        case let error as MalformedValue: show(RegistryError(error), arguments)
        case let code as ExitCode: code.rawValue
        default: reportUsage(error, arguments)
        }
    }

    private static func show(_ error: RegistryError, _ arguments: [String]) -> Int32 {
        let printer = Printer()
        let report = ErrorReport(error: error)
        if arguments.prefix(while: { $0 != "--" }).contains("--json") {
            printer.warning(report.json.text())
        } else {
            report.lines.forEach { printer.warning($0) }
        }
        return error.code.exitStatus
    }

    /// Help that was asked for goes to stdout; a mistake in the arguments gets a sentence and a hint.
    private static func reportUsage(_ error: any Error, _ arguments: [String]) -> Int32 {
        let status = GitModelCommand.exitCode(for: error)
        if status == .success {
            Printer().data(GitModelCommand.fullMessage(for: error, columns: terminalColumns))
            return 0
        }
        let commands = GitModelCommand.configuration.subcommands.flatMap {
            [$0.configuration.commandName ?? ""] + $0.configuration.aliases
        }
        let word = arguments.first { !$0.hasPrefix("-") } ?? ""
        if commands.contains(word) {
            return show(
                RegistryError(
                    .invalidArguments, GitModelCommand.message(for: error),
                    hints: ["git model \(word) -h lists the arguments"]), arguments)
        }
        return show(
            RegistryError(
                .invalidArguments,
                word.isEmpty ? GitModelCommand.message(for: error) : "'\(word)' is not a git model command",
                subject: word,
                hints: Suggestion.hints(for: word, in: commands) + ["git model -h lists the commands"]), arguments)
    }

    private static var terminalColumns: Int? {
        getenv("COLUMNS").flatMap { Int(String(cString: $0)) }
    }
}
