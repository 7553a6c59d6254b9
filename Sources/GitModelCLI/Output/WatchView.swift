import GitTypes
import ModelRegistry
import RegistryCore

/// Shows what happens while a remote is watched: sentences on stderr, or with `--json` one object a line on stdout.
struct WatchView: Sendable {
    let printer: Printer
    let isJSON: Bool

    /// How many names a line may hold.
    private static let mostNames = 10

    func showStart(repository: String?, remote: String, interval: String) {
        if isJSON { return }
        let place = repository.map { (try? GitURL($0))?.description ?? $0 } ?? remote
        printer.note("watching \(place.terminalSafe()), every \(interval.terminalSafe())")
    }

    func showEnd() {
        if isJSON { printer.json(["watch": .string("stopped")], .compact) } else { printer.note("stopped") }
    }

    func show(_ step: WatchStep) {
        if isJSON { return printer.json(Self.json(step), .compact) }
        switch step {
        case .began(let count):
            printer.note("tags that are there already count as history, and no hook runs for them: \(count)")
        case .looked: break
        case .fetched(let tags):
            let names = tags.prefix(Self.mostNames).map { $0.description.terminalSafe() }.joined(separator: ", ")
            printer.note(
                "fetched \(names)" + (tags.count > Self.mostNames ? " and \(tags.count - Self.mostNames) more" : ""))
        case .found(let finding):
            printer.warning("warning: \(finding.message.terminalSafe())")
            if let hint = finding.hint { printer.warning("hint: \(hint.terminalSafe())") }
        case .lost(let error, let pause):
            let lines = ErrorReport(error: error).lines
            printer.warning("warning: \(error.message.terminalSafe(limit: 2000))")
            for line in lines.dropFirst() { printer.warning(line) }
            printer.warning("it is tried again in \(pause.components.seconds) s, and then less and less often")
        case .back: printer.warning("the remote can be read again")
        }
    }

    private static func json(_ step: WatchStep) -> JSONValue {
        switch step {
        case .began(let count): ["watch": .string("began"), "history": .integer(count)]
        case .looked(let tags, let waiting):
            ["watch": .string("round"), "tags": .integer(tags), "waiting": .integer(waiting)]
        case .fetched(let tags): ["watch": .string("fetched"), "tags": .array(tags.map { .string($0.description) })]
        case .found(let finding):
            [
                "watch": .string("finding"), "code": .string(finding.code.rawValue),
                "subject": .string(finding.subject),
                "message": .string(finding.message), "hint": .optional(finding.hint),
            ]
        case .lost(let error, let pause):
            [
                "watch": .string("lost"), "code": .string(error.code.rawValue), "message": .string(error.message),
                "underlying": .optional(error.underlying), "retry_after": .integer(Int(pause.components.seconds)),
            ]
        case .back: ["watch": .string("back")]
        }
    }
}
