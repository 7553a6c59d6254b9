/// The name of a remote in Git's configuration: `origin`.
public struct RemoteName: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// The remote that `git clone` sets up.
    public static let origin = RemoteName(unchecked: "origin")

    private init(unchecked text: String) {
        self.description = text
    }

    /// Checks a name that a person gave: letters, digits, `-`, `_`, `.` and `/`, not starting with `-` or `.`.
    /// - Throws: ``MalformedValue`` that names the rule.
    public init(_ text: some StringProtocol) throws(MalformedValue) {
        let text = String(text)
        let isWord = text.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: "/") || UnicodeScalar(byte).properties.isAlphabetic && byte < 0x80
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard isWord, !text.isEmpty, !text.hasPrefix("-"), !text.hasPrefix("."), !text.contains("..") else {
            throw MalformedValue(
                expected: "remote name", value: text,
                rule: "letters, digits and '-_./' only, and no '-' or '.' in front")
        }
        self.description = text
    }
}
