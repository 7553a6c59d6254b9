import GitTypes
public import RegistryCore

/// A path inside a repository or artifact that cannot lead anywhere else: its parts are plain names.
///
/// What is refused, and why: absolute paths, `~`, `..` and drive letters lead outside; `.git` in any spelling that a file
/// system may take for it leads into the repository; `\`, `%2e`, `%2f`, `?` and `#` are read as separators by some
/// consumers (MLflow's CVE-2023-6909, CVE-2024-1483 and CVE-2024-3848 were such); control characters hide.
public struct SafePath: Hashable, Sendable, CustomStringConvertible {
    /// The parts, none of them empty, `.` or `..`; at least one.
    public let components: [String]

    /// Checks a path; a `.` part and a slash at the end are dropped.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/unsafePath`` and the rule broken.
    public init(_ text: String) throws(RegistryError) {
        if let rule = Self.brokenRule(of: text) {
            throw RegistryError(
                .unsafePath, "path '\(text)' is not safe: \(rule)", subject: text,
                hints: ["an artifact's path is relative and stays inside the repository"])
        }
        // Bytes again: to the kernel a slash is a slash, whatever combining mark follows it.
        self.components = text.utf8.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// The parts with slashes between them.
    public var description: String { components.joined(separator: "/") }

    /// The last part.
    public var name: String { components.last ?? "" }

    private static func brokenRule(of text: String) -> String? {
        let bytes = Array(text.utf8)
        if bytes.count > 4096 { return "it is longer than 4096 bytes" }
        if text.hasJoinedDelimiter { return "it holds a mark that is joined to a delimiter" }
        if bytes.first == UInt8(ascii: "/") { return "it is absolute" }
        if bytes.first == UInt8(ascii: "~") { return "it starts with '~'" }
        for forbidden in ["\\", "?", "#"] where bytes.contains(forbidden.utf8.first ?? 0) {
            return "it holds '\(forbidden)'"
        }
        let lower = text.unicodeScalars.map { $0.isASCII ? $0.properties.lowercaseMapping : "." }.joined()
        for encoded in ["%2e", "%2f", "%5c", "%00"] where lower.contains(encoded) { return "it holds '\(encoded)'" }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) {
            return "it holds a control character"
        }
        let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (position, part) in parts.enumerated() {
            if part.isEmpty {
                if position == parts.count - 1, position > 0 { continue }
                return "it has an empty part"
            }
            if part.elementsEqual("..".utf8) { return "it holds '..'" }
            if part.count > 255 { return "a part of it is longer than 255 bytes" }
            if part.count >= 2, part[part.startIndex + 1] == UInt8(ascii: ":"),
                UnicodeScalar(part[part.startIndex]).properties.isAlphabetic
            {
                return "it holds a drive letter"
            }
            if isGitFolder(String(decoding: part, as: UTF8.self)) { return "it leads into '.git'" }
        }
        if parts.allSatisfy({ $0.isEmpty || $0.elementsEqual(".".utf8) }) { return "it names no file" }
        return nil
    }

    /// Whether a file system that ignores case, trailing dots and blanks, or invisible characters takes a name for
    /// `.git`; Git's own `verify_path` refuses the same.
    private static func isGitFolder(_ name: String) -> Bool {
        let ignorable: Set<UInt32> = [
            0x200C, 0x200D, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x206A, 0x206B, 0x206C, 0x206D,
            0x206E, 0x206F, 0xFEFF,
        ]
        var plain = String(String.UnicodeScalarView(name.unicodeScalars.filter { !ignorable.contains($0.value) }))
            .lowercased()
        if let stream = plain.firstIndex(of: ":") { plain = String(plain[..<stream]) }
        while plain.hasSuffix(".") || plain.hasSuffix(" ") { plain.removeLast() }
        return plain == ".git" || plain == "git~1"
    }
}
