import GitTypes

extension JSONValue {
    /// An object as a dictionary literal, in its order: what a test expects reads like the file that it came from.
    static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(members.map { Member($0.key, $0.value) })
    }
}

extension JSONValue {
    /// The text, where it is one.
    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The elements of a list of texts, `nil` for those that are none.
    var optionalTexts: [String?]? {
        guard case .array(let values) = self else { return nil }
        return values.map(\.string)
    }

    /// The texts of a list.
    var texts: [String]? { optionalTexts?.compactMap { $0 } }
}
