import GitTypes

/// The name of a stage: `dev`, `staging`, `prod/eu`.
///
/// It starts and ends with an ASCII letter or digit and holds letters, digits, `-`, `_` and `/`. Source: GTO's `name_re`.
public struct StageName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// Checks a name that a person gave, or that a file holds.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidName`` and the rule broken.
    public init(_ text: some StringProtocol) throws(RegistryError) {
        self.description = try NameGrammar.checked(text, as: "stage name", example: "'dev', 'staging' or 'prod'")
    }

    /// Reads a name as GTO reads it; `nil` where GTO finds none.
    init?(asTagged text: some StringProtocol) {
        guard NameGrammar.isName(text.utf8) else { return nil }
        self.description = String(text)
    }

    /// Orders names by their code points.
    public static func < (left: StageName, right: StageName) -> Bool {
        left.description.compareBytes(with: right.description) < 0
    }
}
