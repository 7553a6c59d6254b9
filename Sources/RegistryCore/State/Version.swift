public import GitTypes

/// A version of an artifact: what its tags say of it.
public struct Version: Hashable, Sendable {
    /// The artifact whose version it is.
    public let artifact: ArtifactName
    /// Its name, or its commit where it was never registered.
    public let label: VersionLabel
    /// Its commit.
    public let commit: ObjectID
    /// The registrations, oldest first.
    public internal(set) var registrations: [RegistryEvent] = []
    /// The deregistrations, oldest first.
    public internal(set) var deregistrations: [RegistryEvent] = []
    /// The stages that it ever was in, in the order of their first tags.
    public internal(set) var stages: [VersionStage] = []

    init(artifact: ArtifactName, label: VersionLabel, commit: ObjectID) {
        self.artifact = artifact
        self.label = label
        self.commit = commit
    }

    /// Whether it was ever registered.
    public var isRegistered: Bool { !registrations.isEmpty }

    /// Whether no registration or deregistration is about it: a commit in a stage, or an annotation at HEAD.
    public var isDiscovered: Bool { registrations.isEmpty && deregistrations.isEmpty }

    /// Whether it counts: the newest of its registrations and deregistrations is a registration, a tie going to the
    /// deregistration; or nothing was ever registered.
    public var isActive: Bool {
        guard let registered = registrations.last else { return deregistrations.isEmpty }
        guard let deregistered = deregistrations.last else { return true }
        return registered.time.seconds > deregistered.time.seconds
    }

    /// The event that its author, date and message are taken from: the newest registration, or where there is none
    /// the newest stage event. `nil` where only a commit speaks of it.
    public var authoringEvent: RegistryEvent? {
        if let registration = registrations.last { return registration }
        return stageEventsNewestFirst.first
    }

    /// What its newest registration says of the bytes that were released; `nil` where it was never registered.
    public var releaseFacts: ReleaseFacts? { registrations.last.map { ReleaseFacts(message: $0.message) } }

    /// The stages that it is in now, by the time of their newest events.
    public func activeStages(isAscending: Bool = false) -> [VersionStage] {
        let active = stages.filter(\.isActive).stablySorted { left, right in
            (left.activatedAt?.seconds ?? 0) < (right.activatedAt?.seconds ?? 0)
        }
        return isAscending ? active : active.reversed()
    }

    /// Whether it is in a stage now.
    public func isInStage(_ stage: StageName) -> Bool {
        stages.contains { $0.stage == stage && $0.isActive }
    }

    /// Every event of its tags, newest first.
    public var eventsNewestFirst: [RegistryEvent] {
        (registrations + deregistrations + stages.flatMap(\.eventsNewestFirst)).newestFirst { $0.time.seconds }
    }

    private var stageEventsNewestFirst: [RegistryEvent] {
        stages.flatMap(\.eventsNewestFirst).newestFirst { $0.time.seconds }
    }
}
