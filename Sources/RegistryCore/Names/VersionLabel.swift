public import GitTypes

/// What a version is called: its semantic version, or the commit where nothing was registered.
public enum VersionLabel: Hashable, Sendable, CustomStringConvertible {
    /// A registered version: `v1.2.0`.
    case semantic(SemanticVersion)
    /// A commit that was put into a stage without being registered; shown by its id.
    case commit(ObjectID)

    /// The version's text or the 40 digits of the commit.
    public var description: String {
        switch self {
        case .semantic(let version): version.description
        case .commit(let id): id.description
        }
    }

    /// The same with the commit's id cut to seven digits, as tables show it.
    public var short: String {
        switch self {
        case .semantic(let version): version.description
        case .commit(let id): id.short
        }
    }

    /// The semantic version, where there is one.
    public var semanticVersion: SemanticVersion? {
        if case .semantic(let version) = self { version } else { nil }
    }
}
