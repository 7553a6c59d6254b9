/// A text that is never printed: a password, a token, a key.
public struct Secret: Hashable, Sendable {
    /// The text itself. Only what sends it reads it.
    public let revealed: String

    /// Wraps a text.
    public init(_ text: String) { self.revealed = text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `***`, whatever the text is.
    public var description: String { "***" }
    /// `***`, whatever the text is.
    public var debugDescription: String { "***" }
    /// Without children, so that `dump` of anything that holds a secret prints none.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
