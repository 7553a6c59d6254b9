/// One line of Git's configuration.
public struct ConfigurationEntry: Hashable, Sendable {
    /// The key: section and name in lower case, a subsection as it is written.
    public let key: String
    /// Its value; empty where none is written.
    public let value: String
    /// The file of the repository itself that the line is in, or that includes it; `nil` for a line of the user's or the
    /// system's configuration.
    public let repositoryFile: String?
    /// Whether another file is named that Git may include and that is not known here.
    public let namesUnreadFile: Bool

    /// Creates a line.
    public init(key: String, value: String, repositoryFile: String?, namesUnreadFile: Bool = false) {
        self.key = key
        self.value = value
        self.repositoryFile = repositoryFile
        self.namesUnreadFile = namesUnreadFile
    }
}
