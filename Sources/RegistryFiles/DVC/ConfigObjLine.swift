/// The parts of one line of configobj's INI. Quotes have no escapes: what is between them is the text.
enum ConfigObjLine {
    static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

    /// Whether nothing but blanks and a comment is left.
    static func isCommentOrNothing(_ rest: ArraySlice<UInt8>) -> Bool {
        let first = rest.withoutLeadingBlanks.first
        return first == nil || first == UInt8(ascii: "#")
    }

    /// The name of `[name]  # comment`: up to the first bracket that ends the line; `nil` where the line is none.
    static func sectionName(_ line: ArraySlice<UInt8>) -> String? {
        let inside = line.dropFirst().trimmed
        for place in inside.indices where inside[place] == UInt8(ascii: "]") {
            guard isCommentOrNothing(inside[(place + 1)...]) else { continue }
            let name = inside[..<place].trimmed
            if let quote = name.first, isQuote(quote) {
                guard name.count > 2, name.last == quote else { continue }
                return String(decoding: name.dropFirst().dropLast(), as: UTF8.self)
            }
            return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
        }
        return nil
    }

    /// The key of `key = value`, and what stands behind the `=`.
    static func key(_ line: ArraySlice<UInt8>) -> (key: String, rest: ArraySlice<UInt8>)? {
        let quote = line.first.flatMap { isQuote($0) ? $0 : nil }
        for place in line.indices where line[place] == UInt8(ascii: "=") {
            var key = line[..<place].trimmed
            if let quote {
                guard key.count > 2, key.last == quote else { continue }
                key = key.dropFirst().dropLast()
            }
            return key.isEmpty ? nil : (String(decoding: key, as: UTF8.self), line[(place + 1)...].withoutLeadingBlanks)
        }
        return nil
    }

    /// The value behind a `=`, without its comment; `nil` where quotes or commas are out of place.
    static func value(_ text: ArraySlice<UInt8>) -> ConfigObjText.Value? {
        var items: [String] = []
        var rest = text
        if rest.first == UInt8(ascii: ","), isCommentOrNothing(rest.dropFirst()) { return .list([]) }
        while true {
            rest = rest.trimmed
            if isCommentOrNothing(rest) { return items.isEmpty ? .text("") : .list(items) }
            guard let (item, after) = item(rest) else { return nil }
            if isCommentOrNothing(after) { return items.isEmpty ? .text(item) : .list(items + [item]) }
            items.append(item)
            rest = after.dropFirst()
        }
    }

    /// One text of a list, and what follows: a comma, a comment or nothing.
    private static func item(_ text: ArraySlice<UInt8>) -> (item: String, after: ArraySlice<UInt8>)? {
        guard let first = text.first, first != UInt8(ascii: ",") else { return nil }
        guard isQuote(first) else {
            let item = text.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "#") }
            return (String(decoding: item.trimmed, as: UTF8.self), text[item.endIndex...])
        }
        let inside = text.dropFirst()
        for place in inside.indices where inside[place] == first {
            let after = inside[(place + 1)...].trimmed
            if isCommentOrNothing(after) || after.first == UInt8(ascii: ",") {
                return (String(decoding: inside[..<place], as: UTF8.self), after)
            }
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    /// Without blanks and tabs at its start.
    var withoutLeadingBlanks: ArraySlice<UInt8> { drop { $0 == 0x20 || $0 == 0x09 } }

    /// Without blanks and tabs at its ends.
    var trimmed: ArraySlice<UInt8> {
        var text = withoutLeadingBlanks
        while text.last == 0x20 || text.last == 0x09 { text.removeLast() }
        return text
    }
}
