import GitTypes
import RegistryCore

/// The fields that outputs, sources and files of DVC share.
enum DVCFields {
    /// The `md5`, `nil` where there is none.
    static func md5(
        _ node: YAMLNode, _ reader: YAMLReader
    ) throws(RegistryError) -> (digits: String, isDirectory: Bool)? {
        guard let field = node["md5"], let id = try reader.text(field, of: "md5") else { return nil }
        guard let split = MD5Text.split(id) else {
            throw reader.refusal(
                "'\(id.terminalSafe(limit: 60))' is not an MD5", at: field.start,
                hint: "write the file again with 'dvc commit'")
        }
        return split
    }

    static func count(_ node: YAMLNode, _ key: String, _ reader: YAMLReader) throws(RegistryError) -> Int? {
        guard let field = node[key], !field.isNull else { return nil }
        guard case .integer(let value) = field.json, value >= 0 else {
            throw reader.refusal("\(key) is \(field.kindName), not a count", at: field.start, hint: "write a number")
        }
        return value
    }

    static func bool(_ node: YAMLNode, _ key: String, _ reader: YAMLReader) throws(RegistryError) -> Bool? {
        guard let field = node[key], !field.isNull else { return nil }
        guard case .bool(let value) = field.json else {
            throw reader.refusal(
                "\(key) is \(field.kindName), not true or false", at: field.start,
                hint: "write \(key): true or \(key): false")
        }
        return value
    }
}
