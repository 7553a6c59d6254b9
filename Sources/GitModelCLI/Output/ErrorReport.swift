import GitTypes
import RegistryCore

/// How a failure is shown: a line for the error, one for each hint; or the same as one JSON object.
struct ErrorReport {
    let error: RegistryError

    /// The lines for a person, escaped.
    var lines: [String] {
        var lines = ["error: \(error.message.terminalSafe(limit: 2000))"]
        if let underlying = error.underlying, !underlying.isEmpty {
            lines += underlying.terminalSafe(keepingLines: true, limit: 4000).split(separator: "\n").map { "  \($0)" }
        }
        return lines + error.hints.map { "hint: \($0.terminalSafe(limit: 1000))" }
    }

    /// The object for a script.
    var json: JSONValue {
        [
            "error": [
                "code": .string(error.code.rawValue),
                "message": .string(error.message),
                "subject": .optional(error.subject),
                "hints": .array(error.hints.map { .string($0) }),
                "underlying": .optional(error.underlying),
                "exit_status": .integer(Int(error.code.exitStatus)),
            ]
        ]
    }
}
