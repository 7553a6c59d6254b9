public import RegistryCore

import GitTypes

/// Reads `.gto`, GTO's configuration, which counts where `.registry.yaml` is absent.
///
/// Its keys may be in any case. `stages`, `types` and `index` are used; `enrichments`, `autoload_enrichments`,
/// `log_level`, `debug` and `emojis` are known and mean nothing here. Source: `gto/config.py` of GTO 1.10.
public enum GTOConfiguration {
    /// The file's name in the root of a work tree.
    public static let name = ".gto"
    /// The variable that overrides the stages of either file: a JSON list.
    public static let stagesVariable = "GTO_STAGES"

    private static let keys = [
        "types", "stages", "enrichments", "autoload_enrichments", "index", "log_level", "debug", "emojis",
    ]

    /// Reads the file.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidFile``; its message starts, as GTO's does, with
    ///   `wrong config file`.
    public static func parse(
        _ bytes: [UInt8], file: String = GTOConfiguration.name
    ) throws(RegistryError) -> RegistryConfiguration {
        do {
            return try read(bytes, file: file)
        } catch {
            throw RegistryError(
                error.code, "wrong config file '\(file)': \(error.message)", subject: error.subject, hints: error.hints)
        }
    }

    private static func read(_ bytes: [UInt8], file: String) throws(RegistryError) -> RegistryConfiguration {
        let reader = YAMLReader(file: file)
        let root = try YAMLDocument.parse(bytes, limits: .configuration, file: file)
        var configuration = RegistryConfiguration(file: file)
        var seen: Set<String> = []
        for entry in try reader.entries(root, of: "the file") {
            let key = entry.key.lowercased()
            guard seen.insert(key).inserted else {
                throw reader.refusal("the key '\(key)' comes twice", at: entry.keyStart, hint: "keep one of the two")
            }
            switch key {
            case "stages": configuration.allowedStages = try reader.stages(entry.value)
            case "types": configuration.allowedTypes = try reader.types(entry.value)
            case "index": if let name = try reader.annotationsFile(entry.value) { configuration.annotationsFile = name }
            default: guard keys.contains(key) else { throw reader.unknownKey(entry, of: "the file", known: keys) }
            }
        }
        return configuration
    }
}

extension RegistryConfiguration {
    /// The configuration with what the environment overrides: `GTO_STAGES`, a JSON list of stages.
    ///
    /// An empty variable counts as not set, `null` allows every stage, `[]` none.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidFile``; the message names the variable, line and column.
    public func merging(environment: [String: String]) throws(RegistryError) -> RegistryConfiguration {
        let variable = GTOConfiguration.stagesVariable
        guard let text = environment[variable], !text.isEmpty else { return self }
        let root = try YAMLDocument.parseJSON(Array(text.utf8), limits: .configuration, file: variable)
        var merged = self
        merged.allowedStages = try YAMLReader(file: variable).stages(root)
        merged.stagesVariable = variable
        return merged
    }
}
