import GitTypes

/// Paths inside a repository, by their text alone.
enum RepositoryPath {
    /// Joins a folder, relative to the root, and paths relative to it, and folds `.` and `..`.
    ///
    /// `nil` where the result is not below the root: an absolute path, `~`, a drive, a URL, one that climbs out, one
    /// that is empty, or one with a NUL or a joined delimiter.
    static func joined(_ parts: String?...) -> String? {
        var components: [Substring] = []
        for part in parts.compactMap({ $0 }) {
            if part.hasJoinedDelimiter || part.hasPrefix("/") || part.hasPrefix("~") || part.contains("://")
                || part.utf8.contains(0)
            {
                return nil
            }
            if part.utf8.dropFirst().first == UInt8(ascii: ":") || part.contains("\\") { return nil }
            for component in part.split(separator: "/") {
                switch component {
                case ".": continue
                case "..":
                    guard components.popLast() != nil else { return nil }
                default: components.append(component)
                }
            }
        }
        return components.isEmpty ? nil : components.joined(separator: "/")
    }

    /// The folder of a file: `models` of `models/dvc.yaml`; `nil` for a file in the root.
    static func folder(of file: String) -> String? {
        file.lastIndex(of: "/").map { String(file[..<$0]) }
    }

    /// The last component: `dvc.yaml` of `models/dvc.yaml`.
    static func baseName(of file: String) -> String {
        file.lastIndex(of: "/").map { String(file[file.index(after: $0)...]) } ?? file
    }

    /// Whether a text still waits for DVC to fill something in: `${item}`.
    static func isTemplate(_ text: String) -> Bool { text.contains("${") }
}
