public import RegistryCore

import CLibYAML
import GitTypes

/// Reads YAML, and JSON as the part of YAML that it is, within a budget.
///
/// Refused are: duplicate keys, merge keys, keys that are no scalars, a second document, tags outside YAML's core
/// schema, unprintable characters, and anchors where ``YAMLLimits/allowsAliases`` says so. Two keys whose texts are
/// canonically equivalent Unicode are duplicates: a person could not tell them apart.
public enum YAMLDocument {
    /// Reads the one document of a file; an empty file is a null node.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidFile`` and `file:line:column` in its message.
    public static func parse(
        _ bytes: [UInt8], limits: YAMLLimits, file: String
    ) throws(RegistryError) -> YAMLNode {
        try read(bytes, limits: limits, file: file).root
    }

    /// Reads JSON. It differs from ``parse(_:limits:file:)`` in one thing: pairs of surrogates (`\ud83d\ude00`), which
    /// JSON has and YAML has not, are read. Places behind such a pair are off by its length.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidFile``.
    public static func parseJSON(
        _ bytes: [UInt8], limits: YAMLLimits, file: String
    ) throws(RegistryError) -> YAMLNode {
        guard bytes.count <= limits.byteCount else { return try parse(bytes, limits: limits, file: file) }
        return try parse(SurrogatePairs.joined(bytes), limits: limits, file: file)
    }

    static func read(
        _ bytes: [UInt8], limits: YAMLLimits, file: String
    ) throws(RegistryError) -> (root: YAMLNode, hasExplicitEnd: Bool) {
        let source = try SourceText(bytes, limits: limits, file: file)
        return try bytes.withUnsafeBufferPointer { buffer throws(RegistryError) in
            let text = UnsafeBufferPointer(rebasing: buffer[source.prefixLength...])
            guard let events = YAMLEventStream(text) else {
                throw RegistryError(.inputOutput, "there is no memory to read \(file)", subject: file)
            }
            var composer = YAMLComposer(events, source: source, limits: limits)
            return try composer.document()
        }
    }
}

/// Builds nodes from events and keeps the budget.
private struct YAMLComposer: ~Copyable {
    private var events: YAMLEventStream
    private let source: SourceText
    private let limits: YAMLLimits
    private var nodeCount = 0
    private var anchors: [String: (node: YAMLNode, nodeCount: Int, depth: Int)] = [:]
    /// The deepest level since the node now being built began; what an anchor remembers as its height.
    private var deepest = 0

    init(_ events: consuming YAMLEventStream, source: SourceText, limits: YAMLLimits) {
        self.events = events
        self.source = source
        self.limits = limits
    }

    mutating func document() throws(RegistryError) -> (root: YAMLNode, hasExplicitEnd: Bool) {
        _ = try next()
        let first = try next()
        guard case .documentStart = first.kind else {
            let place = mark(first.start)
            let null = YAMLScalar("", style: .plain, isText: false)
            return (YAMLNode(content: .scalar(null), start: place, end: place, isFlow: false, isShared: false), false)
        }
        let root = try node(try next(), depth: 1)
        let end = try next()
        var hasExplicitEnd = false
        if case .documentEnd(true) = end.kind { hasExplicitEnd = true }
        let last = try next()
        guard case .streamEnd = last.kind else {
            throw refusal("a second document starts here", last.start, hint: "keep one document in the file")
        }
        return (root, hasExplicitEnd)
    }

    private mutating func next() throws(RegistryError) -> YAMLEventStream.Event {
        do {
            return try events.next()
        } catch {
            throw refusal(error.problem, error.mark, hint: "check the indentation, quotes and brackets there")
        }
    }

    private mutating func node(_ event: YAMLEventStream.Event, depth: Int) throws(RegistryError) -> YAMLNode {
        try count(1, depth: depth, at: event.start)
        if event.anchor != nil, !limits.allowsAliases {
            throw refusal("anchors (&) are not accepted", event.start, hint: "write the value out")
        }
        let countBefore = nodeCount
        let deepestBefore = deepest
        deepest = depth
        let node: YAMLNode
        switch event.kind {
        case .alias(let name):
            node = try aliased(name, event, depth: depth)
        case .scalar(let text, let style):
            node = try scalar(text, style: style, event)
        case .sequenceStart(let isFlow):
            try checkTag(event, among: ["seq"])
            node = try sequence(event, isFlow: isFlow, depth: depth)
        case .mappingStart(let isFlow):
            try checkTag(event, among: ["map"])
            node = try mapping(event, isFlow: isFlow, depth: depth)
        default: throw refusal("the document ends too early", event.start, hint: "check the end of the file")
        }
        if let anchor = event.anchor {
            anchors[anchor] = (node, nodeCount - countBefore + 1, deepest - depth)
        }
        deepest = max(deepest, deepestBefore)
        return node
    }

    private mutating func count(_ nodes: Int, depth: Int, at place: yaml_mark_t) throws(RegistryError) {
        if depth > limits.depth {
            throw refusal("it is nested deeper than \(limits.depth) levels", place, hint: "flatten the file")
        }
        nodeCount += nodes
        if nodeCount > limits.nodeCount {
            throw refusal(
                "the file holds more than \(limits.nodeCount) keys and values", place,
                hint: "keep large data out of the file")
        }
    }

