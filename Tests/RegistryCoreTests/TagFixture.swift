import GitTypes

@testable import RegistryCore

/// Tags made up for a test: `10 churn@v1.0.0 a`.
struct TagFixture {
    private(set) var records: [TagRecord] = []

    /// The id of a commit that a test calls by a letter or word.
    static func commit(_ name: some StringProtocol) -> ObjectID {
        let digits = name.utf8.map { String($0, radix: 16) }.joined()
        return ObjectID(String((digits + String(repeating: "0", count: 40)).prefix(40))) ?? .zero
    }

    static func person(_ name: String = "Ana Ruiz") -> Person { Person(name: name, email: "ana@example.com") }

    mutating func add(_ seconds: Int64, _ ref: String, _ commit: some StringProtocol, as name: String? = nil) {
        guard let tag = RegistryTag(TagName(asRead: name ?? ref)) else { return }
        let object = TagObject(
            target: Self.commit(commit), name: TagName(asRead: name ?? ref), tagger: Self.person(),
            time: Timestamp(seconds: seconds), message: "message of \(name ?? ref)")
        let id = Self.commit("\(records.count)")
        records.append(
            TagRecord(ref: TagName(asRead: ref), id: id, object: object, tag: tag, commit: Self.commit(commit)))
    }

    /// Adds the tags of lines such as `10 churn@v1.0.0 a` or `20 x@v9.0.0 a as churn@v1.0.0`.
    mutating func add(line: some StringProtocol) {
        let words = line.split(separator: " ")
        guard words.count >= 3, let seconds = Int64(words[0]) else { return }
        add(seconds, String(words[1]), words[2], as: words.count == 5 ? String(words[4]) : nil)
    }

    init(_ lines: String = "") {
        for line in lines.split(separator: "\n") { add(line: line) }
    }

    var state: RegistryState { RegistryState(records) }
}
