/// What a person may write where Git wants a commit: `HEAD`, `main`, `v1`, `HEAD~2`, a full or short id.
///
/// The text is handed to libgit2 or to `git` after `--end-of-options`; it can never be taken for an option.
public struct Revision: Hashable, Sendable, CustomStringConvertible {
    /// The text as given.
    public let description: String

    /// The checked-out commit.
    public static let head = Revision(unchecked: "HEAD")

    private init(unchecked text: String) {
        self.description = text
    }

    /// Checks a revision that a person gave.
    /// - Throws: ``MalformedValue`` where it is empty, longer than 4096 bytes, starts with `-` or `:`, is a reflog,
    ///   search or range expression, or holds a control character or a space.
    public init(_ text: some StringProtocol) throws(MalformedValue) {
        let text = String(text)
        func refuse(_ rule: String) -> MalformedValue {
            MalformedValue(expected: "revision", value: text, rule: rule)
        }
        if text.isEmpty { throw refuse("it is empty") }
        if text.utf8.count > 4096 { throw refuse("it is longer than 4096 bytes") }
        if text.hasJoinedDelimiter { throw refuse("it holds a mark that is joined to a delimiter") }
        if text.hasPrefix("-") { throw refuse("it starts with '-'") }
        if text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
            throw refuse("it holds a space or a control character")
        }
        if text.contains(":") { throw refuse("it names a path, not a commit") }
        if text.contains("..") { throw refuse("it is a range, not one commit") }
        self.description = text
    }

    /// Names an object by its full id.
    public init(_ id: ObjectID) {
        self.description = id.description
    }

    /// Names the commit that a ref points to.
    public init(_ ref: RefName) {
        self.description = ref.description
    }
}
