import GitTypes

extension JSONValue {
    /// An object from key and value pairs where the type is not known from its place.
    static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(members.map { Member($0.key, $0.value) })
    }
}
