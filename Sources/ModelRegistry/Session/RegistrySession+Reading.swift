import GitTypes
import LibGit2
import RegistryCore

extension RegistrySession {
    /// Reads a tag back as an event with what the files say: GTO's `check-ref`.
    func check(_ ref: String, _ configuration: RegistryConfiguration) async throws(RegistryError) -> CheckedEvent {
        try await described(try await event(ofTag: ref), configuration)
    }

    /// An event with what the files at its commit say.
    func described(
        _ event: RegistryEvent, _ configuration: RegistryConfiguration
    ) async throws(RegistryError) -> CheckedEvent {
        let annotations = try await annotations(of: event.artifact, at: event.commit, configuration)
        return CheckedEvent(event: event, annotation: annotations.values.first)
    }

    /// The event by an index that is there and is brought up to date.
    private func indexedEvent(
        _ name: TagName, of artifact: ArtifactName
    ) async throws(RegistryError) -> RegistryEvent? {
        guard let index = TagIndex(of: repository.commonDirectory, environment, creates: false),
            try await index.state(.currentArtifact(artifact), updatingFrom: repository) != nil
        else { return nil }
        return index.event(ofTag: name, of: artifact)
    }

    /// Reads a tag back as an event.
    ///
    /// Only the tags of its artifact are read: no other artifact's can change what it means.
    func event(ofTag ref: String) async throws(RegistryError) -> RegistryEvent {
        let short = ref.hasPrefix(RefName.tagPrefix) ? String(ref.dropFirst(RefName.tagPrefix.count)) : ref
        let name: TagName
        do { name = try TagName(short) } catch { throw RegistryError(error, hints: ["name a tag: churn@v1.0.0"]) }
        guard let tag = RegistryTag(name) else {
            throw RegistryError(
                .notARegistryTag, "'\(ref)' is not a registry tag", subject: ref,
                hints: ["a registry tag looks like churn@v1.2.0, churn#prod#3 or churn@deprecated"])
        }
        if let event = try await indexedEvent(name, of: tag.artifact) { return event }
        let reader = TagReader(repository)
        let references = try RegistryError.wrapping { () throws(GitError) in
            try repository.tagReferences(startingWith: tag.artifact.tagText).references
        }
        let state = RegistryState(try reader.records(of: [tag.artifact], among: references))
        if let event = state.event(ofTag: name, artifact: tag.artifact) { return event }

        let id = try RegistryError.wrapping { () throws(GitError) in try repository.reference(RefName(name)) }
        guard let id else {
            throw RegistryError(
                .revisionNotFound, "there is no tag \(name) here", subject: ref,
                hints: ["git fetch origin tag \(name.shellQuoted)", "to see the tags: git model history"])
        }
        switch try reader.record(TagReference(name: name, id: id), tag) {
        case .failure(.lightweight):
            throw RegistryError(
                .lightweightTag, "tag \(name) is lightweight here, so it carries no event", subject: ref,
                hints: [
                    "to bring the annotated tag: git fetch --force origin 'refs/tags/\(name):refs/tags/\(name)'"
                ])
        case .failure(.damaged(let name, let problem)):
            throw RegistryError(
                .damagedRepository, "tag \(name) cannot be read: \(problem)", subject: ref,
                hints: ["git update-ref -d \(RefName(name).shellQuoted) && git fetch origin tag \(name.shellQuoted)"])
        case .failure(let oddity):
            throw RegistryError(
                .notARegistryTag, oddity.finding.message, subject: ref, hints: [oddity.finding.hint].compactMap { $0 })
        case .success(let record):
            throw RegistryError(
                .notARegistryTag, "tag \(name) calls itself \(record.object.name) inside, and that name counts",
                subject: ref, hints: ["git model check-ref \(record.object.name.shellQuoted)"])
        }
    }

    /// What the files say of an artifact.
    func describe(_ selector: Selector, at revision: Revision?) async throws(RegistryError) -> ArtifactAnnotation {
        let snapshot = try await snapshot(.artifact(selector.artifact))
        let commit: ObjectID
        if selector.target == .artifact {
            commit = try await self.commit(revision)
        } else {
            commit = try snapshot.state.version(of: selector, allowsInactive: true).commit
        }
        let annotations = try await annotations(of: selector.artifact, at: commit, snapshot.configuration)
        if let annotation = annotations.values.first { return annotation }
        if let problem = annotations.findings.first {
            throw RegistryError(
                .invalidFile, problem.message, subject: problem.subject, hints: [problem.hint].compactMap { $0 })
        }
        throw RegistryError(
            .annotationNotFound, "no file describes \(selector.artifact) at commit \(commit.short)",
            subject: selector.artifact.description,
            hints: ["git model annotate \(selector.artifact) --type model --path PATH"])
    }

    /// What the files at a commit say of one artifact, `dvc.yaml` first.
    func annotations(
        of artifact: ArtifactName, at commit: ObjectID, _ configuration: RegistryConfiguration
    ) async throws(RegistryError) -> MetadataReader.Annotations {
        var annotations = try await metadata(configuration).annotations(
            at: commit, folders: [artifact.folder].compactMap { $0 })
        let own = annotations.values.filter { $0.name == artifact }
        annotations.values =
            own.filter { $0.file.hasSuffix("dvc.yaml") } + own.filter { !$0.file.hasSuffix("dvc.yaml") }
        return annotations
    }
}
