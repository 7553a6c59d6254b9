import GitTypes
import RegistryCore

extension JSONValue {
    /// An event as GTO lists it inside a version: `priority` and `addition` included.
    static func event(_ event: RegistryEvent, withWord: Bool) -> JSONValue {
        var members: [Member] = [
            Member("priority", .integer(event.kind.priority)),
            Member("addition", .bool(event.kind.isAddition)),
        ]
        members += eventMembers(event)
        if withWord { members.append(Member("event", .string(event.kind.rawValue))) }
        return .object(members)
    }

    /// An event as `check-ref --json` prints it.
    static func checkedEvent(_ event: RegistryEvent, annotation: ArtifactAnnotation?) -> JSONValue {
        var members = eventMembers(event)
        members.append(Member("event", .string(event.kind.rawValue)))
        members.append(Member("ref", .string(RefName(event.ref).description)))
        members.append(Member("tag_hexsha", .string(event.id.description)))
        members.append(Member("annotation", annotation.map { .annotation($0) } ?? .null))
        return .object(members)
    }

    /// A row of `history --json`.
    static func historyRow(_ event: RegistryEvent) -> JSONValue {
        [
            "timestamp": .string(event.time.iso8601),
            "artifact": .string(event.artifact.description),
            "event": .string(event.kind.rawValue),
            "priority": .integer(event.kind.priority),
            "version": .optional(event.version?.description),
            "stage": .optional(event.stage?.description),
            "commit": .string(event.commit.description),
            "author": .string(event.author.name),
            "author_email": .string(event.author.email),
            "message": .string(event.message),
            "ref": .string(event.tag.description),
            "tag_hexsha": .string(event.id.description),
        ]
    }

    private static func eventMembers(_ event: RegistryEvent) -> [Member] {
        var members: [Member] = [
            Member("artifact", .string(event.artifact.description)),
            Member("created_at", .string(event.time.iso8601)),
            Member("author", .string(event.author.name)),
            Member("author_email", .string(event.author.email)),
            Member("message", .string(event.message)),
            Member("commit_hexsha", .string(event.commit.description)),
            Member("tag", .string(event.tag.description)),
        ]
        if let version = event.version { members.append(Member("version", .string(version.description))) }
        if let stage = event.stage { members.append(Member("stage", .string(stage.description))) }
        return members
    }
}
