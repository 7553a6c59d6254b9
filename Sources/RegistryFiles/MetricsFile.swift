public import RegistryCore

import GitTypes

/// A file of metrics: JSON or YAML whose numbers are told apart by the keys that lead to them.
public enum MetricsFile {
    /// The most metrics that one release carries.
    public static let countLimit = MessageTrailers.metricLimit

    /// The numbers of a file with dotted names, in the file's order: `{"test": {"auc": 0.91}}` is `test.auc` `0.91`.
    ///
    /// The first 50 count. Texts, bools, lists and numbers that JSON has not (`NaN`, `.inf`) are left out, as is what
    /// has an empty name; a file that is one number is named after itself.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidFile`` where it is neither JSON nor YAML.
    public static func flatten(
        _ bytes: [UInt8], file: String
    ) throws(RegistryError) -> [(name: String, value: String)] {
        let root =
            file.hasSuffix(".json")
            ? try YAMLDocument.parseJSON(bytes, limits: .metadata, file: file)
            : try YAMLDocument.parse(bytes, limits: .metadata, file: file)
        var metrics: [(name: String, value: String)] = []
        if root.entries == nil {
            let stem = RepositoryPath.baseName(of: file).split(separator: ".").first.map(String.init) ?? file
            add(root, named: stem, to: &metrics)
        } else {
            addEntries(of: root, under: nil, to: &metrics)
        }
        return metrics
    }

    private static func addEntries(
        of node: YAMLNode, under prefix: String?, to metrics: inout [(name: String, value: String)]
    ) {
        for entry in node.entries ?? [] {
            let name = prefix.map { "\($0).\(entry.key)" } ?? entry.key
            if entry.value.entries != nil {
                addEntries(of: entry.value, under: name, to: &metrics)
            } else if !name.isEmpty {
                add(entry.value, named: name, to: &metrics)
            }
        }
    }

    private static func add(_ node: YAMLNode, named name: String, to metrics: inout [(name: String, value: String)]) {
        guard metrics.count < countLimit else { return }
        switch node.json {
        case .integer(let value): metrics.append((name, String(value)))
        case .number(let text): metrics.append((name, text))
        default: return
        }
    }
}
