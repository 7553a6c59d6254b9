import GitTypes
import LibGit2
public import RegistryCore

extension Registry {
    /// Runs the hooks that a tag's event calls for, in the file's order; a failure stops the rest.
    /// - Parameters:
    ///   - ref: the tag, with or without `refs/tags/`.
    ///   - observe: hears of each hook as it starts and ends.
    /// - Throws: ``RegistryError`` where the tag carries no event, see ``event(ofTag:)``. The failure of a hook is in
    ///   the report.
    public func trigger(
        _ ref: String, isDryRun: Bool = false, observe: (HookStep) -> Void = { _ in }
    ) async throws(RegistryError) -> TriggerReport {
        let session = try await RegistrySession(location, environment)
        let snapshot = try await session.snapshot()
        let checked = try await session.check(ref, snapshot)
        let rules = snapshot.configuration.hooks.filter {
            $0.matches(checked.event.kind, artifact: checked.event.artifact, stage: checked.event.stage)
        }
        if let error = snapshot.configurationError { throw error }
        if session.remote != nil, !isDryRun {
            throw RegistryError(
                .hooksNotTrusted,
                "hooks of a repository at a URL are not run: anybody who may push there could choose them",
                subject: ref, hints: ["clone it, read its .registry.yaml, and run git model trigger there"])
        }
        let input = HookInput(checked)
        if isDryRun {
            for rule in rules { observe(.planned(rule)) }
            return TriggerReport(event: checked.event, payload: input.payload, runs: [], failure: nil)
        }
        let runner = HookRunner(
            folder: session.repository.workingDirectory ?? session.repository.gitDirectory,
            variables: environment.variables)
        var runs: [HookRun] = []
        for rule in rules {
            observe(.started(rule))
            let run = try await runner.run(rule, input)
            runs.append(run)
            observe(.finished(run))
            if run.exitStatus != 0 {
                let failure = RegistryError(
                    .hookFailed, "hook \(rule.name) failed: \(run.outcome)", subject: rule.name,
                    hints: ["mend the cause and run again: git model trigger \(ref.shellQuoted)"])
                return TriggerReport(event: checked.event, payload: input.payload, runs: runs, failure: failure)
            }
        }
        return TriggerReport(event: checked.event, payload: input.payload, runs: runs, failure: nil)
    }
}

/// What a hook is told: variables, and the same as JSON.
struct HookInput {
    let variables: [String: String]
    let payload: JSONValue

    init(_ checked: CheckedEvent) {
        let event = checked.event
        let ref = RefName(event.ref).description
        self.variables = [
            "MODEL_EVENT": event.kind.participle,
            "MODEL_NAME": event.artifact.description,
            "MODEL_VERSION": event.version?.description ?? "",
            "MODEL_STAGE": event.stage?.description ?? "",
            "MODEL_COMMIT": event.commit.description,
            "MODEL_REF": ref,
            "MODEL_PATH": checked.annotation?.pathFromRoot ?? "",
        ]
        self.payload = [
            "id": .string(event.id.description),
            "event": .string(event.kind.participle),
            "name": .string(event.artifact.description),
            "version": .optional(event.version?.description),
            "stage": .optional(event.stage?.description),
            "commit": .string(event.commit.description),
            "ref": .string(ref),
            "path": .optional(checked.annotation?.pathFromRoot),
            "type": .optional(checked.annotation?.type),
            "author": .string(event.author.name),
            "author_email": .string(event.author.email),
            "time": .string(event.time.iso8601),
            "message": .string(event.message),
        ]
    }
}
