import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct TriggerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger",
        abstract: "Run the hooks that a Git tag calls for",
        discussion: """
            Reads the tag, and runs each hook of .registry.yaml that matches its event, in the file's order; the \
            first that fails stops the rest. A hook gets MODEL_EVENT, MODEL_NAME, MODEL_VERSION, MODEL_STAGE, \
            MODEL_COMMIT, MODEL_REF and MODEL_PATH in its environment, and the event as JSON on stdin.

            Examples:
              git model trigger churn#prod#3
              git model trigger "$GITHUB_REF" --dry-run
            """)

    @Argument(help: "Name of the tag, with or without refs/tags/")
    var ref: String

    @Flag(help: "Name the hooks that would run, and run none")
    var dryRun = false

    @Flag(help: "Print the result as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let printer = common.printer
        let isJSON = json
        var planned: [String] = []
        let report = try await common.registry().trigger(ref, isDryRun: dryRun) { step in
            if case .planned(let rule) = step { planned.append(rule.name) }
            if !isJSON { Self.show(step, printer) }
        }
        if json { printer.json(Self.json(report, planned: planned, isDryRun: dryRun)) }
        if report.runs.isEmpty, planned.isEmpty, !json {
            printer.note("\(report.event.sentence); no hook asks for that")
        }
        if let failure = report.failure { throw failure }
    }

    private static func show(_ step: HookStep, _ printer: Printer) {
        switch step {
        case .planned(let rule): printer.data("would run \(rule.name.terminalSafe())")
        case .started(let rule): printer.note("running \(rule.name.terminalSafe())")
        case .finished(let run):
            for line in run.output.terminalSafe(keepingLines: true).split(separator: "\n") { printer.note("  \(line)") }
            if run.droppedBytes > 0 { printer.note("  (\(run.droppedBytes) more bytes of output left out)") }
            printer.data("\(run.rule.name.terminalSafe()): \(run.outcome)")
        }
    }

    private static func json(_ report: TriggerReport, planned: [String], isDryRun: Bool) -> JSONValue {
        [
            "event": report.payload,
            "dry_run": .bool(isDryRun),
            "planned": .array(planned.map { .string($0) }),
            "runs": .array(
                report.runs.map { run in
                    [
                        "hook": .string(run.rule.name),
                        "outcome": .string(run.outcome),
                        "exit_status": run.exitStatus.map { .integer(Int($0)) } ?? .null,
                        "milliseconds": .integer(run.milliseconds),
                        "output": .string(run.output),
                    ]
                }),
        ]
    }
}
