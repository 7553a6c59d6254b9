public import GitTypes

/// A stage in the life of one version: when it was put in, when it was taken out.
public struct VersionStage: Hashable, Sendable {
    /// The stage.
    public let stage: StageName
    /// The artifact whose version it is.
    public let artifact: ArtifactName
    /// The version.
    public let version: VersionLabel
    /// The version's commit.
    public let commit: ObjectID
    /// The assignments, oldest first.
    public internal(set) var assignments: [RegistryEvent] = []
    /// The unassignments, oldest first.
    public internal(set) var unassignments: [RegistryEvent] = []

    /// Whether the version is in the stage now. In a tie of seconds the unassignment wins, as in GTO.
    public var isActive: Bool {
        guard let assigned = assignments.last else { return false }
        guard let unassigned = unassignments.last else { return true }
        return assigned.time.seconds > unassigned.time.seconds
    }

    /// The newest assignment, or where there is none the newest unassignment: what the stage's author, date and
    /// message are taken from.
    public var authoringEvent: RegistryEvent? { assignments.last ?? unassignments.last }

    /// When the version came into the stage; `nil` where it is not in it.
    public var activatedAt: Timestamp? { isActive ? assignments.last?.time : nil }

    /// All events, newest first. Of equal times the unassignment comes first.
    public var eventsNewestFirst: [RegistryEvent] { (assignments + unassignments).newestFirst { $0.time.seconds } }
}
