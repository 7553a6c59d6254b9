import GitTypes
import RegistryCore

extension JSONValue {
    /// What a file says of an artifact: the keys of GTO's `artifacts.yaml`, and the file that says so.
    static func annotation(_ annotation: ArtifactAnnotation) -> JSONValue {
        .object(annotationMembers(annotation) + [Member("file", .string(annotation.file))])
    }

    /// A commit as GTO lists it under `enrichments` of a version.
    static func enrichment(_ facts: CommitFacts, artifact: ArtifactName, version: VersionLabel) -> JSONValue {
        let described = facts.annotationOfGTO(artifact).map { annotation -> JSONValue in
            ["source": .string("gto"), "artifact": .object(annotationMembers(annotation))]
        }
        return [
            "priority": .integer(0),
            "addition": .bool(true),
            "artifact": .string(artifact.description),
            "created_at": .string(facts.time.iso8601),
            "author": .string(facts.author.name),
            "author_email": .string(facts.author.email),
            "message": .string(facts.message),
            "commit_hexsha": .string(facts.id.description),
            "version": .string(version.description),
            "enrichments": .array(described.map { [$0] } ?? []),
            "committer": .string(facts.committer.name),
            "committer_email": .string(facts.committer.email),
        ]
    }

    /// What a registration says of the bytes that were released.
    static func release(_ facts: ReleaseFacts) -> JSONValue {
        [
            "path": .optional(facts.path),
            "type": .optional(facts.type),
            "digest": .optional(facts.digest?.description),
            "size": facts.size.map { .integer($0) } ?? .null,
            "metrics": .object(facts.metrics.map { Member($0.name, .string($0.value)) }),
            "source": .optional(facts.source),
        ]
    }

    private static func annotationMembers(_ annotation: ArtifactAnnotation) -> [Member] {
        [
            Member("type", .optional(annotation.type)),
            Member("path", .optional(annotation.path)),
            Member("virtual", .bool(annotation.isVirtual)),
            Member("labels", .array(annotation.labels.map { .string($0) })),
            Member("description", .string(annotation.summary)),
            Member("custom", annotation.custom ?? .null),
        ]
    }
}
