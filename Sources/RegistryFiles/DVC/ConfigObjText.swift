import RegistryCore

import GitTypes

/// A text of configobj's dialect of INI: what DVC writes its configuration in.
///
/// Source: configobj 5. Sections and keys are told apart without regard to case, as DVC does. Refused although
/// configobj reads it: nested sections, interpolation (`%(name)s`), and control characters, some of which configobj
/// takes for the end of a line.
struct ConfigObjText {
    /// A value: one text, or a list where commas stand outside quotes.
    enum Value: Hashable {
        case text(String)
        case list([String])
    }

    struct Entry {
        let key: String
        let value: Value
        let mark: YAMLMark
    }

    struct Section {
        let name: String
        var entries: [Entry] = []
    }

    /// Bytes of a text.
    static let byteLimit = 65_536
    /// Lines of a text.
    static let lineLimit = 5_000

    /// The sections in their order; the first holds what stands before any.
    private(set) var sections = [Section(name: "")]

    private let file: String
    private var lines: [ArraySlice<UInt8>]
    private var number = 0

    static func parse(_ bytes: [UInt8], file: String) throws(RegistryError) -> [Section] {
        guard bytes.count <= byteLimit else {
            throw RegistryError(.tooLarge, "\(file) has more than \(byteLimit) bytes", subject: file)
        }
        let text = try checked(bytes, file: file)
        var reader = ConfigObjText(text, file: file)
        guard reader.lines.count <= lineLimit else {
            throw RegistryError(.tooLarge, "\(file) has more than \(lineLimit) lines", subject: file)
        }
        try reader.read()
        return reader.sections
    }

    private init(_ bytes: ArraySlice<UInt8>, file: String) {
        self.file = file
        self.lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { $0.last == 0x0D ? $0.dropLast() : $0 }
    }

    /// The bytes behind a byte order mark, where they are a text.
    private static func checked(_ bytes: [UInt8], file: String) throws(RegistryError) -> ArraySlice<UInt8> {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard let text = String(validating: bytes[start...], as: UTF8.self) else {
            throw .inFile(file, nil, "the file is not UTF-8", hint: "save the file as UTF-8")
        }
        var line = 1
        var last: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if scalar == "\n" { line += 1 }
            let isControl =
                (scalar.value < 0x20 && scalar != "\t" && scalar != "\n" && scalar != "\r")
                || (0x7F...0x9F).contains(scalar.value) || scalar == "\u{2028}" || scalar == "\u{2029}"
            if isControl || (last == "\r" && scalar != "\n") {
                throw .inFile(
                    file, YAMLMark(line: line, column: 1, offset: 0), "the line holds a control character",
                    hint: "remove it")
            }
            last = scalar
        }
        return bytes[start...]
    }

    private mutating func read() throws(RegistryError) {
        while number < lines.count {
            // Blanks at the end belong to a text of several lines that begins here.
            let line = lines[number].withoutLeadingBlanks
            number += 1
            guard let first = line.first, first != UInt8(ascii: "#") else { continue }
            if first == UInt8(ascii: "[") {
                try addSection(line)
            } else {
                try addEntry(line)
            }
        }
    }

    private mutating func addSection(_ line: ArraySlice<UInt8>) throws(RegistryError) {
        guard let name = ConfigObjLine.sectionName(line) else { throw refusal("this is no section") }
        let key = name.lowercased()
        if key.hasPrefix("[") || key.hasSuffix("]") {
            throw refusal("the section '\(name.terminalSafe(limit: 60))' is nested")
        }
        if sections.contains(where: { $0.name == key }) {
            throw refusal("the section '\(name.terminalSafe(limit: 60))' comes twice")
        }
        sections.append(Section(name: key))
    }

    private mutating func addEntry(_ line: ArraySlice<UInt8>) throws(RegistryError) {
        let mark = YAMLMark(line: number, column: 1, offset: 0)
        guard let (name, rest) = ConfigObjLine.key(line) else { throw refusal("this is neither a section nor a key") }
        let value: Value?
        if let quote = rest.first, rest.count >= 3, ConfigObjLine.isQuote(quote),
            rest.prefix(3).allSatisfy({ $0 == quote })
        {
            value = takeTripleQuoted(rest.dropFirst(3), quote: quote).map(Value.text)
        } else {
            value = ConfigObjLine.value(rest)
        }
        // Neither the value nor the line is told: it may be a password.
        guard let value else {
            throw refusal("the value of '\(name.terminalSafe(limit: 60))' cannot be read", at: mark)
        }
        if case .text(let text) = value, text.contains("%(") {
            throw refusal("the value of '\(name.terminalSafe(limit: 60))' refers to another with '%('", at: mark)
        }
        let key = name.lowercased()
        let last = sections.count - 1
        if sections[last].entries.contains(where: { $0.key == key }) {
            throw refusal("'\(name.terminalSafe(limit: 60))' comes twice", at: mark)
        }
        sections[last].entries.append(Entry(key: key, value: value, mark: mark))
    }

    /// The text up to three quotes, on this line or a later one; `nil` where there are none.
    private mutating func takeTripleQuoted(_ rest: ArraySlice<UInt8>, quote: UInt8) -> String? {
        var text: [UInt8] = []
        var line = rest
        while true {
            var place = line.startIndex
            var hasQuotes = false
            while place + 2 < line.endIndex {
                if line[place..<(place + 3)].allSatisfy({ $0 == quote }) {
                    hasQuotes = true
                    if ConfigObjLine.isCommentOrNothing(line[(place + 3)...]) {
                        return String(decoding: text + line[..<place], as: UTF8.self)
                    }
                }
                place += 1
            }
            guard !hasQuotes, number < lines.count else { return nil }
            text += line + [0x0A]
            line = lines[number]
            number += 1
        }
    }

    private func refusal(_ problem: String, at mark: YAMLMark? = nil) -> RegistryError {
        .inFile(
            file, mark ?? YAMLMark(line: number, column: 1, offset: 0), problem,
            hint: "dvc config --list checks the file")
    }
}
