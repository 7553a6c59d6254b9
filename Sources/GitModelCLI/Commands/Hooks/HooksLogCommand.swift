import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct HooksLogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Show what hooks did, newest first",
        usage: "git model hooks log [<event>] [<options>]",
        discussion: """
            Examples:
              git model hooks log
              git model hooks log churn#prod#3
              git model hooks log --failed -n 100 --json
            """)

    @Argument(help: "An event: its id, the first digits of it, or its tag; shows what its hooks printed")
    var event: String?

    @Option(name: [.customShort("n"), .customLong("limit")], help: "The most events that are shown")
    var limit = 20

    @Flag(help: "Only events with a hook that is not done")
    var failed = false

    @Flag(help: "Print the log as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let registry = try common.registry()
        let printer = common.printer
        if let event {
            let record = try await registry.hookRecord(of: event)
            return json ? printer.json(.hookRecord(record)) : Self.show(record, printer)
        }
        guard limit > 0 else {
            throw RegistryError(
                .invalidArguments, "-n is \(limit), and must be at least 1", subject: "-n", hints: ["-n 20"])
        }
        let records = try await registry.hookLog(limit: limit, onlyFailed: failed)
        if json { return printer.json(.array(records.map { .hookRecord($0) })) }
        if records.isEmpty { return printer.note("no hook ran here\(failed ? " and failed" : "")") }
        let rows = records.flatMap { record in
            record.hooks.map { hook in
                [
                    record.id.short, hook.started.tableText, record.ref.description, hook.hook,
                    hook.state == .done ? "done" : hook.summary.terminalSafe(limit: 50), String(hook.attempts),
                    Self.duration(hook),
                ]
            }
        }
        let headers = ["event", "started", "tag", "hook", "outcome", "attempts", "took"]
        for line in TextTable(headers: headers, rows: rows).lines(.plain) { printer.data(line) }
    }

    private static func show(_ record: EventRecord, _ printer: Printer) {
        printer.data("event    \(record.id)")
        printer.data("tag      \(record.ref.description.terminalSafe())")
        let what = [record.artifact, record.version, record.stage].compactMap { $0 }.joined(separator: " ")
        printer.data("what     \(record.kind.participle) \(what.terminalSafe())")
        for hook in record.hooks {
            printer.data("")
            printer.data("hook     \(hook.hook.terminalSafe())")
            printer.data("outcome  \(hook.outcome.isEmpty ? hook.summary : hook.outcome.terminalSafe())")
            printer.data("started  \(hook.started.tableText)")
            printer.data("took     \(duration(hook)), attempt \(hook.attempts)")
            for line in hook.output.terminalSafe(keepingLines: true).split(separator: "\n") {
                printer.data("  \(line)")
            }
        }
    }

    private static func duration(_ hook: HookRecord) -> String {
        guard hook.ended != nil else { return "-" }
        return hook.milliseconds < 10_000 ? "\(hook.milliseconds) ms" : "\(hook.milliseconds / 1000) s"
    }
}
