import CLibYAML

/// libyaml's parser over bytes in memory, an event at a time.
///
/// The parser holds pointers into itself, so it lives on the heap for as long as this value does. The bytes must
/// outlive it.
struct YAMLEventStream: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// One step through a file, with libyaml's own marks: they count from 0, `index` in scalars.
    struct Event {
        enum Kind {
            case streamStart, streamEnd, documentStart
            case documentEnd(isExplicit: Bool)
            case alias(String)
            case scalar(String, style: YAMLScalar.Style)
            case sequenceStart(isFlow: Bool)
            case mappingStart(isFlow: Bool)
            case collectionEnd
        }
        let kind: Kind
        let tag: String?
        let anchor: String?
        let start: yaml_mark_t
        let end: yaml_mark_t
    }

    /// What libyaml says of a text that is no YAML.
    struct Failure: Error {
        let problem: String
        let mark: yaml_mark_t
    }

    /// `nil` where there is no memory.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            return nil
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    mutating func next() throws(Failure) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else {
            let problem = parser.pointee.problem.map { String(cString: $0) } ?? "out of memory"
            let context = parser.pointee.context.map { " \(String(cString: $0))" } ?? ""
            throw Failure(problem: problem + context, mark: parser.pointee.problem_mark)
        }
        defer { yaml_event_delete(&event) }
        return Self.copy(event)
    }

    private static func copy(_ event: yaml_event_t) -> Event {
        var tag: UnsafeMutablePointer<yaml_char_t>?
        var anchor: UnsafeMutablePointer<yaml_char_t>?
        let kind: Event.Kind
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: kind = .documentEnd(isExplicit: event.data.document_end.implicit == 0)
        case YAML_ALIAS_EVENT: kind = .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            (tag, anchor) = (scalar.tag, scalar.anchor)
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            kind = .scalar(String(decoding: bytes, as: UTF8.self), style: style(scalar.style))
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            (tag, anchor) = (start.tag, start.anchor)
            kind = .sequenceStart(isFlow: start.style == YAML_FLOW_SEQUENCE_STYLE)
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            (tag, anchor) = (start.tag, start.anchor)
            kind = .mappingStart(isFlow: start.style == YAML_FLOW_MAPPING_STYLE)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: kind = .collectionEnd
        case YAML_STREAM_START_EVENT: kind = .streamStart
        default: kind = .streamEnd
        }
        return Event(
            kind: kind, tag: text(tag), anchor: text(anchor), start: event.start_mark, end: event.end_mark)
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private static func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }
}
