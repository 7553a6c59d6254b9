import GitTypes
import ModelRegistry
import RegistryCore

/// Shows how hooks run, and what became of them.
struct HookReport {
    let printer: Printer
    let isJSON: Bool
    /// For `watch`, whose JSON is one object a line, and which tells itself that nothing waits.
    var isWatched = false
    /// For a `watch` of a repository at a URL, which tells of moved tags itself.
    var isRemote = false

    /// Shows a step as it happens.
    func show(_ step: HookStep) {
        if isJSON { return }
        switch step {
        case .planned(let rule, let event): printer.data("\(Self.name(event)): would run \(rule.name.terminalSafe())")
        case .skipped(let record, let event):
            printer.note("\(Self.name(event)): \(record.hook.terminalSafe()) is \(record.summary)")
        case .started(let rule, let event, let isAfterInterruption):
            if isAfterInterruption {
                printer.warning(
                    "\(Self.name(event)): an earlier run of \(rule.name.terminalSafe()) was cut short, so it runs again"
                )
            }
            printer.note("\(Self.name(event)): running \(rule.name.terminalSafe())")
        case .finished(let run, let event):
            for line in run.output.terminalSafe(keepingLines: true).split(separator: "\n") { printer.note("  \(line)") }
            printer.data("\(Self.name(event)): \(run.rule.name.terminalSafe()): \(run.outcome.terminalSafe())")
        case .retrying(let rule, let event, let seconds):
            printer.note("\(Self.name(event)): \(rule.name.terminalSafe()) is tried again in \(seconds) s")
        // Told once, when all is done.
        case .failed: break
        }
    }

    /// Shows the end.
    /// - Throws: the first failure; those after it are printed.
    func show(_ report: TriggerReport, isDryRun: Bool) throws {
        if isJSON {
            printer.json(.hooks(report, isDryRun: isDryRun), isWatched ? .compact : .indented)
        } else {
            if let count = report.historyCount, count > 0 {
                printer.note(
                    "\(count) tags that are here already count as history; for their hooks: git model trigger --since 7d"
                )
            }
            for event in report.events where event.runs.isEmpty && event.planned.isEmpty && event.doneBefore.isEmpty {
                if event.failure == nil {
                    printer.note("\(event.event.sentence.terminalSafe()); no hook asks for that")
                }
            }
            if report.events.isEmpty, !isWatched { printer.note("no hook waits") }
            for finding in report.findings where !(isRemote && finding.code == .movedTag) {
                printer.warning("warning: \(finding.message.terminalSafe())")
                if let hint = finding.hint { printer.warning("hint: \(hint.terminalSafe())") }
            }
        }
        var failures: [RegistryError] = []
        for failure in report.events.compactMap(\.failure) where !failures.contains(failure) {
            failures.append(failure)
        }
        guard let first = failures.first else { return }
        for failure in failures.dropFirst() where !isJSON {
            printer.warning("error: \(failure.message.terminalSafe())")
        }
        throw first
    }

    private static func name(_ event: RegistryEvent) -> String { event.ref.description.terminalSafe() }
}

extension HookRecord {
    /// How far it is, for people.
    var summary: String {
        switch state {
        case .running: "running, or was cut short"
        case .done: "done (\((ended ?? started).tableText))"
        case .failed: "failed: \(outcome.terminalSafe(limit: 80))"
        case .interrupted: "interrupted"
        }
    }
}

extension JSONValue {
    static func hooks(_ report: TriggerReport, isDryRun: Bool) -> JSONValue {
        [
            "dry_run": .bool(isDryRun),
            "events": .array(
                report.events.map { event in
                    [
                        "event": event.payload,
                        "planned": .array(event.planned.map { .string($0.name) }),
                        "done_before": .array(event.doneBefore.map { .string($0.hook) }),
                        "runs": .array(
                            event.runs.map { run in
                                [
                                    "hook": .string(run.rule.name),
                                    "outcome": .string(run.outcome),
                                    "is_success": .bool(run.isSuccess),
                                    "exit_status": run.exitStatus.map { .integer(Int($0)) } ?? .null,
                                    "attempt": .integer(run.attempt),
                                    "milliseconds": .integer(run.milliseconds),
                                    "output": .string(run.output),
                                ]
                            }),
                        "error": event.failure.map {
                            .object([.init("code", .string($0.code.rawValue)), .init("message", .string($0.message))])
                        }
                            ?? .null,
                    ]
                }),
            "findings": .array(
                report.findings.map {
                    [
                        "code": .string($0.code.rawValue), "subject": .string($0.subject),
                        "message": .string($0.message),
                        "hint": .optional($0.hint),
                    ]
                }),
        ]
    }

    static func hookRecord(_ record: EventRecord) -> JSONValue {
        [
            "id": .string(record.id.description),
            "ref": .string(RefName(record.ref).description),
            "event": .string(record.kind.participle),
            "name": .string(record.artifact),
            "version": .optional(record.version),
            "stage": .optional(record.stage),
            "hooks": .array(
                record.hooks.map { hook in
                    [
                        "hook": .string(hook.hook),
                        "state": .string(hook.state.rawValue),
                        "outcome": .string(hook.outcome),
                        "exit_status": hook.exitStatus.map { .integer(Int($0)) } ?? .null,
                        "attempts": .integer(hook.attempts),
                        "started": .string(hook.started.iso8601),
                        "ended": .optional(hook.ended?.iso8601),
                        "milliseconds": .integer(hook.milliseconds),
                        "output": .string(hook.output),
                    ]
                }),
        ]
    }
}
