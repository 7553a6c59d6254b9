public import RegistryCore

import GitTypes

/// DVC's configuration: the remotes, and which of them is the default.
///
/// It may hold passwords; neither its description nor a dump of it prints any value.
public struct DVCConfiguration: Sendable {
    /// Where a text of configuration comes from; a later level overrides an earlier one, key by key.
    public enum Level: Int, Hashable, Sendable, Comparable, CaseIterable {
        /// `/etc/xdg/dvc/config`.
        case system
        /// `~/.config/dvc/config`.
        case global
        /// `.dvc/config`, which is committed: whoever can push writes it.
        case repository
        /// `.dvc/config.local`, which is not.
        case local

        /// By precedence.
        public static func < (one: Level, other: Level) -> Bool { one.rawValue < other.rawValue }
    }

    /// One text of configuration.
    public struct Source: Sendable {
        let level: Level
        let bytes: [UInt8]
        let file: String
        let folder: String?

        /// Creates a source.
        /// - Parameters:
        ///   - file: what errors call it.
        ///   - folder: the absolute path of the folder that holds the file, which relative paths start from; `nil` where
        ///     there is none, such as at a commit of a repository that is not here: they stay relative.
        public init(_ level: Level, _ bytes: [UInt8], file: String, folder: String?) {
            self.level = level
            self.bytes = bytes
            self.file = file
            self.folder = folder
        }
    }

    /// A value with the place that it comes from.
    struct Setting {
        let value: ConfigObjText.Value
        let level: Level
        let file: String
        let mark: YAMLMark
    }

    /// The name of the default remote, in lower case.
    public private(set) var defaultRemote: String?
    /// The folder of the cache, absolute wherever the source's folder is known; `nil` for `.dvc/cache`.
    public private(set) var cacheFolder: String?

    /// The options of each remote, by their names in lower case.
    private(set) var remotes: [String: [String: Setting]] = [:]

    /// The names of the remotes, sorted, in lower case as DVC has them.
    public var remoteNames: [String] { remotes.keys.sorted() }

    /// The keys whose values are paths, relative to the file that they stand in.
    private static let pathKeys: Set = ["url", "credentialpath", "configpath", "keyfile", "cert_path", "key_path"]

    /// Reads texts of configuration, in any order.
    /// - Parameter home: the absolute path that `~/` stands for; `nil` leaves such paths as they are.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidFile``, or ``ErrorCode/tooLarge`` for a text of more than
    ///   64 KiB or 5,000 lines.
    public static func parse(_ sources: [Source], home: String? = nil) throws(RegistryError) -> DVCConfiguration {
        var configuration = DVCConfiguration()
        for source in sources.sorted(by: { $0.level < $1.level }) {
            for section in try ConfigObjText.parse(source.bytes, file: source.file) {
                try configuration.add(section, of: source, home: home)
            }
        }
        return configuration
    }

    private mutating func add(
        _ section: ConfigObjText.Section, of source: Source, home: String?
    ) throws(RegistryError) {
        let remote = Self.remoteName(section.name)
        if let remote, remotes[remote] == nil { remotes[remote] = [:] }
        for entry in section.entries {
            let setting = Setting(value: entry.value, level: source.level, file: source.file, mark: entry.mark)
            let resolve = { (text: String) in LocalPath.resolved(text, folder: source.folder, home: home) }
            switch (section.name, entry.key) {
            case ("core", "remote"): defaultRemote = try DVCOptions.text(setting, of: "core.remote").lowercased()
            case ("cache", "dir"): cacheFolder = resolve(try DVCOptions.text(setting, of: "cache.dir"))
            default:
                guard let remote else { continue }
                guard Self.pathKeys.contains(entry.key) else {
                    remotes[remote]?[entry.key] = setting
                    continue
                }
                let path = resolve(try DVCOptions.text(setting, of: entry.key))
                remotes[remote]?[entry.key] = Setting(
                    value: .text(path), level: source.level, file: source.file, mark: entry.mark)
            }
        }
    }

    /// The name in `remote "name"`.
    private static func remoteName(_ section: String) -> String? {
        let bytes = Array(section.utf8)[...].trimmed
        guard bytes.starts(with: "remote".utf8) else { return nil }
        let quoted = bytes.dropFirst(6).trimmed
        guard quoted.count > 2, quoted.first == UInt8(ascii: "\""), quoted.last == UInt8(ascii: "\"") else {
            return nil
        }
        return String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
    }
}

extension DVCConfiguration: CustomStringConvertible, CustomReflectable {
    /// The names of the remotes.
    public var description: String { "DVC configuration with remotes \(remoteNames)" }
    /// The names of the remotes alone.
    public var customMirror: Mirror { Mirror(self, children: ["remoteNames": remoteNames]) }
}

/// Paths of the local disk, by their text alone.
enum LocalPath {
    /// A path as DVC takes it from its configuration: URLs and absolute paths stay, `~/` is the home, anything else is
    /// relative to the folder, and stays where that is not known.
    static func resolved(_ path: String, folder: String?, home: String?) -> String {
        if URLText.scheme(of: path) != nil || path.utf8.first == UInt8(ascii: "/") { return path }
        if path == "~" || path.utf8.starts(with: "~/".utf8) { return home.map { $0 + path.dropFirst() } ?? path }
        return folder.map { folded($0 + "/" + path) } ?? path
    }

    /// An absolute path without `.`, `..` and doubled slashes; what climbs above the root stays at the root.
    static func folded(_ path: String) -> String {
        var parts: [Substring.UTF8View] = []
        for part in path.utf8.split(separator: UInt8(ascii: "/")) {
            if part.elementsEqual("..".utf8) {
                _ = parts.popLast()
            } else if !part.elementsEqual(".".utf8) {
                parts.append(part)
            }
        }
        return "/" + parts.map { String(Substring($0)) }.joined(separator: "/")
    }
}

/// Addresses, by their text alone.
enum URLText {
    /// The word before `://`, in lower case.
    static func scheme(of text: String) -> String? {
        guard let end = text.firstRange(of: "://")?.lowerBound, end > text.startIndex else { return nil }
        let isWord = text[..<end].unicodeScalars.allSatisfy { $0 == "_" || $0.properties.isAlphabetic || $0.isDigit }
        return isWord ? text[..<end].lowercased() : nil
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { (0x30...0x39).contains(value) }
}
