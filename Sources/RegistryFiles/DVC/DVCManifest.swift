public import RegistryCore

import GitTypes

/// The listing of a folder that DVC keeps: the object `….dir`, of DVC 1, 2 and 3 alike.
///
/// Paths are as they are written, and hostile: whoever makes files of them checks each one. What is refused here is a
/// listing that contradicts itself: a path that comes twice, or that is a file and a folder at once.
public struct DVCManifest: Hashable, Sendable {
    /// One file of the folder.
    public struct Entry: Hashable, Sendable {
        /// The path from the folder, with `/`; not checked.
        public let path: String
        /// The MD5 of the file as 32 lower-case digits; in a folder of DVC 1 or 2 that of a text was taken after CRLF
        /// became LF.
        public let md5: String

        /// Creates an entry.
        public init(path: String, md5: String) {
            self.path = path
            self.md5 = md5
        }
    }

    /// The most files of a listing.
    public static let entryLimit = 1_000_000

    /// The files, in the listing's order.
    public let entries: [Entry]

    /// Reads a listing.
    /// - Parameter file: what errors call it.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidFile``, or ``ErrorCode/tooLarge`` beyond 64 MiB or
    ///   1,000,000 files.
    public static func parse(_ bytes: [UInt8], file: String) throws(RegistryError) -> DVCManifest {
        guard case .array(let values) = try JSONDocument.parse(bytes, limits: .manifest, file: file) else {
            throw refusal(file, "the listing is not a list")
        }
        guard values.count <= entryLimit else {
            throw RegistryError(.tooLarge, "\(file) lists more than \(entryLimit) files", subject: file)
        }
        var entries: [Entry] = []
        entries.reserveCapacity(values.count)
        for value in values { entries.append(try entry(value, number: entries.count + 1, file: file)) }
        if let problem = PathTree.contradiction(in: entries.map(\.path)) { throw refusal(file, problem) }
        return DVCManifest(entries: entries)
    }

    /// The files at a path of the folder: the one file that it names, or all files below it; none where there are none.
    public func entries(at path: String) -> [Entry] {
        let prefix = Array((path + "/").utf8)
        return entries.filter { $0.path.utf8.elementsEqual(path.utf8) || $0.path.utf8.starts(with: prefix) }
    }

    private static func entry(_ value: JSONValue, number: Int, file: String) throws(RegistryError) -> Entry {
        guard case .object(let members) = value else { throw refusal(file, "entry \(number) is not an object") }
        var path: String?
        var digest: String?
        for member in members {
            guard case .string(let text) = member.value else { continue }
            if member.key == "relpath" { path = text }
            if member.key == "md5" { digest = text }
        }
        guard let path, !path.isEmpty else { throw refusal(file, "entry \(number) has no relpath") }
        guard let digest else { throw refusal(file, "entry \(number) has no md5") }
        guard MD5Text.isDigest(digest) else {
            throw refusal(file, "'\(digest.terminalSafe(limit: 60))' of entry \(number) is not an MD5")
        }
        return Entry(path: path, md5: digest)
    }

    private static func refusal(_ file: String, _ problem: String) -> RegistryError {
        .inFile(file, nil, problem, hint: "the folder has to be pushed again with 'dvc push'")
    }
}
