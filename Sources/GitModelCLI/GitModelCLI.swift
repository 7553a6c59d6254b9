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
        do {
            let parsed = try GitModelCommand.parseAsRoot(arguments)
            if var command = parsed as? any AsyncParsableCommand {
                try await command.run()
            } else {
                var command = parsed
                try command.run()
            }
            exit(0)
        } catch let error as RegistryError {
            report(error, arguments)
        } catch let error as MalformedValue {
            report(RegistryError(error), arguments)
        } catch let code as ExitCode {
            exit(code.rawValue)
        } catch {
            reportUsage(error, arguments)
        }
    }

    private static func report(_ error: RegistryError, _ arguments: [String]) -> Never {
        let printer = Printer()
        let report = ErrorReport(error: error)
        if arguments.prefix(while: { $0 != "--" }).contains("--json") {
            printer.warning(report.json.text())
        } else {
            report.lines.forEach { printer.warning($0) }
        }
        exit(error.code.exitStatus)
    }

    /// Help that was asked for goes to stdout; a mistake in the arguments gets a sentence and a hint.
    private static func reportUsage(_ error: any Error, _ arguments: [String]) -> Never {
        let status = GitModelCommand.exitCode(for: error)
        if status == .success {
            Printer().data(GitModelCommand.fullMessage(for: error, columns: terminalColumns))
            exit(0)
        }
        let commands = GitModelCommand.configuration.subcommands.flatMap {
            [$0.configuration.commandName ?? ""] + $0.configuration.aliases
        }
        let word = arguments.first { !$0.hasPrefix("-") } ?? ""
        if commands.contains(word) {
            report(
                RegistryError(
                    .invalidArguments, GitModelCommand.message(for: error),
                    hints: ["git model \(word) -h lists the arguments"]), arguments)
        }
        report(
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
