/// The full name of a Git ref: `refs/tags/churn@v1.0.0`, `HEAD`.
///
/// A ref name is bytes. One that is not UTF-8 is kept with each foreign byte written as `\xNN`; since Git forbids the
/// backslash in ref names, two different names never read alike.
public struct RefName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The whole name.
    public let description: String

    /// The folder that holds tags.
    public static let tagPrefix = "refs/tags/"
    /// The ref that names the checked-out commit.
    public static let head = RefName(asRead: "HEAD")

    /// Takes a name as a repository gave it, or one that this program made, without judging it.
    public init(asRead text: String) {
        self.description = text
    }

    /// Reads a name as the repository gave it, without judging it.
    public init(bytes: some Collection<UInt8>) {
        self.description = String(lossless: bytes)
    }

    /// The same for bytes in memory, without the calls that a generic collection costs: a remote lists tens of thousands.
    public init(bytes: UnsafeRawBufferPointer) {
        self.description = String(inMemory: bytes)
    }

    /// Checks a name that a person gave.
    ///
    /// The rules are those of `git check-ref-format`: `refs/` in front (or `HEAD`), no empty component, none that
    /// starts with a dot or ends with `.lock`, no `..`, no `@{`, none of the control characters, space, `~ ^ : ? * [ \`.
    /// - Throws: ``MalformedValue`` that names the rule.
    public init(_ text: some StringProtocol) throws(MalformedValue) {
        let text = String(text)
        if let rule = Self.brokenRule(of: text) {
            throw MalformedValue(expected: "ref name", value: text, rule: rule)
        }
        self.description = text
    }

    /// The ref of a tag.
    public init(_ tag: TagName) {
        self.description = Self.tagPrefix + tag.description
    }

    /// The tag's short name, where this ref is below `refs/tags/`.
    public var tag: TagName? {
        description.hasPrefix(Self.tagPrefix)
            ? TagName(asRead: String(description.dropFirst(Self.tagPrefix.count))) : nil
    }

    /// Whether two names are the same bytes. Swift's `String` takes two spellings of `é` for one; Git does not.
    public static func == (left: RefName, right: RefName) -> Bool {
        left.description.compareBytes(with: right.description) == 0
    }

    /// Orders names by their bytes, as `git for-each-ref` does.
    public static func < (left: RefName, right: RefName) -> Bool {
        left.description.compareBytes(with: right.description) < 0
    }

    private static func brokenRule(of text: String) -> String? {
        if text == "HEAD" { return nil }
        guard text.hasPrefix("refs/") else { return "it must start with 'refs/'" }
        return brokenComponentRule(of: text)
    }

    /// The rule of `git check-ref-format` that a slash-separated name breaks; `nil` where it breaks none.
    static func brokenComponentRule(of text: String) -> String? {
        if text.isEmpty { return "it is empty" }
        if text.utf8.count > 4096 { return "it is longer than 4096 bytes" }
        let forbidden: Set<UInt8> = Set(" ~^:?*[\\".utf8)
        for byte in text.utf8 {
            if byte < 0x20 || byte == 0x7F { return "it holds a control character" }
            if forbidden.contains(byte) { return "it holds '\(Character(UnicodeScalar(byte)))'" }
        }
        if text.hasJoinedDelimiter { return "it holds a mark that is joined to a delimiter" }
        if text.contains("..") { return "it holds '..'" }
        if text.contains("@{") { return "it holds '@{'" }
        if text == "@" { return "it is '@'" }
        if text.hasSuffix(".") { return "it ends with '.'" }
        for component in text.split(separator: "/", omittingEmptySubsequences: false) {
            if component.isEmpty { return "it has an empty part between slashes" }
            if component.hasPrefix(".") { return "a part of it starts with '.'" }
            if component.hasSuffix(".lock") { return "a part of it ends with '.lock'" }
        }
        return nil
    }
}

/// The short name of a Git tag: `churn@v1.0.0` for `refs/tags/churn@v1.0.0`.
public struct TagName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The short name.
    public let description: String

    /// Takes a name as a repository gave it, without judging it. See ``RefName`` for names that are not UTF-8.
    public init(asRead text: String) {
        self.description = text
    }

    /// Reads a name as a repository gave it, without judging it.
    public init(bytes: some Collection<UInt8>) {
        self.description = String(lossless: bytes)
    }

    /// The same for bytes in memory, as ``RefName/init(bytes:)`` does.
    public init(bytes: UnsafeRawBufferPointer) {
        self.description = String(inMemory: bytes)
    }

    /// Checks a name that is about to be created.
    /// - Throws: ``MalformedValue`` by the rules of ``RefName/init(_:)``, or where it starts with `-`.
    public init(_ text: some StringProtocol) throws(MalformedValue) {
        let text = String(text)
        let rule = text.hasPrefix("-") ? "it starts with '-'" : RefName.brokenComponentRule(of: text)
        if let rule { throw MalformedValue(expected: "tag name", value: text, rule: rule) }
        self.description = text
    }

    /// Whether two names are the same bytes. Swift's `String` takes two spellings of `é` for one; Git does not.
    public static func == (left: TagName, right: TagName) -> Bool {
        left.description.compareBytes(with: right.description) == 0
    }

    /// Orders names by their bytes.
    public static func < (left: TagName, right: TagName) -> Bool {
        left.description.compareBytes(with: right.description) < 0
    }
}

extension String {
    /// Reads a name as ``init(lossless:)`` does. Nearly every one is UTF-8; asking for that here saves the general way.
    fileprivate init(inMemory bytes: UnsafeRawBufferPointer) {
        self = String(validating: bytes, as: UTF8.self) ?? String(lossless: bytes)
    }
}
