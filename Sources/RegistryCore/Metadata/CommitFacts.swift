public import GitTypes

/// What a commit says of itself, and what its files say of the artifacts: GTO's "enrichment" of a version.
public struct CommitFacts: Hashable, Sendable {
    /// The commit.
    public let id: ObjectID
    /// Who wrote the change.
    public let author: Person
    /// Who made the commit.
    public let committer: Person
    /// When the commit was made; GTO dates the enrichment with it.
    public let time: Timestamp
    /// The whole message, as written.
    public let message: String
    /// What `dvc.yaml` and `artifacts.yaml` say at the commit.
    public let annotations: [ArtifactAnnotation]

    /// Creates the facts.
    public init(
        id: ObjectID, author: Person, committer: Person, time: Timestamp, message: String,
        annotations: [ArtifactAnnotation]
    ) {
        self.id = id
        self.author = author
        self.committer = committer
        self.time = time
        self.message = message
        self.annotations = annotations
    }

    /// What GTO's own file says of an artifact.
    public func annotationOfGTO(_ name: ArtifactName) -> ArtifactAnnotation? {
        annotations.first { $0.name == name && !$0.file.hasSuffix("dvc.yaml") }
    }

    /// What either file says of an artifact; `dvc.yaml` comes first.
    public func annotation(_ name: ArtifactName) -> ArtifactAnnotation? {
        annotations.first { $0.name == name && $0.file.hasSuffix("dvc.yaml") } ?? annotationOfGTO(name)
    }
}
