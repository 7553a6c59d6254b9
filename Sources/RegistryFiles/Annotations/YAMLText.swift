/// The bytes of a YAML file seen as lines: where one starts, where a value really ends, where comments stand.
struct YAMLText {
    let bytes: [UInt8]
    /// Bytes of the byte order mark.
    let prefixLength: Int
    /// CRLF where the first line ends so, else LF.
    let lineEnd: String
    /// Columns from a key to the keys below it, as the file has them; 2 where it shows none.
    let step: Int

    init(_ bytes: [UInt8], root: YAMLNode) {
        self.bytes = bytes
        self.prefixLength = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let firstEnd = bytes.firstIndex(of: 0x0A)
        self.lineEnd = firstEnd.map { $0 > 0 && bytes[$0 - 1] == 0x0D } == true ? "\r\n" : "\n"
        self.step = Self.step(of: root) ?? 2
    }

    private static func step(of node: YAMLNode) -> Int? {
        guard !node.isFlow, let entries = node.entries else { return nil }
        for entry in entries where !entry.value.isFlow {
            guard let first = entry.value.entries?.first else { continue }
            let step = first.keyStart.column - entry.keyStart.column
            if (1...8).contains(step), first.keyStart.line > entry.keyStart.line { return step }
        }
        return nil
    }

    /// Columns before a place. Indentation is spaces alone, so they are bytes too.
    func column(of mark: YAMLMark) -> Int { mark.column - 1 }

    func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    func lineStart(of offset: Int) -> Int {
        let start = bytes[prefixLength..<offset].lastIndex(of: 0x0A).map { $0 + 1 }
        return start ?? prefixLength
    }

    func nextLine(after offset: Int) -> Int {
        bytes[offset...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
    }

    /// Whether nothing but blanks follows in the line.
    func isLineEnd(_ offset: Int) -> Bool {
        bytes[offset...].first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }.map { $0 == 0x0A } ?? true
    }

    /// Whether nothing but spaces comes before in the line.
    func isOwnLine(_ mark: YAMLMark) -> Bool {
        bytes[lineStart(of: mark.offset)..<mark.offset].allSatisfy { $0 == 0x20 }
    }

    func spansLines(_ node: YAMLNode) -> Bool { node.start.line != node.end.line }

    /// The colon behind a key; `nil` where a key of a flow mapping has none.
    func colon(after entry: YAMLNode.Entry) -> Int? {
        let between = bytes[entry.keyEnd.offset..<max(entry.keyEnd.offset, entry.value.start.offset)]
        return between.first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: ":")
            ? between.firstIndex(of: UInt8(ascii: ":")) : nil
    }

    /// Where the text of a node ends, without the line end. libyaml's end of a `|` or `>` lies behind the empty lines
    /// that follow; they belong to the value only after `|+` or `>+`.
    func contentEnd(of node: YAMLNode) -> Int {
        let last = lastScalar(of: node)
        guard let style = last.scalar?.style, style == .literal || style == .folded, !last.isShared else {
            return node.end.offset
        }
        var end = last.end.offset
        let header = bytes[last.start.offset..<headerEnd(of: last)]
        if header.prefix(while: { $0 != UInt8(ascii: "#") }).contains(UInt8(ascii: "+")) {
            if end > 0, end > header.endIndex, bytes[end - 1] == 0x0A { end -= 1 }
            if end > header.endIndex, bytes[end - 1] == 0x0D { end -= 1 }
            return end
        }
        while end > header.endIndex, [0x20, 0x0A, 0x0D].contains(bytes[end - 1]) { end -= 1 }
        return end
    }

    private func lastScalar(of node: YAMLNode) -> YAMLNode {
        if node.isFlow || node.isShared { return node }
        switch node.content {
        case .scalar: return node
        case .sequence(let elements): return elements.last.map { lastScalar(of: $0) } ?? node
        case .mapping(let entries): return entries.last.map { lastScalar(of: $0.value) } ?? node
        }
    }

    private func headerEnd(of node: YAMLNode) -> Int {
        let end = bytes[node.start.offset...].firstIndex(of: 0x0A) ?? bytes.count
        return end > node.start.offset && bytes[end - 1] == 0x0D ? end - 1 : end
    }

    /// The start of the line where a sibling of a node belongs: behind its text and behind the comments that are
    /// indented like it or deeper, which are about it.
    func insertionPoint(after node: YAMLNode, column: Int) -> Int {
        var point = nextLine(after: contentEnd(of: node))
        var position = point
        while position < bytes.count {
            let next = nextLine(after: position)
            let line = bytes[position..<next]
            let indent = line.prefix { $0 == 0x20 }.count
            guard let first = line.first(where: { ![0x20, 0x09, 0x0D, 0x0A].contains($0) }) else {
                position = next
                continue
            }
            guard first == UInt8(ascii: "#"), indent >= column, column > 0 || point == position else { break }
            point = next
            position = next
        }
        return point
    }

    /// Whether a node or one inside it carries an anchor or is an alias.
    func holdsShared(_ node: YAMLNode) -> Bool {
        if node.isShared { return true }
        return switch node.content {
        case .scalar: false
        case .sequence(let elements): elements.contains { holdsShared($0) }
        case .mapping(let entries): entries.contains { holdsShared($0.value) }
        }
    }

    /// The comments inside a node, from `#` to the end of the line.
    func comments(in node: YAMLNode) -> [Range<Int>] {
        var texts: [Range<Int>] = []
        collectTexts(of: node, into: &texts)
        var comments: [Range<Int>] = []
        var position = node.start.offset
        let end = contentEnd(of: node)
        var next = texts[...]
        while position < end {
            if let text = next.first, text.lowerBound <= position {
                position = max(position, text.upperBound)
                next = next.dropFirst()
                continue
            }
            if bytes[position] == UInt8(ascii: "#") {
                var last = bytes[position...].firstIndex(of: 0x0A) ?? bytes.count
                let resume = last
                while last > position, [0x20, 0x09, 0x0D].contains(bytes[last - 1]) { last -= 1 }
                comments.append(position..<last)
                position = resume
            } else {
                position += 1
            }
        }
        return comments
    }

    /// The ranges of keys and scalars, in their order: a `#` in one of them starts no comment.
    private func collectTexts(of node: YAMLNode, into texts: inout [Range<Int>]) {
        if node.isShared {
            texts.append(node.start.offset..<node.end.offset)
            return
        }
        switch node.content {
        case .scalar(let scalar):
            let isBlock = scalar.style == .literal || scalar.style == .folded
            texts.append((isBlock ? headerEnd(of: node) : node.start.offset)..<node.end.offset)
        case .sequence(let elements):
            for element in elements { collectTexts(of: element, into: &texts) }
        case .mapping(let entries):
            for entry in entries {
                texts.append(entry.keyStart.offset..<entry.keyEnd.offset)
                collectTexts(of: entry.value, into: &texts)
            }
        }
    }
}
