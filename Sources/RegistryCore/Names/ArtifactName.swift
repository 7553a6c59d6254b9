import GitTypes

/// The name of an artifact: `churn`, `nlp/sentiment`, or with the folder of its `dvc.yaml`, `models:churn`.
///
/// A name starts and ends with an ASCII letter or digit and holds letters, digits, `-`, `_` and `/`. A folder in front
/// of the colon also holds `.`. In a tag the colon is written `=`: `models=churn@v1.0.0`. Source: GTO's `fullname_re`.
public struct ArtifactName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The whole name, with a colon after the folder.
    public let description: String

    /// Checks a name that a person gave, or that a file holds.
    ///
    /// Beside GTO's rule, names that cannot become a ref, or that Git would fold into another one, are refused:
    /// `a//b`, `./d:a`, `../d:a`, a folder that starts or ends with `/`, and names over 200 bytes.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidName`` and the rule broken.
    public init(_ text: some StringProtocol) throws(RegistryError) {
        guard let name = ArtifactName(asTagged: text, separator: ":") else {
            throw Self.refusal(String(text), rule: NameGrammar.rule)
        }
        if let rule = name.ruleBrokenForWriting { throw Self.refusal(String(text), rule: rule) }
        self = name
    }

    /// Reads a name as GTO reads it; `nil` where GTO finds none. `separator` is `:` outside and `=` inside a tag.
    init?(asTagged text: some StringProtocol, separator: Character) {
        guard let mark = text.firstIndex(of: separator) else {
            guard NameGrammar.isName(text.utf8) else { return nil }
            self.description = String(text)
            return
        }
        let (folder, name) = (text[..<mark], text[text.index(after: mark)...])
        guard NameGrammar.isFolder(folder.utf8), NameGrammar.isName(name.utf8) else { return nil }
        self.description = "\(folder):\(name)"
    }

    /// The folder of the `dvc.yaml` that describes the artifact; `nil` for the root of the repository.
    public var folder: String? {
        description.firstIndex(of: ":").map { String(description[..<$0]) }
    }

    /// The name inside its folder: `churn` of `models:churn`.
    public var baseName: String {
        description.firstIndex(of: ":").map { String(description[description.index(after: $0)...]) } ?? description
    }

    /// The name as it stands in a tag: `models=churn`.
    public var tagText: String {
        guard let folder else { return description }
        return "\(folder)=\(baseName)"
    }

    /// Orders names by their code points, as GTO orders the rows of `show`.
    public static func < (left: ArtifactName, right: ArtifactName) -> Bool {
        left.description.compareBytes(with: right.description) < 0
    }

    private var ruleBrokenForWriting: String? {
        if description.utf8.count > 200 { return "it is longer than 200 bytes" }
        let parts = [folder, baseName].compactMap { $0 }
        for component in parts.flatMap({ $0.split(separator: "/", omittingEmptySubsequences: false) }) {
            if component.isEmpty { return "it has an empty part between slashes" }
            if component.hasPrefix(".") { return "a part of it starts with '.'" }
            if component.hasPrefix("-"), component.startIndex == description.startIndex { return "it starts with '-'" }
            if component.hasSuffix(".lock") { return "a part of it ends with '.lock'" }
            if component.contains("..") { return "it holds '..'" }
        }
        if description.hasPrefix("-") { return "it starts with '-'" }
        return nil
    }

    private static func refusal(_ text: String, rule: String) -> RegistryError {
        RegistryError(
            .invalidName, "'\(text)' is not a valid artifact name: \(rule)", subject: text,
            hints: ["a name looks like 'churn', 'nlp/sentiment' or 'models:churn'"])
    }
}
