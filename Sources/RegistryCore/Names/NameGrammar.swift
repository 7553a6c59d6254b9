/// The letters that GTO allows in the names of artifacts, stages, types and labels.
public enum NameGrammar {
    static let rule =
        "a name starts and ends with an ASCII letter or digit and holds only letters, digits, '-', '_', '/'"

    /// Whether the bytes are a name: GTO's `[a-zA-Z0-9]([a-zA-Z0-9-/_]*[a-zA-Z0-9])?`.
    public static func isName(_ bytes: some Collection<UInt8>) -> Bool {
        guard let first = bytes.first, isAlphanumeric(first) else { return false }
        var last = first
        for byte in bytes {
            guard isAlphanumeric(byte) || byte == 0x2D || byte == 0x5F || byte == 0x2F else { return false }
            last = byte
        }
        return isAlphanumeric(last)
    }

    /// Whether the bytes are a folder: GTO's `[a-zA-Z0-9-_./]+`.
    static func isFolder(_ bytes: some Collection<UInt8>) -> Bool {
        !bytes.isEmpty
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F || $0 == 0x2F || $0 == 0x2E }
    }

    /// Checks the name of a type or label, or anything else that follows ``isName(_:)`` and becomes part of a ref.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidName`` and the rule broken.
    public static func checked(
        _ text: some StringProtocol, as expected: String, example: String
    ) throws(RegistryError) -> String {
        var broken: String?
        if !isName(text.utf8) {
            broken = rule
        } else if text.contains("//") {
            broken = "it has an empty part between slashes"
        } else if text.utf8.count > 200 {
            broken = "it is longer than 200 bytes"
        }
        if let broken {
            throw RegistryError(
                .invalidName, "'\(text)' is not a valid \(expected): \(broken)", subject: String(text),
                hints: ["it looks like \(example)"])
        }
        return String(text)
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
