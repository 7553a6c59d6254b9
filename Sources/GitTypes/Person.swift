/// Who wrote a commit or made a tag: the name and email of Git's identity line.
public struct Person: Hashable, Sendable, CustomStringConvertible {
    /// The name, as Git stores it.
    public let name: String
    /// The email, as Git stores it, without the angle brackets.
    public let email: String

    /// Creates a person from a name and an email as Git stores them.
    public init(name: String, email: String) {
        self.name = name
        self.email = email
    }

    /// `Name <email>`, as Git writes it.
    public var description: String { "\(name) <\(email)>" }
}