    private mutating func aliased(
        _ name: String, _ event: YAMLEventStream.Event, depth: Int
    ) throws(RegistryError) -> YAMLNode {
        guard limits.allowsAliases else {
            throw refusal("aliases (*) are not accepted", event.start, hint: "write the value out")
        }
        // An anchor is known once its node is complete, so a node cannot hold itself.
        guard let target = anchors[name] else {
            throw refusal(
                "no anchor '\(name.terminalSafe(limit: 60))' comes before", event.start, hint: "write the value out")
        }
        try count(target.nodeCount - 1, depth: depth + target.depth, at: event.start)
        deepest = max(deepest, depth + target.depth)
        return YAMLNode(
            content: target.node.content, start: mark(event.start), end: mark(event.end), isFlow: true, isShared: true)
    }

    private func scalar(
        _ text: String, style: YAMLScalar.Style, _ event: YAMLEventStream.Event
    ) throws(RegistryError) -> YAMLNode {
        try checkTag(event, among: ["null", "bool", "int", "float", "str"])
        let tag = event.tag.map { $0.hasPrefix(Self.core) ? String($0.dropFirst(Self.core.count)) : $0 }
        let isText = tag == nil ? style != .plain : tag == "str" || tag == "!"
        let scalar = YAMLScalar(text, style: style, isText: isText)
        let isKept =
            switch (tag, scalar.value) {
            case (nil, _), ("str", _), ("!", _), ("null", .null), ("bool", .bool), ("int", .integer): true
            case ("float", .number), ("float", .integer), ("int", .number): true
            default: false
            }
        guard isKept else {
            throw refusal(
                "'\(text.terminalSafe(limit: 60))' is not what its tag says", event.start, hint: "remove the tag")
        }
        return node(.scalar(scalar), event, end: event.end)
    }

    private mutating func sequence(
        _ event: YAMLEventStream.Event, isFlow: Bool, depth: Int
    ) throws(RegistryError) -> YAMLNode {
        var elements: [YAMLNode] = []
        while true {
            let inner = try next()
            if case .collectionEnd = inner.kind {
                let end = isFlow ? mark(inner.end) : elements.last?.end ?? mark(event.end)
                return node(.sequence(elements), event, end: end, isFlow: isFlow)
            }
            elements.append(try node(inner, depth: depth + 1))
        }
    }

    private mutating func mapping(
        _ event: YAMLEventStream.Event, isFlow: Bool, depth: Int
    ) throws(RegistryError) -> YAMLNode {
        var entries: [YAMLNode.Entry] = []
        var keys: Set<String> = []
        while true {
            let inner = try next()
            if case .collectionEnd = inner.kind {
                let end = isFlow ? mark(inner.end) : entries.last?.value.end ?? mark(event.end)
                return node(.mapping(entries), event, end: end, isFlow: isFlow)
            }
            let key = try self.key(inner, depth: depth + 1)
            guard keys.insert(key).inserted else {
                throw refusal(
                    "the key '\(key.terminalSafe(limit: 60))' comes twice", inner.start, hint: "keep one of the two")
            }
            let value = try node(try next(), depth: depth + 1)
            entries.append(
                YAMLNode.Entry(key: key, keyStart: mark(inner.start), keyEnd: mark(inner.end), value: value))
        }
    }

    private mutating func key(_ event: YAMLEventStream.Event, depth: Int) throws(RegistryError) -> String {
        guard case .scalar(let text, let style) = event.kind else {
            throw refusal("a key is not a text", event.start, hint: "write a text before the colon")
        }
        if style == .plain, event.tag == nil {
            if text == "<<" {
                throw refusal("merge keys (<<) are not accepted", event.start, hint: "write the keys out")
            }
            if text.isEmpty { throw refusal("a key is missing", event.start, hint: "write a text before the colon") }
        }
        _ = try node(event, depth: depth)
        return text
    }

    private static let core = "tag:yaml.org,2002:"

    private func checkTag(_ event: YAMLEventStream.Event, among names: [String]) throws(RegistryError) {
        guard let tag = event.tag, tag != "!" else { return }
        guard tag.hasPrefix(Self.core), names.contains(String(tag.dropFirst(Self.core.count))) else {
            throw refusal(
                "the tag '\(tag.terminalSafe(limit: 60))' is not accepted", event.start, hint: "remove the tag")
        }
    }

    private func node(
        _ content: YAMLNode.Content, _ event: YAMLEventStream.Event, end: YAMLMark, isFlow: Bool = false
    ) -> YAMLNode {
        YAMLNode(content: content, start: mark(event.start), end: end, isFlow: isFlow, isShared: event.anchor != nil)
    }

    private func node(
        _ content: YAMLNode.Content, _ event: YAMLEventStream.Event, end: yaml_mark_t
    ) -> YAMLNode {
        node(content, event, end: mark(end))
    }

    private func mark(_ mark: yaml_mark_t) -> YAMLMark {
        source.mark(line: mark.line, column: mark.column, index: mark.index)
    }

    private func refusal(_ problem: String, _ place: yaml_mark_t, hint: String) -> RegistryError {
        .inFile(source.file, mark(place), problem, hint: hint)
    }
}
