import GitTypes
import RegistryCore

extension JSONValue {
    /// A version as `show NAME --json` prints it.
    static func version(_ version: Version, stages: [VersionStage], facts: CommitFacts?) -> JSONValue {
        let authoring = Authoring(version, facts: facts)
        var members = versionMembers(version, facts: facts)
        members.append(Member("stages", .array(stages.map { .stage($0) })))
        members += [
            Member("is_active", .bool(version.isActive)),
            Member("activated_at", .optional(activationTime(version, facts: facts)?.iso8601)),
            Member("created_at", .optional(authoring.time?.iso8601)),
            Member("author", .string(authoring.person?.name ?? "")),
            Member("author_email", .string(authoring.person?.email ?? "")),
            Member("message", .string(authoring.message)),
            Member("ref", .string(authoring.ref)),
            Member("discovered", .bool(version.isDiscovered)),
            Member("annotation", facts?.annotation(version.artifact).map { .annotation($0) } ?? .null),
            Member("release", version.releaseFacts.map { .release($0) } ?? .null),
        ]
        return .object(members)
    }

    /// The whole state as GTO's hidden `print-state` prints it.
    static func state(_ state: RegistryState, facts: [ObjectID: CommitFacts]) -> JSONValue {
        let artifacts = state.artifacts.map { artifact -> Member in
            let versions = artifact.versions.map { version -> JSONValue in
                let stages = version.stages.map { stage in
                    Member(
                        stage.stage.description,
                        .object(
                            stageMembers(stage) + [
                                Member("assignments", .array(stage.assignments.map { .event($0, withWord: false) })),
                                Member(
                                    "unassignments", .array(stage.unassignments.map { .event($0, withWord: false) })),
                            ]))
                }
                return .object(
                    versionMembers(version, facts: facts[version.commit]) + [Member("stages", .object(stages))])
            }
            return Member(
                artifact.name.description,
                [
                    "artifact": .string(artifact.name.description),
                    "versions": .array(versions),
                    "creations": .array([]),
                    "deprecations": .array(artifact.deprecations.map { .event($0, withWord: false) }),
                ])
        }
        return ["artifacts": .object(artifacts)]
    }

    private static func versionMembers(_ version: Version, facts: CommitFacts?) -> [Member] {
        let enrichments = facts.map { [JSONValue.enrichment($0, artifact: version.artifact, version: version.label)] }
        return [
            Member("artifact", .string(version.artifact.description)),
            Member("commit_hexsha", .string(version.commit.description)),
            Member("version", .string(version.label.description)),
            Member("enrichments", .array(enrichments ?? [])),
            Member("registrations", .array(version.registrations.map { .event($0, withWord: false) })),
            Member("deregistrations", .array(version.deregistrations.map { .event($0, withWord: false) })),
        ]
    }

    private static func stage(_ stage: VersionStage) -> JSONValue {
        let event = stage.authoringEvent
        return .object(
            stageMembers(stage) + [
                Member("assignments", .array(stage.assignments.map { .event($0, withWord: true) })),
                Member("unassignments", .array(stage.unassignments.map { .event($0, withWord: true) })),
                Member("is_active", .bool(stage.isActive)),
                Member("activated_at", .optional(stage.activatedAt?.iso8601)),
                Member("created_at", .optional(event?.time.iso8601)),
                Member("author", .optional(event?.author.name)),
                Member("author_email", .optional(event?.author.email)),
                Member("message", .optional(event?.message)),
                Member("ref", .optional(event?.tag.description)),
            ])
    }

    private static func stageMembers(_ stage: VersionStage) -> [Member] {
        [
            Member("artifact", .string(stage.artifact.description)),
            Member("commit_hexsha", .string(stage.commit.description)),
            Member("version", .string(stage.version.description)),
            Member("stage", .string(stage.stage.description)),
        ]
    }

    /// GTO's `activated_at`: the first registration, or where there is none the oldest event, the commit included.
    private static func activationTime(_ version: Version, facts: CommitFacts?) -> Timestamp? {
        if let registration = version.registrations.first { return registration.time }
        let times = version.eventsNewestFirst.reversed().map(\.time)
        guard let facts else { return times.first }
        guard let first = times.first, first.seconds < facts.time.seconds else { return facts.time }
        return first
    }
}

/// Whom and what the author, date, message and ref of a version are taken from: its newest registration, else its
/// newest stage event, else its commit.
struct Authoring {
    let time: Timestamp?
    let person: Person?
    let message: String
    let ref: String

    init(_ version: Version, facts: CommitFacts?) {
        if let event = version.authoringEvent {
            self.time = event.time
            self.person = event.author
            self.message = event.message
            self.ref = event.tag.description
        } else {
            self.time = facts?.time
            self.person = facts?.author
            self.message = facts?.message ?? ""
            self.ref = version.commit.description
        }
    }
}
