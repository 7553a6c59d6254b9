import GitTypes
import RegistryCore

/// Edits a YAML text at the places that its nodes name and leaves every other byte as it is.
///
/// What an edit means is for its user to check: ``AnnotationEdit`` reads the result again.
struct YAMLTextEditor {
    let root: YAMLNode
    let file: String
    private let text: YAMLText
    private let hasExplicitEnd: Bool
    private var edits: [(range: Range<Int>, text: String)] = []
    private var lineInsertions: Set<Int> = []

    init(_ bytes: [UInt8], limits: YAMLLimits, file: String) throws(RegistryError) {
        (root, hasExplicitEnd) = try YAMLDocument.read(bytes, limits: limits, file: file)
        self.file = file
        self.text = YAMLText(bytes, root: root)
    }

    /// The bytes with all edits applied; those at one place in the order in which they were made.
    var result: [UInt8] {
        let ordered = edits.enumerated().sorted {
            ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
        }
        var result: [UInt8] = []
        var position = 0
        for (_, edit) in ordered {
            result += text.bytes[position..<max(position, edit.range.lowerBound)]
            result += Array(edit.text.utf8)
            position = max(position, edit.range.upperBound)
        }
        return result + text.bytes[position...]
    }

    /// Whether a comment stands inside a node, or behind the last element of a block collection, which it is about.
    func hasComments(in node: YAMLNode) -> Bool {
        let isBlock = !node.isFlow && node.scalar == nil
        return !text.comments(in: node).isEmpty || isBlock && !text.isLineEnd(text.contentEnd(of: node))
    }

    // MARK: Adding

    /// Adds keys to the root, which may be empty; behind everything else where `toRootAtEnd`.
    mutating func append(_ members: [JSONValue.Member], toRootAtEnd: Bool) throws(RegistryError) {
        if root.isNull, root.start.offset == root.end.offset {
            if hasExplicitEnd { throw refusal("the document ends with '...'", at: root) }
            insertLines(members, column: 0, at: text.bytes.count)
        } else if toRootAtEnd, !hasExplicitEnd, !root.isFlow, let first = root.entries?.first {
            insertLines(members, column: first.keyStart.column - 1, at: text.bytes.count)
        } else {
            try append(members, to: root, keyedBy: nil, isInFlow: false)
        }
    }

    /// Adds keys at the end of a mapping, or in place of null.
    /// - Parameters:
    ///   - owner: the entry whose value the mapping is; `nil` for the root.
    ///   - isInFlow: whether the owner itself stands between braces.
    mutating func append(
        _ members: [JSONValue.Member], to node: YAMLNode, keyedBy owner: YAMLNode.Entry?, isInFlow: Bool
    ) throws(RegistryError) {
        if node.isShared { throw refusal("the mapping is used in several places through an anchor", at: node) }
        let isEmpty = node.isNull || node.entries?.isEmpty == true
        if isEmpty, let owner, !isInFlow, !text.spansLines(node) {
            let column = text.column(of: owner.keyStart)
            try requireOwnLine(owner)
            clear(node)
            insertLines(members, column: column + text.step, at: text.nextLine(after: owner.keyEnd.offset))
        } else if node.isNull, let owner {
            try replaceValue(of: owner, with: .object(members), isInFlow: isInFlow)
        } else if node.isFlow {
            let inline = members.map { member in
                YAMLWriter.scalar(member.key, isInFlow: true) + ": " + YAMLWriter.inline(member.value, isInFlow: true)
            }.joined(separator: ", ")
            if let last = node.entries?.last {
                replace(last.value.end.offset..<last.value.end.offset, with: ", " + inline)
            } else {
                replace((node.start.offset + 1)..<(node.start.offset + 1), with: inline)
            }
        } else if let first = node.entries?.first, let last = node.entries?.last {
            try requireOwnLine(first)
            let column = text.column(of: first.keyStart)
            insertLines(members, column: column, at: text.insertionPoint(after: last.value, column: column))
        } else {
            throw refusal("the value is \(node.kindName), not a mapping", at: node)
        }
    }

    /// Adds texts at the end of a sequence that is not empty.
    mutating func append(_ texts: [String], to node: YAMLNode) throws(RegistryError) {
        guard let last = node.elements?.last, !node.isShared else {
            throw refusal("the value is \(node.kindName), not a list of its own", at: node)
        }
        if node.isFlow {
            let inline = texts.map { ", " + YAMLWriter.scalar($0, isInFlow: true) }.joined()
            replace(last.end.offset..<last.end.offset, with: inline)
        } else {
            let column = text.column(of: node.start)
            let padding = String(repeating: " ", count: column)
            insert(
                lines: texts.map { padding + "- " + YAMLWriter.scalar($0, isInFlow: false) },
                at: text.insertionPoint(after: last, column: column))
        }
    }

    // MARK: Changing

