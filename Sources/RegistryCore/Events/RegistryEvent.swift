public import GitTypes

/// Something that happened to an artifact, as one tag tells it.
///
/// A class, though it is a value, for the reason of ``TagRecord``.
public final class RegistryEvent: Hashable, Sendable {
    /// What happened.
    public let kind: EventKind
    /// To which artifact.
    public let artifact: ArtifactName
    /// To which of its versions; `nil` for a deprecation, which is about the artifact.
    public let version: VersionLabel?
    /// Which stage it is about; `nil` but for assignments and unassignments.
    public let stage: StageName?
    /// When, by the tagger's clock.
    public let time: Timestamp
    /// Who, as the tag claims.
    public let author: Person
    /// The tag's message without blanks around it, and without its signature.
    public let message: String
    /// The commit.
    public let commit: ObjectID
    /// The name inside the tag object, which is what GTO shows.
    public let tag: TagName
    /// The name of the ref, which is the same in all but odd repositories.
    public let ref: TagName
    /// The id of the tag object: the event's own id.
    public let id: ObjectID

    /// Creates an event.
    public init(
        kind: EventKind, artifact: ArtifactName, version: VersionLabel?, stage: StageName?, time: Timestamp,
        author: Person, message: String, commit: ObjectID, tag: TagName, ref: TagName, id: ObjectID
    ) {
        self.kind = kind
        self.artifact = artifact
        self.version = version
        self.stage = stage
        self.time = time
        self.author = author
        self.message = message
        self.commit = commit
        self.tag = tag
        self.ref = ref
        self.id = id
    }

    /// Whether two events are the same tag, read in the same way.
    public static func == (left: RegistryEvent, right: RegistryEvent) -> Bool {
        left.id == right.id && left.ref == right.ref && left.version == right.version
    }

    /// Hashes what ``==(_:_:)`` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(id)
        hasher.combine(ref)
    }

    /// What GTO's `check-ref` says of the event.
    public var sentence: String {
        let version = version?.description ?? ""
        let stage = stage?.description ?? ""
        return switch kind {
        case .deprecation: "Artifact \"\(artifact)\" was deprecated"
        case .registration: "Version \"\(version)\" of artifact \"\(artifact)\" was registered"
        case .deregistration: "Version \"\(version)\" of artifact \"\(artifact)\" was deregistered"
        case .assignment: "Stage \"\(stage)\" was assigned to version \"\(version)\" of artifact \"\(artifact)\""
        case .unassignment: "Stage \"\(stage)\" was unassigned from version \"\(version)\" of artifact \"\(artifact)\""
        }
    }
}

extension RegistryEvent {
    /// The event of a tag; `nil` for the reserved `create`.
    /// - Parameter version: the version that it is about; `nil` for the one that its name says.
    public convenience init?(_ record: TagRecord, version: VersionLabel?) {
        let kind: EventKind
        switch record.tag.action {
        case .register: kind = .registration
        case .deregister: kind = .deregistration
        case .assign: kind = .assignment
        case .unassign: kind = .unassignment
        case .deprecate: kind = .deprecation
        case .create: return nil
        }
        self.init(
            kind: kind, artifact: record.tag.artifact,
            version: version ?? record.tag.action.version.map { .semantic($0) }, stage: record.tag.action.stage,
            time: record.object.time, author: record.object.tagger, message: record.object.message.strippedAsPython,
            commit: record.commit, tag: record.object.name, ref: record.ref, id: record.id)
    }
}

extension String {
    /// The text without blanks at both ends, as Python's `str.strip()` cuts it; GTO's readers do.
    var strippedAsPython: String {
        func isBlank(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
        }
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !isBlank($0) }),
            let last = scalars.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(scalars[first...last])
    }
}
