public import RegistryCore

import GitTypes

/// A `.dvc` file: outputs that `dvc add` or `dvc import` put under DVC's care.
public struct DVCFile: Hashable, Sendable {
    /// Where an imported output comes from.
    public struct Source: Hashable, Sendable {
        /// The path in the other repository, or a URL where ``repository`` is `nil`.
        public var path: String
        /// The other repository's address, as it is written: it may hold a secret, and it is not checked.
        public var repository: String?
        /// The revision that was asked for.
        public var revision: String?
        /// The commit that it was when it was imported.
        public var lockedRevision: String?
        /// The remote of the other repository that was asked for.
        public var remote: String?
        /// The MD5 of the source, without the `.dir` of a folder; `nil` where it has none.
        public var md5: String?
        /// Whether the source is a folder.
        public var isDirectory = false
        /// What the server called the content: of HTTP and S3.
        public var etag: String?
        /// What the server called the content: of HDFS.
        public var checksum: String?
        /// The bytes of the source.
        public var size: Int?
        /// The versions of the cloud, by the names of remotes.
        public var cloud: [String: DVCCloudVersion] = [:]

        init(_ node: YAMLNode, path: String, reader: YAMLReader) throws(RegistryError) {
            self.path = path
            let repository = node["repo"]
            self.repository = repository?["url"]?.text
            revision = repository?["rev"]?.text
            lockedRevision = repository?["rev_lock"]?.text
            remote = repository?["remote"]?.text
            let digest = try DVCFields.md5(node, reader)
            md5 = digest?.digits
            isDirectory = digest?.isDirectory ?? false
            etag = node["etag"]?.text
            checksum = node["checksum"]?.text
            size = try DVCFields.count(node, "size", reader)
            cloud = try DVCCloudVersion.versions(node, reader)
        }
    }

    /// The outputs, in the file's order.
    public let outputs: [DVCOutput]
    /// The sources of an import; empty for `dvc add`.
    public let sources: [Source]
    /// What is wrong with outputs that are left out.
    public let problems: [RegistryError]

    /// Reads a `.dvc` file.
    /// - Parameter file: the path from the root of the repository; outputs are relative to its folder and its `wdir`.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidFile`` where the file as a whole cannot be read.
    public static func parse(_ bytes: [UInt8], file: String) throws(RegistryError) -> DVCFile {
        let reader = YAMLReader(file: file)
        let root = try YAMLDocument.parse(bytes, limits: .metadata, file: file)
        _ = try reader.entries(root, of: "the file")
        let folder = try Self.workingFolder(root, file: file, reader: reader)
        let (outputs, problems) = try Self.outputs(root["outs"], folder: folder, reader: reader)
        var sources: [Source] = []
        for node in root["deps"]?.elements ?? [] {
            guard let path = node["path"]?.text else { continue }
            sources.append(try Source(node, path: path, reader: reader))
        }
        return DVCFile(outputs: outputs, sources: sources, problems: problems)
    }

    /// Reads a list of outputs; one that cannot be read is a problem of its own.
    static func outputs(
        _ node: YAMLNode?, folder: String?, reader: YAMLReader
    ) throws(RegistryError) -> ([DVCOutput], [RegistryError]) {
        guard let node, !node.isNull else { return ([], []) }
        guard let elements = node.elements else {
            throw reader.refusal(
                "outs is \(node.kindName), not a list", at: node.start, hint: "write outs: [{path: …}]")
        }
        var outputs: [DVCOutput] = []
        var problems: [RegistryError] = []
        for element in elements {
            do {
                outputs.append(try DVCOutput(element, folder: folder, reader: reader))
            } catch {
                problems.append(error)
            }
        }
        return (outputs, problems)
    }

    private static func workingFolder(
        _ root: YAMLNode, file: String, reader: YAMLReader
    ) throws(RegistryError) -> String? {
        let folder = RepositoryPath.folder(of: file)
        guard let node = root["wdir"], let text = try reader.text(node, of: "wdir") else { return folder }
        // The file's own name stands in for the folder, so that `wdir: ..` may lead to the root itself.
        guard let probe = RepositoryPath.joined(folder, text, "probe") else {
            throw reader.refusal(
                "wdir '\(text.terminalSafe(limit: 60))' is not inside the repository", at: node.start,
                hint: "wdir is relative to the folder of the file")
        }
        return RepositoryPath.folder(of: probe)
    }
}