    /// Puts another value in the place of an entry's own.
    mutating func replaceValue(
        of entry: YAMLNode.Entry, with value: JSONValue, isInFlow: Bool
    ) throws(RegistryError) {
        let node = entry.value
        if text.holdsShared(node) { throw refusal("the value is used in several places through an anchor", at: node) }
        let comments = text.comments(in: node)
        let inline = YAMLWriter.inline(value, isInFlow: isInFlow)
        if node.start.offset == node.end.offset {
            if let colon = text.colon(after: entry) {
                replace((colon + 1)..<(colon + 1), with: " " + inline)
            } else {
                replace(entry.keyEnd.offset..<entry.keyEnd.offset, with: ": " + inline)
            }
        } else if node.isFlow || node.scalar != nil {
            if node.isFlow, !comments.isEmpty { throw refusal("the value has comments in it", at: node) }
            let header = comments.map { "  " + text.string($0) }.joined()
            replace(node.start.offset..<text.contentEnd(of: node), with: inline + header)
        } else {
            try replaceBlock(entry, with: value, comments: comments)
        }
    }

    /// A block collection starts on a line of its own, so another value may stand there too. Comments that were in it
    /// follow on lines of their own.
    private mutating func replaceBlock(
        _ entry: YAMLNode.Entry, with value: JSONValue, comments: [Range<Int>]
    ) throws(RegistryError) {
        let node = entry.value
        var column = text.column(of: node.start)
        guard text.isOwnLine(node.start) else { throw refusal("the value does not start a line", at: node) }
        var lead = ""
        var isList = false
        if case .array(let values) = value { isList = !values.isEmpty }
        if column == text.column(of: entry.keyStart), !isList {
            // A list may stand as far left as its key; nothing else may.
            column += text.step
            lead = String(repeating: " ", count: text.step)
        }
        let padding = String(repeating: " ", count: column)
        let lines =
            YAMLWriter.block(value, indent: column, step: text.step) + comments.map { padding + text.string($0) }
        replace(
            node.start.offset..<text.contentEnd(of: node), with: lead + lines.joined(separator: text.lineEnd))
    }

    // MARK: Removing

    /// Takes an entry out of a mapping; the last one leaves `{}` behind, or nothing in the root.
    mutating func remove(
        _ key: String, from node: YAMLNode, keyedBy owner: YAMLNode.Entry?
    ) throws(RegistryError) {
        guard let entries = node.entries, let index = entries.firstIndex(where: { $0.key == key }), !node.isShared
        else {
            throw refusal("the mapping is used in several places through an anchor", at: node)
        }
        let entry = entries[index]
        if node.isFlow {
            // From the end of the one before, or to the start of the one after: the comma goes with it.
            let range =
                if index > 0 {
                    entries[index - 1].value.end.offset..<entry.value.end.offset
                } else if entries.count > 1 {
                    entry.keyStart.offset..<entries[1].keyStart.offset
                } else {
                    (node.start.offset + 1)..<(node.end.offset - 1)
                }
            replace(range, with: "")
            return
        }
        try requireOwnLine(entry)
        replace(
            text.lineStart(of: entry.keyStart.offset)..<text.nextLine(after: text.contentEnd(of: entry.value)), with: ""
        )
        if entries.count == 1, let owner, let colon = text.colon(after: owner) {
            replace((colon + 1)..<(colon + 1), with: " {}")
        }
    }

    // MARK: Pieces

    private mutating func replace(_ range: Range<Int>, with text: String) {
        edits.append((range, text))
    }

    /// Takes a null or `{}` away that stands behind its key, and the blanks before it where nothing follows.
    private mutating func clear(_ node: YAMLNode) {
        var start = node.start.offset
        let end = node.end.offset
        guard start < end else { return }
        if text.isLineEnd(end) {
            while start > 0, text.bytes[start - 1] == 0x20 { start -= 1 }
        }
        replace(start..<end, with: "")
    }

    private mutating func insertLines(_ members: [JSONValue.Member], column: Int, at position: Int) {
        let padding = String(repeating: " ", count: column)
        var lines: [String] = []
        for member in members {
            let inner = YAMLWriter.member(member.key, member.value, indent: column, step: text.step)
            lines += inner.prefix(1).map { padding + $0 } + inner.dropFirst()
        }
        insert(lines: lines, at: position)
    }

    private mutating func insert(lines: [String], at position: Int) {
        let isInsideLine = position > text.prefixLength && text.bytes[position - 1] != 0x0A
        let needsLineEnd = isInsideLine && lineInsertions.insert(position).inserted
        replace(
            position..<position,
            with: (needsLineEnd ? text.lineEnd : "") + lines.map { $0 + text.lineEnd }.joined())
    }

    private func requireOwnLine(_ entry: YAMLNode.Entry) throws(RegistryError) {
        guard text.isOwnLine(entry.keyStart) else {
            throw RegistryError.inFile(
                file, entry.keyStart, "the key '\(entry.key.terminalSafe(limit: 60))' does not start a line",
                hint: "edit \(file) by hand")
        }
    }

    private func refusal(_ problem: String, at node: YAMLNode) -> RegistryError {
        .inFile(file, node.start, "\(problem), so it is not edited", hint: "edit \(file) by hand")
    }
}
