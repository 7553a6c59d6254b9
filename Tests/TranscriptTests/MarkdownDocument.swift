import TestSupport

/// A page of the project's documentation, as far as the tests need to read it.
struct MarkdownDocument {
    /// A fenced block.
    struct Block {
        /// The line of its fence, counted from 1.
        let line: Int
        /// The word behind the fence; empty where there is none.
        let language: String
        let lines: [String]
    }

    /// The path from the project's folder.
    let path: String
    let text: String
    private(set) var blocks: [Block] = []
    /// The lines outside blocks.
    private(set) var prose: [String] = []

    init(_ path: String) throws {
        self.path = path
        self.text = try Sandbox.read("\(Sandbox.project)/\(path)")
        var open: (line: Int, language: String, lines: [String])?
        for (offset, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") {
                if let block = open {
                    blocks.append(Block(line: block.line, language: block.language, lines: block.lines))
                    open = nil
                } else {
                    open = (offset + 1, String(line.dropFirst(3)), [])
                }
            } else if open != nil {
                open?.lines.append(String(line))
            } else {
                prose.append(String(line))
            }
        }
    }

    /// The shell lines of a block: all of one that is marked `sh`; of YAML those that a CI product hands to a shell.
    static func shellLines(_ block: Block) -> [String] {
        if block.language == "sh" { return block.lines }
        // What a hook runs is no shell's line.
        guard block.language == "yaml", !block.lines.contains("hooks:") else { return [] }
        var lines: [String] = []
        var scriptIndent: Int?
        for line in block.lines {
            let indent = line.prefix { $0 == " " }.count
            let text = line.dropFirst(indent)
            if let script = scriptIndent {
                if indent > script, text.hasPrefix("- ") {
                    lines.append(String(text.dropFirst(2)))
                    continue
                }
                scriptIndent = nil
            }
            if text == "script:" { scriptIndent = indent }
            let item = text.hasPrefix("- ") ? text.dropFirst(2) : text
            if item.hasPrefix("run: ") { lines.append(String(item.dropFirst("run: ".count))) }
        }
        return lines
    }

    /// The commands that stand in backticks in the last cell of a table's row.
    var tableCommands: [String] {
        prose.filter { $0.hasPrefix("| ") && $0.hasSuffix("` |") && $0.contains("| `git model ") }.map { row in
            String(row.split(separator: "`").dropLast().last ?? "")
        }
    }

    /// The targets of links to files of the project, without what follows `#`.
    var relativeLinks: [String] {
        prose.flatMap { line in
            line.matches(of: #/\]\(([^)#]+)[^)]*\)/#).map { String($0.1) }.filter { !$0.contains("://") }
        }
    }
}
