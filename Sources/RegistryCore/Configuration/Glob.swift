/// A pattern in which `*` stands for any run of characters and `?` for any one; all else stands for itself.
public struct Glob: Hashable, Sendable, CustomStringConvertible {
    /// The pattern as written.
    public let description: String
    private let pattern: [UInt8]

    /// The pattern `*`.
    public static let everything = Glob("*")

    /// Creates a pattern; every text is one.
    public init(_ text: some StringProtocol) {
        self.description = String(text)
        self.pattern = Array(text.utf8)
    }

    /// Whether the whole text matches. Time is at most the product of both lengths.
    public func matches(_ text: some StringProtocol) -> Bool {
        let text = Array(text.utf8)
        var textPosition = 0
        var patternPosition = 0
        var star: (pattern: Int, text: Int)?
        while textPosition < text.count {
            if patternPosition < pattern.count, pattern[patternPosition] == UInt8(ascii: "*") {
                star = (patternPosition, textPosition)
                patternPosition += 1
            } else if patternPosition < pattern.count,
                pattern[patternPosition] == UInt8(ascii: "?") || pattern[patternPosition] == text[textPosition]
            {
                patternPosition += 1
                textPosition += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                patternPosition = last.pattern + 1
                textPosition = last.text + 1
            } else {
                return false
            }
        }
        return pattern[patternPosition...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
