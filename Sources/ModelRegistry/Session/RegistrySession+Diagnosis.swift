import GitCommand
import GitTypes
import Glibc
import LibGit2
import RegistryCore

extension RegistrySession {
    /// Everything odd, and the facts that a report of a fault needs.
    func diagnose() async throws(RegistryError) -> Diagnosis {
        let snapshot = try await snapshot()
        var findings = snapshot.findings + snapshot.state.findings
        if let allowed = snapshot.configuration.allowedStages {
            let origin = snapshot.configuration.stagesOrigin
            for stage in snapshot.state.stagesInUse where !allowed.contains(stage) {
                findings.append(
                    Finding(
                        .stageNotAllowed, subject: stage.description,
                        message: "stage \(stage) is in use, but \(origin) does not allow it",
                        hint: snapshot.configuration.stagesAdvice))
            }
        }
        let now = await self.now()
        for artifact in snapshot.state.artifacts {
            for event in artifact.eventsNewestFirst.prefix(while: { $0.time.seconds > now + EventDates.tolerance }) {
                findings.append(.futureDate(event))
            }
        }
        if let head = snapshot.head { findings += try await conflictingAnnotations(at: head, snapshot.configuration) }
        findings += staleLocks
        findings.sort { ($0.code.rawValue, $0.subject, $0.message) < ($1.code.rawValue, $1.subject, $1.message) }

        let kinds = [
            repository.isBare ? "bare" : nil, repository.isShallow ? "shallow" : nil,
            isPartialClone ? "partial clone" : nil,
        ].compactMap { $0 }
        let stages = snapshot.configuration.allowedStages?.map(\.description).joined(separator: ", ")
        return Diagnosis(
            environment: [
                .init(name: "repository", value: remote?.description ?? repository.gitDirectory),
                .init(name: "kind", value: kinds.isEmpty ? "plain" : kinds.joined(separator: ", ")),
                .init(name: "configuration", value: snapshot.configuration.file ?? "none"),
                .init(name: "allowed stages", value: stages ?? "all"),
                .init(name: "artifacts", value: String(snapshot.state.artifacts.count)),
                .init(name: "events", value: String(snapshot.state.history().count)),
            ],
            findings: findings)
    }

    /// The clock's seconds since 1970, or those of `GIT_COMMITTER_DATE` where that is later: who sets it lives then.
    private func now() async -> Int64 {
        let clock = Int64(time(nil))
        guard environment.variables["GIT_COMMITTER_DATE"] != nil else { return clock }
        let identity = try? await git.committerIdentity()
        return max(clock, identity?.1.seconds ?? clock)
    }

    private func conflictingAnnotations(
        at head: ObjectID, _ configuration: RegistryConfiguration
    ) async throws(RegistryError) -> [Finding] {
        let annotations = try await metadata(configuration).annotations(at: head, folders: []).values
        let byName = Dictionary(grouping: annotations, by: \.name)
        return byName.values.compactMap { described in
            guard let first = described.first, described.count > 1 else { return nil }
            let differs = described.contains { other in
                (other.path, other.type, other.labels.sorted(), other.summary)
                    != (first.path, first.type, first.labels.sorted(), first.summary)
            }
            guard differs else { return nil }
            let files = described.map(\.file).joined(separator: " and ")
            return Finding(
                .conflictingAnnotations, subject: first.name.description,
                message: "\(first.name) is described differently in \(files); dvc.yaml counts",
                hint: "git model annotate \(first.name) --remove --file \(configuration.annotationsFile)")
        }
    }
}
