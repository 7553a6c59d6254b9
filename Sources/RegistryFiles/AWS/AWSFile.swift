import GitTypes
import RegistryCore

/// The INI of `~/.aws/credentials` and `~/.aws/config`, as Python's `configparser` and botocore read it: keys without
/// regard to case, comments on lines of their own, and indented lines that belong to the key above.
struct AWSFile {
    /// Bytes of a text.
    static let byteLimit = 262_144
    /// Lines of a text.
    static let lineLimit = 20_000

    /// The values by section and key. An indented block below `s3 =` is `s3.endpoint_url` and so on.
    private(set) var sections: [String: [String: String]] = [:]

    private var order: [String] = []
    private var section: String?
    private var key: String?
    private var keyIndent = 0
    private let file: String

    init(_ bytes: [UInt8], file: String) throws(RegistryError) {
        self.file = file
        guard bytes.count <= Self.byteLimit else {
            throw RegistryError(.tooLarge, "\(file) has more than \(Self.byteLimit) bytes", subject: file)
        }
        guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else {
            throw .inFile(file, nil, "the file is not UTF-8", hint: "save the file as UTF-8")
        }
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard lines.count <= Self.lineLimit else {
            throw RegistryError(.tooLarge, "\(file) has more than \(Self.lineLimit) lines", subject: file)
        }
        for (number, line) in lines.enumerated() {
            try add(line.last == 0x0D ? line.dropLast() : line, number: number + 1)
        }
    }

    private mutating func add(_ line: ArraySlice<UInt8>, number: Int) throws(RegistryError) {
        let text = line.trimmed
        guard let first = text.first, first != UInt8(ascii: "#"), first != UInt8(ascii: ";") else { return }
        let indent = text.startIndex - line.startIndex
        if let section, let key, indent > keyIndent {
            guard let (inner, value) = Self.pair(text) else { return }
            // Of a text of several lines only its first is of use to anyone here.
            sections[section]?["\(key).\(inner)"] = value
            return
        }
        keyIndent = indent
        if first == UInt8(ascii: "[") {
            guard let end = text.lastIndex(of: UInt8(ascii: "]")), end > text.startIndex + 1 else {
                throw refusal("this is no section", number)
            }
            let name = String(decoding: text[(text.startIndex + 1)..<end], as: UTF8.self)
            guard sections[name] == nil else { throw refusal("a section comes twice", number) }
            sections[name] = [:]
            order.append(name)
            section = name
            key = nil
            return
        }
        // Nothing of the line is told: it may be a secret.
        guard let section else { throw refusal("a key stands before any section", number) }
        guard let (name, value) = Self.pair(text) else { throw refusal("this is neither a section nor a key", number) }
        guard sections[section]?[name] == nil else { throw refusal("a key comes twice", number) }
        sections[section]?[name] = value
        key = name
    }

    /// `key = value` or `key: value`.
    private static func pair(_ line: ArraySlice<UInt8>) -> (key: String, value: String)? {
        guard let mark = line.firstIndex(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") }) else {
            return nil
        }
        let key = String(decoding: line[..<mark].trimmed, as: UTF8.self).lowercased()
        return key.isEmpty ? nil : (key, String(decoding: line[(mark + 1)...].trimmed, as: UTF8.self))
    }

    /// The values of `[kind name]`, the name with or without quotes; of several the last.
    func named(_ kind: String, _ name: String) -> [String: String]? {
        for section in order.reversed() {
            let words = section.split(separator: " ", maxSplits: 1).map(String.init)
            guard words.count == 2, words[0] == kind else { continue }
            let quoted = Array(words[1].utf8)[...].trimmed
            let isQuoted =
                quoted.count > 2 && quoted.first == quoted.last && quoted.first.map(ConfigObjLine.isQuote) == true
            let plain = isQuoted ? quoted.dropFirst().dropLast() : quoted
            if plain.elementsEqual(name.utf8) { return sections[section] }
        }
        return nil
    }

    private func refusal(_ problem: String, _ line: Int) -> RegistryError {
        .inFile(file, YAMLMark(line: line, column: 1, offset: 0), problem, hint: "aws configure list checks the file")
    }
}
