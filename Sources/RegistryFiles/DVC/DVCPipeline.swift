public import RegistryCore

import GitTypes

/// What a `dvc.yaml` says of its files: which ones its stages make, which hold metrics and which hold parameters.
///
/// All paths are relative to the root of the repository; each is listed once, in the file's order. A path with a
/// template of DVC (`${…}`), or one that leads out of the repository, is left out.
public struct DVCPipeline: Hashable, Sendable {
    /// Where a stage runs.
    public enum WorkingFolder: Hashable, Sendable {
        /// A folder from the root of the repository; `nil` is the root.
        case folder(String?)
        /// A template, or a folder outside the repository.
        case unknown
    }

    /// The outputs of the stages, metrics included.
    public private(set) var outputs: [String] = []
    /// The files of metrics, of the top level and of the stages.
    public private(set) var metrics: [String] = []
    /// The files of parameters; `params.yaml` where a stage names parameters alone.
    public private(set) var parameters: [String] = []
    /// The working folder of each stage that has a `wdir`.
    public private(set) var workingFolders: [String: WorkingFolder] = [:]

    /// Reads a `dvc.yaml`.
    /// - Parameter file: the path from the root of the repository.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidFile``.
    public static func parse(_ bytes: [UInt8], file: String) throws(RegistryError) -> DVCPipeline {
        let reader = YAMLReader(file: file)
        let root = try YAMLDocument.parse(bytes, limits: .pipeline, file: file)
        var pipeline = DVCPipeline()
        let folder = RepositoryPath.folder(of: file)
        for entry in try reader.entries(root, of: "the file") {
            switch entry.key {
            case "metrics": Self.add(Self.names(entry.value), in: .folder(folder), to: &pipeline.metrics)
            case "params": Self.add(Self.names(entry.value), in: .folder(folder), to: &pipeline.parameters)
            case "stages":
                for stage in try reader.entries(entry.value, of: "stages") { pipeline.addStage(stage, folder: folder) }
            default: continue
            }
        }
        return pipeline
    }

    private mutating func addStage(_ stage: YAMLNode.Entry, folder: String?) {
        // `foreach` holds the stage itself under `do`.
        let body = stage.value["do"] ?? stage.value
        var place = WorkingFolder.folder(folder)
        if let wdir = body["wdir"]?.text {
            let probe = RepositoryPath.isTemplate(wdir) ? nil : RepositoryPath.joined(folder, wdir, "probe")
            place = probe.map { .folder(RepositoryPath.folder(of: $0)) } ?? .unknown
            workingFolders[stage.key] = place
        }
        Self.add(Self.names(body["outs"]), in: place, to: &outputs)
        Self.add(Self.names(body["metrics"]), in: place, to: &outputs)
        Self.add(Self.names(body["metrics"]), in: place, to: &metrics)
        // A text is a parameter of params.yaml; a mapping is a file with the parameters that are used.
        let files = (body["params"]?.elements ?? []).map { $0.text == nil ? Self.names($0) : ["params.yaml"] }
        Self.add(files.flatMap { $0 }, in: place, to: &parameters)
    }

    /// The names of a list whose elements are `path` or `{path: {…}}`.
    private static func names(_ node: YAMLNode?) -> [String] {
        guard let node else { return [] }
        if let text = node.text { return [text] }
        if let entries = node.entries { return entries.map(\.key) }
        return (node.elements ?? []).flatMap { element in
            element.text.map { [$0] } ?? element.entries?.map(\.key) ?? []
        }
    }

    private static func add(_ names: [String], in place: WorkingFolder, to paths: inout [String]) {
        guard case .folder(let folder) = place else { return }
        var known = Set(paths)
        for name in names where !RepositoryPath.isTemplate(name) {
            guard let path = RepositoryPath.joined(folder, name), known.insert(path).inserted else { continue }
            paths.append(path)
        }
    }
}
