/// The small text that Git keeps in place of a file of Git LFS.
///
/// Source: `docs/spec.md` of git-lfs. A pointer is under 1,024 bytes of UTF-8; each line is `key value` and ends with
/// LF; `version` comes first, the other keys follow sorted.
public struct LFSPointer: Hashable, Sendable {
    /// One program that Git LFS passed the content through: `ext-0-foo sha256:…`.
    public struct Extension: Hashable, Sendable {
        /// The order in which it ran, 0 to 9.
        public let priority: Int
        /// Its name.
        public let name: String
        /// The SHA-256 of what went into it, as 64 lower-case digits.
        public let sha256: String
    }

    /// The SHA-256 of the content, as 64 lower-case digits.
    public let sha256: String
    /// The bytes of the content.
    public let size: Int
    /// The extensions, in their order.
    public let extensions: [Extension]

    /// Creates the pointer of a content, without extensions.
    public init(sha256: String, size: Int) {
        self.sha256 = sha256
        self.size = size
        self.extensions = []
    }

    /// The bytes that a pointer stays below.
    public static let byteLimit = 1024

    /// Reads a pointer; `nil` for anything that is none, which is then a file's own content.
    public static func parse(_ bytes: [UInt8]) -> LFSPointer? {
        guard bytes.count < byteLimit, bytes.last == 0x0A, let text = String(validating: bytes, as: UTF8.self) else {
            return nil
        }
        // Split as bytes: to `Character`, CRLF is one line end of its own.
        var pairs: [(key: String, value: String)] = []
        for line in text.utf8.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false) {
            let parts = line.split(separator: 0x20, maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, !line.contains(0x0D) else { return nil }
            pairs.append((String(parts[0]) ?? "", String(parts[1]) ?? ""))
        }
        guard let first = pairs.first, first == ("version", "https://git-lfs.github.com/spec/v1") else { return nil }
        return LFSPointer(pairs: pairs.dropFirst())
    }

    private init?(pairs: ArraySlice<(key: String, value: String)>) {
        var sha256: String?
        var size: Int?
        var extensions: [Extension] = []
        var last = ""
        for (key, value) in pairs {
            guard last.utf8.lexicographicallyPrecedes(key.utf8) else { return nil }
            last = key
            switch key {
            case "oid": sha256 = Self.digest(value)
            case "size":
                guard value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
                size = Int(value)
            default:
                guard let found = Self.pointerExtension(key, value),
                    !extensions.contains(where: { $0.priority == found.priority })
                else { return nil }
                extensions.append(found)
            }
        }
        guard let sha256, let size else { return nil }
        self.sha256 = sha256
        self.size = size
        self.extensions = extensions
    }

    private static func digest(_ value: String) -> String? {
        guard value.hasPrefix("sha256:") else { return nil }
        let digits = value.dropFirst(7)
        let isDigest =
            digits.utf8.count == 64
            && digits.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        return isDigest ? String(digits) : nil
    }

    private static func pointerExtension(_ key: String, _ value: String) -> Extension? {
        let parts = key.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "ext", parts[1].utf8.count == 1, let priority = Int(parts[1]),
            !parts[2].isEmpty, parts[2].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), let sha256 = digest(value)
        else { return nil }
        return Extension(priority: priority, name: String(parts[2]), sha256: sha256)
    }
}
