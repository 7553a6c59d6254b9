public import GitTypes

/// What a writing command is going to do to the tags: decided in full before the first byte is written.
///
/// All of it happens or none of it does.
public struct TagPlan: Hashable, Sendable {
    /// The tags to create, in this order.
    public var creations: [PlannedTag]
    /// The refs to delete, oldest event first.
    public var deletions: [TagName]

    /// Creates a plan.
    public init(creations: [PlannedTag] = [], deletions: [TagName] = []) {
        self.creations = creations
        self.deletions = deletions
    }
}

/// A tag that is about to be created.
public struct PlannedTag: Hashable, Sendable {
    /// Its name, taken apart.
    public let tag: RegistryTag
    /// The commit that it is put on.
    public let commit: ObjectID
    /// The version that it is about; `nil` for a deprecation.
    public let version: VersionLabel?
    /// The first line of the message, as GTO writes it.
    public let subject: String

    /// Creates a planned tag.
    public init(tag: RegistryTag, commit: ObjectID, version: VersionLabel?, subject: String) {
        self.tag = tag
        self.commit = commit
        self.version = version
        self.subject = subject
    }

    /// What GTO prints when the tag is there; scripts look for these words.
    public var announcement: String {
        let version = version?.description ?? ""
        let what =
            switch tag.action {
            case .register: "registers version"
            case .deregister: "deregisters version"
            case .assign: "assigns stage to version '\(version)'"
            case .unassign: "unassigns stage from version '\(version)'"
            case .deprecate: "deprecates artifact"
            case .create: "creates artifact"
            }
        return "Created git tag '\(tag.name)' that \(what)"
    }
}

/// Whether a tag's name ends in a counter: GTO's `--simple`.
public enum TagForm: String, CaseIterable, Hashable, Sendable {
    /// As GTO chooses: stage tags with a counter, the others without; with one where the plain name is taken.
    case auto
    /// Never: `--simple true`.
    case simple
    /// Always: `--simple false`.
    case counted
}
