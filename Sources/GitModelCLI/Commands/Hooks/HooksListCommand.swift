import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct HooksListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the hooks, what each runs, and whether it may",
        discussion: """
            Examples:
              git model hooks list
              git model hooks list -r https://example.com/team/models.git --json
            """)

    @Flag(help: "Print the hooks as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let statuses = try await common.registry().hooks()
        let printer = common.printer
        if json { return printer.json(.array(statuses.map(Self.json))) }
        if statuses.isEmpty { return printer.note("no hook is configured; .registry.yaml is where they stand") }
        let rows = statuses.map { status in
            [
                status.rule.name, status.rule.eventsText, status.rule.scopeText, status.rule.actionText,
                status.problem == nil ? status.isAllowed ? "yes" : "no" : "cannot run",
            ]
        }
        for line in TextTable(headers: ["hook", "on", "for", "runs", "allowed"], rows: rows).lines(.plain) {
            printer.data(line)
        }
        for status in statuses {
            guard let problem = status.problem else { continue }
            printer.warning("warning: \(problem.message.terminalSafe())")
            for hint in problem.hints { printer.warning("hint: \(hint.terminalSafe())") }
        }
        if statuses.contains(where: { !$0.isAllowed && $0.problem == nil }) {
            printer.note("hint: git model hooks allow")
        }
    }

    private static func json(_ status: HookStatus) -> JSONValue {
        guard case .object(let members) = status.rule.canonical else { return .null }
        return .object(
            members + [
                .init("allowed", .bool(status.isAllowed)), .init("problem", .optional(status.problem?.message)),
            ])
    }
}

extension HookRule {
    /// The events, in the words of the file.
    fileprivate var eventsText: String {
        EventKind.allCases.filter(events.contains).map(\.participle).joined(separator: ",")
    }

    /// The artifacts, stages and types.
    fileprivate var scopeText: String {
        artifact.description + (stage.map { "#\($0)" } ?? "") + (type.map { " (\($0))" } ?? "")
    }

    /// The program or the server.
    fileprivate var actionText: String {
        switch action {
        case .program(let words): words.map(\.shellQuoted).joined(separator: " ")
        case .webhook(let webhook):
            switch webhook.url {
            case .text(let url): "POST \(GitURL.redact(url))"
            case .variable(let name): "POST $\(name)"
            case .file(let path): "POST the address in \(path)"
            }
        }
    }
}
