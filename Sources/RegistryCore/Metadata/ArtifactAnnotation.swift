public import GitTypes

/// What a file of the repository says of an artifact: `dvc.yaml` under `artifacts:`, or GTO's `artifacts.yaml`.
public struct ArtifactAnnotation: Hashable, Sendable {
    /// The artifact that is described, with the folder of its `dvc.yaml`.
    public var name: ArtifactName
    /// `model`, `dataset` or another type.
    public var type: String?
    /// Where the artifact is: relative to the root of the repository for `artifacts.yaml`, to the folder of the file
    /// for `dvc.yaml`; or a URL.
    public var path: String?
    /// GTO's mark for an artifact whose bytes are not in the repository. Only `artifacts.yaml` has it; true by default.
    public var isVirtual: Bool
    /// Free words to search by.
    public var labels: [String]
    /// One or more sentences for people.
    public var summary: String
    /// Whatever else the file holds for it: `custom` of `artifacts.yaml`, `meta` of `dvc.yaml`.
    public var custom: JSONValue?
    /// The file that says so, relative to the root of the repository.
    public var file: String

    /// Creates an annotation.
    public init(
        name: ArtifactName, type: String? = nil, path: String? = nil, isVirtual: Bool = true, labels: [String] = [],
        summary: String = "", custom: JSONValue? = nil, file: String
    ) {
        self.name = name
        self.type = type
        self.path = path
        self.isVirtual = isVirtual
        self.labels = labels
        self.summary = summary
        self.custom = custom
        self.file = file
    }

    /// Where the artifact is, relative to the root of the repository; a URL stays as it is.
    public var pathFromRoot: String? {
        guard let path else { return nil }
        guard let folder = name.folder, !path.contains("://") else { return path }
        return "\(folder)/\(path)"
    }
}
