import GitTypes

extension JSONValue {
    /// An object as a dictionary literal, in its order: what a test expects reads like the file that it came from.
    static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(members.map { Member($0.key, $0.value) })
    }
}
