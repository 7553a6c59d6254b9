import ArgumentParser
import Dispatch
import GitTypes
import Glibc
import RegistryCore

/// The program: parses the arguments, runs the command, and turns a failure into a sentence and an exit status.
public enum GitModelCLI {
    /// Runs the command line and ends the process.
    ///
    /// Not `async`: what needs no task is answered before Swift's threads are started, which takes a millisecond.
    public static func main() -> Never {
        signal(SIGPIPE, SIG_IGN)
        let arguments = Array(CommandLine.arguments.dropFirst())
        // Not a flag of the root command: the parser would take it out of `register --version v1.0.0` too.
        if arguments.first == "--version" {
            Printer().data("git-model \(GitModelVersion.text)")
            end(0)
        }
        let task = Task.detached { await run(arguments) }
        Interruption.cancelOnSignal(task)
        Task.detached { end(await task.value) }
        dispatchMain()
    }

    /// Ends the process, but runs no library's own end: threads that wait for nobody may still be closing connections, and
    /// OpenSSL would take from under them what they use. What was printed is out already.
    static func end(_ status: Int32) -> Never {
        fflush(nil)
        _exit(status)
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
                if let error = error as? RegistryError {
                    if error.code == .outcomeUnknown { _ = show(error, arguments) }
                    // What is kept for the next time.
                    let kept = error.hints.filter { $0.contains("are kept in") }
                    for hint in kept { Printer().warning("hint: \(hint.terminalSafe(limit: 1000))") }
                }
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
            var text = GitModelCommand.fullMessage(for: error, columns: terminalColumns)
            while text.last == "\n" { text.removeLast() }
            // The parser takes `git` for the program and `model` for its subcommand, which `git help` does not.
            Printer().data(
                text.replacing("See 'git help model <subcommand>' for detailed help.", with: "\(detailedHelp).")
                    .replacing(
                        "See 'git help model hooks <subcommand>' for detailed help.",
                        with: "'git model hooks <subcommand> -h' describes a subcommand and its arguments."))
            return 0
        }
        let (message, advice) = sentence(GitModelCommand.message(for: error))
        let commands = GitModelCommand.configuration.subcommands.flatMap {
            [$0.configuration.commandName ?? ""] + $0.configuration.aliases
        }
        let word = arguments.first ?? ""
        if commands.contains(word) {
            return show(
                RegistryError(
                    .invalidArguments, message, hints: advice + ["to see all arguments: git model \(word) -h"]),
                arguments)
        }
        if word.isEmpty || word.hasPrefix("-") {
            return show(
                RegistryError(
                    .invalidArguments, message,
                    hints: advice + ["options stand after the subcommand: git model show -r URL"]), arguments)
        }
        return show(
            RegistryError(
                .invalidArguments, "'\(word)' is not a git model command", subject: word,
                hints: Suggestion.hints(for: word, in: commands) + ["to see all commands: git model -h"]), arguments)
    }

    private static let detailedHelp = "'git model <subcommand> -h' describes a subcommand and its arguments"

    /// The parser's words in our voice: one sentence that starts small and has no full stop, and advice apart from it.
    private static func sentence(_ text: String) -> (message: String, advice: [String]) {
        let line = text.prefix { $0 != "\n" }
        let parts = line.split(separator: ". ", maxSplits: 1).map { part -> String in
            var part = part.hasSuffix(".") ? String(part.dropLast()) : String(part)
            if part.hasPrefix("Please ") { part.removeFirst("Please ".count) }
            return part.prefix(1).lowercased() + part.dropFirst()
        }
        return (parts.first ?? "the arguments are not understood", Array(parts.dropFirst()))
    }

    private static var terminalColumns: Int? {
        getenv("COLUMNS").flatMap { Int(String(cString: $0)) }
    }
}
