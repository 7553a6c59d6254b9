public import RegistryCore

import GitTypes

/// A `dvc.lock`: what the stages of a pipeline made when they last ran, with every template filled in.
public struct DVCLock: Hashable, Sendable {
    /// The outputs of all stages, in the file's order.
    public let outputs: [DVCOutput]
    /// What is wrong with outputs that are left out.
    public let problems: [RegistryError]

    /// Reads a `dvc.lock` of schema 2.0 or 1.0.
    ///
    /// The lock's paths are relative to the working folder of each stage, which only `dvc.yaml` knows.
    /// - Parameters:
    ///   - file: the path from the root of the repository.
    ///   - pipeline: the `dvc.yaml` beside it; without one every stage is taken to run in the folder of the file.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidFile`` where the file as a whole cannot be read.
    public static func parse(
        _ bytes: [UInt8], file: String, pipeline: DVCPipeline? = nil
    ) throws(RegistryError) -> DVCLock {
        let reader = YAMLReader(file: file)
        let root = try YAMLDocument.parse(bytes, limits: .pipeline, file: file)
        let rootEntries = try reader.entries(root, of: "the file")
        let isFirstSchema = root["schema"] == nil && root["stages"] == nil
        let stages =
            isFirstSchema
            ? rootEntries
            : try root["stages"].map { node throws(RegistryError) in
                try reader.entries(node, of: "stages")
            } ?? []
        var outputs: [DVCOutput] = []
        var problems: [RegistryError] = []
        for stage in stages {
            do {
                let folder = try Self.folder(of: stage, pipeline: pipeline, reader: reader)
                let (found, wrong) = try DVCFile.outputs(stage.value["outs"], folder: folder, reader: reader)
                outputs += found
                problems += wrong
            } catch {
                problems.append(error)
            }
        }
        return DVCLock(outputs: outputs, problems: problems)
    }

    private static func folder(
        of stage: YAMLNode.Entry, pipeline: DVCPipeline?, reader: YAMLReader
    ) throws(RegistryError) -> String? {
        // `train@us` is one of the stages that `foreach` or `matrix` makes out of `train`.
        let name = stage.key.split(separator: "@", maxSplits: 1).first.map(String.init) ?? stage.key
        switch pipeline?.workingFolders[stage.key] ?? pipeline?.workingFolders[name] {
        case nil: return RepositoryPath.folder(of: reader.file)
        case .folder(let folder): return folder
        case .unknown:
            throw reader.refusal(
                "the working folder of the stage '\(stage.key.terminalSafe(limit: 60))' cannot be told",
                at: stage.keyStart, hint: "write its wdir in dvc.yaml without ${…} and inside the repository")
        }
    }
}
