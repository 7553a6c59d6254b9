import GitTypes
import RegistryCore

/// Takes the values that a file's format asks for out of nodes, and names file, line and column where they are not
/// there.
struct YAMLReader {
    let file: String

    func refusal(_ problem: String, at place: YAMLMark, hint: String) -> RegistryError {
        .inFile(file, place, problem, hint: hint)
    }

    /// The entries of a mapping; none where the node is null.
    func entries(_ node: YAMLNode, of what: String) throws(RegistryError) -> [YAMLNode.Entry] {
        if node.isNull { return [] }
        guard let entries = node.entries else {
            throw refusal(
                "\(what) is \(node.kindName), not a mapping", at: node.start, hint: "write 'key: value' pairs")
        }
        return entries
    }

    /// A text; `nil` where the node is null.
    func text(_ node: YAMLNode, of what: String) throws(RegistryError) -> String? {
        if node.isNull { return nil }
        guard let text = node.text else {
            throw refusal("\(what) is \(node.kindName), not a text", at: node.start, hint: "write one text")
        }
        if text.utf8.contains(0) {
            throw refusal("\(what) holds a NUL character", at: node.start, hint: "remove the \\0")
        }
        return text
    }

    /// A list of texts with their nodes; `nil` where the node is null. A single text is refused.
    func texts(_ node: YAMLNode, of what: String) throws(RegistryError) -> [(text: String, node: YAMLNode)]? {
        if node.isNull { return nil }
        guard let elements = node.elements else {
            throw refusal("\(what) is \(node.kindName), not a list", at: node.start, hint: "write \(what): [a, b]")
        }
        var texts: [(text: String, node: YAMLNode)] = []
        for element in elements {
            guard let text = try text(element, of: "an element of \(what)") else {
                throw refusal("an element of \(what) is empty", at: element.start, hint: "remove it")
            }
            texts.append((text, element))
        }
        return texts
    }

    /// The error of a key that the format has not, with the one that may be meant.
    func unknownKey(_ entry: YAMLNode.Entry, of what: String, known: [String]) -> RegistryError {
        let hint =
            Suggestion.closest(to: entry.key, in: known).map { "did you mean '\($0)'?" }
            ?? "the keys are \(known.joined(separator: ", "))"
        return refusal("unknown key '\(entry.key.terminalSafe(limit: 60))' in \(what)", at: entry.keyStart, hint: hint)
    }

    /// Runs a check of RegistryCore and adds the place to what it throws.
    func located<Value>(
        at place: YAMLMark, _ check: () throws(RegistryError) -> Value
    ) throws(RegistryError) -> Value {
        do {
            return try check()
        } catch {
            throw RegistryError(
                .invalidFile, "\(file):\(place): \(error.message)", subject: error.subject, hints: error.hints)
        }
    }
}
