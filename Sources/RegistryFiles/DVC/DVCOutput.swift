import GitTypes
import RegistryCore

/// A file or folder that DVC keeps outside Git, as a `.dvc` file or `dvc.lock` records it.
public struct DVCOutput: Hashable, Sendable {
    /// Where it is in the work tree, relative to the root of the repository.
    public var path: String
    /// The MD5 of the file, or of the folder's listing, as 32 lower-case digits; `nil` where DVC recorded none.
    public var md5: String?
    /// Whether it is a folder: its id in DVC's store ends in `.dir`.
    public var isDirectory: Bool
    /// Its bytes, all files of a folder together.
    public var size: Int?
    /// The number of files of a folder.
    public var fileCount: Int?
    /// Whether it was written by DVC 1 or 2, which have no `hash` key: it is then stored under `ab/cdef…` instead of
    /// `files/md5/ab/cdef…`, and the MD5 of a text was taken after CRLF became LF.
    public var isLegacy: Bool

    /// Creates an output.
    public init(
        path: String, md5: String? = nil, isDirectory: Bool = false, size: Int? = nil, fileCount: Int? = nil,
        isLegacy: Bool = false
    ) {
        self.path = path
        self.md5 = md5
        self.isDirectory = isDirectory
        self.size = size
        self.fileCount = fileCount
        self.isLegacy = isLegacy
    }

    /// Reads one element of `outs:`.
    init(_ node: YAMLNode, folder: String?, reader: YAMLReader) throws(RegistryError) {
        _ = try reader.entries(node, of: "an output")
        guard let pathNode = node["path"], let text = try reader.text(pathNode, of: "the path of an output") else {
            throw reader.refusal("an output has no path", at: node.start, hint: "write the file again with 'dvc add'")
        }
        guard !text.isEmpty, let path = RepositoryPath.joined(folder, text) else {
            throw reader.refusal(
                "the output '\(text.terminalSafe(limit: 60))' is not inside the repository", at: pathNode.start,
                hint: "only outputs inside the repository can be delivered")
        }
        self.init(path: path, isLegacy: node["hash"] == nil)
        if let md5Node = node["md5"], let digest = try reader.text(md5Node, of: "md5") {
            isDirectory = digest.hasSuffix(".dir")
            let digits = isDirectory ? String(digest.dropLast(4)) : digest
            // It becomes part of a path and of a URL, so nothing but a digest may pass.
            guard digits.utf8.count == 32,
                digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
            else {
                throw reader.refusal(
                    "'\(digest.terminalSafe(limit: 60))' is not an MD5", at: md5Node.start,
                    hint: "write the file again with 'dvc commit'")
            }
            md5 = digits
        }
        size = try Self.count(node["size"], of: "size", reader)
        fileCount = try Self.count(node["nfiles"], of: "nfiles", reader)
    }

    private static func count(_ node: YAMLNode?, of what: String, _ reader: YAMLReader) throws(RegistryError) -> Int? {
        guard let node, !node.isNull else { return nil }
        guard case .integer(let value) = node.json, value >= 0 else {
            throw reader.refusal("\(what) is \(node.kindName), not a count", at: node.start, hint: "write a number")
        }
        return value
    }
}
