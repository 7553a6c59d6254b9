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
    /// What the digest is, as the file says it; `nil` for DVC 1 and 2, which do not say.
    public var hashName: String?
    /// Whether the file is to be executable.
    public var isExecutable = false
    /// Whether DVC keeps the bytes; where it does not, they are in Git or nowhere but in the work tree.
    public var isInCache = true
    /// Whether DVC pushes the bytes.
    public var isPushed = true
    /// The remote that it is kept in, where it is not the default one.
    public var remote: String?
    /// The versions of the cloud, by the names of remotes that are version aware.
    public var cloud: [String: DVCCloudVersion] = [:]
    /// The files of a folder with their versions of the cloud; `nil` where a listing of its own has the files.
    public var files: [DVCCloudFile]?

    /// Whether it was written by DVC 1 or 2: it is then stored under `ab/cdef…` instead of `files/md5/ab/cdef…`, and the
    /// MD5 of a text was taken after CRLF became LF.
    public var isLegacy: Bool { hashName == nil || hashName == "md5-dos2unix" }

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
        self.hashName = isLegacy ? nil : "md5"
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
        self.init(path: path)
        hashName = try node["hash"].flatMap { hash throws(RegistryError) in try reader.text(hash, of: "hash") }
        if let (digits, isDirectory) = try DVCFields.md5(node, reader) {
            self.md5 = digits
            self.isDirectory = isDirectory
        }
        size = try DVCFields.count(node, "size", reader)
        fileCount = try DVCFields.count(node, "nfiles", reader)
        isExecutable = try DVCFields.bool(node, "isexec", reader) ?? false
        isInCache = try DVCFields.bool(node, "cache", reader) ?? true
        isPushed = try DVCFields.bool(node, "push", reader) ?? true
        remote = node["remote"]?.text
        cloud = try DVCCloudVersion.versions(node, reader)
        if let list = node["files"], !list.isNull {
            files = try DVCCloudFile.files(list, reader)
            isDirectory = true
        }
    }
}

extension [DVCOutput] {
    /// The output that is at a path or, where it is a folder, holds it.
    /// - Parameter path: a path from the root of the repository, without `.` and `..`.
    /// - Returns: the output, and the rest of the path in it: `nil` for the output itself. Of several the innermost.
    public func output(holding path: String) -> (output: DVCOutput, inner: String?)? {
        let path = path.utf8
        var best: (output: DVCOutput, inner: String?)?
        for output in self {
            let count = output.path.utf8.count
            if path.elementsEqual(output.path.utf8) { return (output, nil) }
            // Without a digest it is not known what it is.
            guard output.isDirectory || output.md5 == nil, path.count > count + 1, path.starts(with: output.path.utf8),
                path.dropFirst(count).first == UInt8(ascii: "/"), count > (best?.output.path.utf8.count ?? -1)
            else { continue }
            best = (output, String(Substring(path.dropFirst(count + 1))))
        }
        return best
    }
}
