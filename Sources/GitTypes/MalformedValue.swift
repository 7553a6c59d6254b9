/// A text that is not what its place asks for: a ref name with a space, a person without an email.
///
/// Thrown by the throwing initialisers of this module. `rule` is one clause that can follow a colon.
public struct MalformedValue: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wanted, in the field's words: "ref name", "revision", "date".
    public let expected: String
    /// The text that was given, as it was given.
    public let value: String
    /// The rule that the text breaks.
    public let rule: String

    /// Creates the error from what was wanted, what came and the rule that broke.
    public init(expected: String, value: String, rule: String) {
        self.expected = expected
        self.value = value
        self.rule = rule
    }

    /// One sentence for a person, safe to print on a terminal.
    public var description: String {
        "'\(value.terminalSafe(limit: 200))' is not a valid \(expected): \(rule)"
    }
}
