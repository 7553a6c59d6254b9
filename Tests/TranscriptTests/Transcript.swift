import TestSupport

/// A recorded session: commands with what they print, line by line.
///
/// ```
/// # a remark
/// $ git model show nothing
/// 2> error: no artifact is called nothing
/// [2]
/// ```
///
/// A line that starts with `$ ` is a command of `sh`; `2> ` marks what goes to stderr, `[N]` an exit status other than
/// zero. A printed line that could be taken for one of these, or for a remark or a blank line of the writer's, has a
/// backslash in front. Text before the first command is kept.
struct Transcript {
    /// One command with what follows it.
    struct Step {
        let line: Int
        let command: String
        var result: [String]
    }

    private(set) var preamble: [String] = []
    private(set) var steps: [Step] = []

    init(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (offset, line) in lines.enumerated() {
            if line.hasPrefix("$ ") {
                steps.append(Step(line: offset + 1, command: String(line.dropFirst(2)), result: []))
            } else if line.hasPrefix("> "), let last = steps.last, last.result.isEmpty {
                steps[steps.count - 1] = Step(
                    line: last.line, command: last.command + "\n" + line.dropFirst(2), result: [])
            } else if steps.isEmpty {
                preamble.append(String(line))
            } else {
                steps[steps.count - 1].result.append(String(line))
            }
        }
    }

    /// Runs the commands in a sandbox, each in the folder `work`; what they print takes the place of what was recorded.
    func played(in sandbox: Sandbox) throws -> Transcript {
        var played = self
        try sandbox.succeed("mkdir -p work")
        for position in steps.indices {
            let outcome = try sandbox.run(steps[position].command, in: "work")
            var result = Self.lines(outcome.output, sandbox)
            result += Self.lines(outcome.errors, sandbox).map { $0.isEmpty ? "2>" : "2> \($0)" }
            if outcome.status != 0 { result.append("[\(outcome.status)]") }
            result = Self.marked(result)
            result += steps[position].result.suffix(while: Self.isWritersOwn)
            played.steps[position].result = result
        }
        return played
    }

    /// Blank lines and remarks between commands are the writer's.
    private static func isWritersOwn(_ line: String) -> Bool { line.isEmpty || line.hasPrefix("# ") }

    /// Puts a backslash before what was printed and would be read as something else.
    private static func marked(_ result: [String]) -> [String] {
        let end = result.suffix(while: isWritersOwn).startIndex
        return result.enumerated().map { position, line in
            position >= end || line.hasPrefix("$ ") ? "\\\(line)" : line
        }
    }

    var text: String {
        let commands = steps.flatMap { step in
            step.command.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { offset, line in
                (offset == 0 ? "$ " : "> ") + line
            } + step.result
        }
        return (preamble + commands).joined(separator: "\n")
    }

    /// The lines of an output, with the sandbox's own path as `SANDBOX`, and without what differs between builds,
    /// machines and runs: our commit, the version of libgit2, milliseconds, the time of day.
    private static func lines(_ output: String, _ sandbox: Sandbox) -> [String] {
        guard !output.isEmpty else { return [] }
        let text = output.replacing(sandbox.path, with: "SANDBOX")
            .replacing(#/\((?:[0-9a-f]{12}\+?|unknown)\) libgit2 [0-9.]+/#, with: "(COMMIT) libgit2 X.Y.Z")
            .replacing(#/libgit2("?): ("?)[0-9]+\.[0-9.]+/#) { "libgit2\($0.1): \($0.2)X.Y.Z" }
            .replacing(#/"milliseconds": [0-9]+/#, with: #""milliseconds": N"#)
            // The clock of the machine; commits and tags have the sandbox's own, which stands in March 2026.
            .replacing(
                #/(?:20[3-9][0-9]-[0-9]{2}|202[7-9]-[0-9]{2}|2026-(?:0[4-9]|1[0-2]))-[0-9]{2}[ T][0-9:]{8}\+00:00/#,
                with: "NOW"
            )
            // How long a lock has been there depends on how fast the machine is.
            .replacing(#/\([0-9]+ s old\)/#, with: "(N s old)")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return lines.last == "" ? lines.dropLast() : lines
    }
}

extension Array {
    fileprivate func suffix(while isKept: (Element) -> Bool) -> ArraySlice<Element> {
        self[(lastIndex { !isKept($0) }.map { $0 + 1 } ?? startIndex)...]
    }
}
