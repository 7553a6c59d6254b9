import GitTypes
import RegistryCore

/// What a cloud that keeps versions calls one version of an object.
public struct DVCCloudVersion: Hashable, Sendable {
    /// The id of the version, opaque; not checked.
    public var versionID: String?
    /// The entity tag; not checked.
    public var etag: String?

    /// Creates a version.
    public init(versionID: String? = nil, etag: String? = nil) {
        self.versionID = versionID
        self.etag = etag
    }

    /// The `cloud` of an output, a source or a file: a version for each remote.
    static func versions(_ node: YAMLNode, _ reader: YAMLReader) throws(RegistryError) -> [String: DVCCloudVersion] {
        guard let cloud = node["cloud"] else { return [:] }
        var versions: [String: DVCCloudVersion] = [:]
        for entry in try reader.entries(cloud, of: "cloud") {
            versions[entry.key] = DVCCloudVersion(
                versionID: entry.value["version_id"]?.text, etag: entry.value["etag"]?.text)
        }
        return versions
    }
}

/// A file of a folder that is kept by versions of the cloud.
public struct DVCCloudFile: Hashable, Sendable {
    /// The path from the folder, with `/`; not checked.
    public var path: String
    /// The MD5 as 32 lower-case digits; `nil` where DVC recorded none.
    public var md5: String?
    /// Its bytes.
    public var size: Int?
    /// Whether it is to be executable.
    public var isExecutable = false
    /// The versions, by the names of remotes.
    public var cloud: [String: DVCCloudVersion] = [:]

    static func files(_ list: YAMLNode, _ reader: YAMLReader) throws(RegistryError) -> [DVCCloudFile] {
        guard let elements = list.elements else {
            throw reader.refusal(
                "files is \(list.kindName), not a list", at: list.start, hint: "write the file again with 'dvc commit'")
        }
        var files: [DVCCloudFile] = []
        for element in elements {
            guard let field = element["relpath"], let path = try reader.text(field, of: "relpath"), !path.isEmpty else {
                throw reader.refusal(
                    "a file has no relpath", at: element.start, hint: "write the file again with 'dvc commit'")
            }
            files.append(
                DVCCloudFile(
                    path: path, md5: try DVCFields.md5(element, reader)?.digits,
                    size: try DVCFields.count(element, "size", reader),
                    isExecutable: try DVCFields.bool(element, "isexec", reader) ?? false,
                    cloud: try DVCCloudVersion.versions(element, reader)))
        }
        if let problem = PathTree.contradiction(in: files.map(\.path)) {
            throw reader.refusal(problem, at: list.start, hint: "write the file again with 'dvc commit'")
        }
        return files
    }
}
