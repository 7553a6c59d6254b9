public import RegistryCore

import GitTypes

/// Reads `.registry.yaml`, our own configuration.
///
/// The keys are `stages`, `types`, `annotations` and `hooks`; `.registry.yaml.sample` in the project's root explains
/// each. A key that is not known is refused, so that a slip of the pen never loosens a rule in silence.
public enum ConfigurationFile {
    /// The file's name in the root of a repository.
    public static let name = ".registry.yaml"

    /// Reads the file.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidFile`` and `file:line:column` in its message.
    public static func parse(
        _ bytes: [UInt8], file: String = ConfigurationFile.name
    ) throws(RegistryError) -> RegistryConfiguration {
        let reader = YAMLReader(file: file)
        let root = try YAMLDocument.parse(bytes, limits: .configuration, file: file)
        var configuration = RegistryConfiguration(file: file)
        for entry in try reader.entries(root, of: "the file") {
            switch entry.key {
            case "stages": configuration.allowedStages = try reader.stages(entry.value)
            case "types": configuration.allowedTypes = try reader.types(entry.value)
            case "annotations":
                if let name = try reader.annotationsFile(entry.value) { configuration.annotationsFile = name }
            case "hooks": configuration.hooks = try reader.hooks(entry.value)
            default:
                throw reader.unknownKey(entry, of: "the file", known: ["stages", "types", "annotations", "hooks"])
            }
        }
        return configuration
    }
}

extension YAMLReader {
    /// Names of stages; `nil` where the node is null, which allows all of them.
    func stages(_ node: YAMLNode) throws(RegistryError) -> [StageName]? {
        guard let texts = try texts(node, of: "stages") else { return nil }
        var stages: [StageName] = []
        for (text, node) in texts {
            let stage = try located(at: node.start) { () throws(RegistryError) in try StageName(text) }
            if stages.contains(stage) {
                throw refusal("the stage '\(stage)' comes twice", at: node.start, hint: "keep one of the two")
            }
            stages.append(stage)
        }
        return stages
    }

    /// Names of types; `nil` where the node is null, which allows all of them.
    func types(_ node: YAMLNode) throws(RegistryError) -> [String]? {
        guard let texts = try texts(node, of: "types") else { return nil }
        var types: [String] = []
        for (text, node) in texts {
            types.append(
                try located(at: node.start) { () throws(RegistryError) in
                    try NameGrammar.checked(text, as: "type", example: "'model' or 'dataset'")
                })
        }
        return types
    }

    /// The name of the file of annotations, which must be inside the repository and outside `.git`.
    func annotationsFile(_ node: YAMLNode) throws(RegistryError) -> String? {
        guard let text = try text(node, of: "the annotations file") else { return nil }
        guard RepositoryPath.joined(text) == text, text.split(separator: "/").allSatisfy({ $0.lowercased() != ".git" })
        else {
            throw refusal(
                "'\(text.terminalSafe(limit: 60))' is not a file inside the repository", at: node.start,
                hint: "write a path from the root, like 'artifacts.yaml'")
        }
        return text
    }
}
