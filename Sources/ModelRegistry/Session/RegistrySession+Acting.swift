import GitCommand
import GitTypes
import LibGit2
import RegistryCore

/// A writing command as the person gave it, and how it becomes tags.
struct WriteAct {
    /// The artifact that it is about.
    let artifact: ArtifactName
    /// Everything but the request that makes it the same command as another one.
    let words: String
    /// What it does to the tags as they are now.
    let plan: (RegistryPlanner) throws(RegistryError) -> TagPlan
}

extension RegistrySession {
    /// How often an act is planned anew because somebody else took its tag first.
    static let attemptLimit = 5

    /// Plans an act and carries it out. Where somebody else takes the tag first, here or at the remote, the artifact's
    /// tags are brought here and the act is planned anew: it gets the next version or counter, or a refusal that names
    /// the other one.
    /// - Throws: ``RegistryError``; ``ErrorCode/tagMoved`` where the remote has another tag than this repository.
    func perform(_ act: WriteAct, _ request: WriteRequest) async throws(RegistryError) -> WriteReceipt {
        var lost: TagName?
        if let receipt = try await completeOpenPush(act, request, &lost) { return receipt }
        let (git, asks) = (git, !request.isDryRun && !environment.isInsideHook)
        let asksForSigning = asksForSigning(request)
        var attempt = 1
        while true {
            // Git answers while the tags are read.
            async let asked = asks ? Tagger(git, asksForSigning: asksForSigning) : nil
            let snapshot = try await snapshot(.artifact(act.artifact))
            let plan: TagPlan
            do throws(RegistryError) { plan = try act.plan(try snapshot.planner()) } catch {
                throw explained(error, lost, act.artifact, snapshot)
            }
            lost = nil
            let tagger = await asked
            do throws(RegistryError) {
                return try await carryOut(plan, act, request, snapshot, tagger, lost: &lost)
            } catch {
                guard let tag = lost, plan.deletions.isEmpty else { throw error }
                try await bringTags(of: act.artifact, request)
                guard attempt < Self.attemptLimit else {
                    throw explained(error, tag, act.artifact, try await self.snapshot(.artifact(act.artifact)))
                }
            }
            // Those who met once shall not meet again.
            try? await Task.sleep(for: .milliseconds(Int.random(in: 0...(50 * attempt))))
            attempt += 1
        }
    }

    /// Brings the artifact's tags from where the act pushes to; nothing where it stays here. A tag that is here with
    /// another id stays as it is.
    private func bringTags(of artifact: ArtifactName, _ request: WriteRequest) async throws(RegistryError) {
        guard let destination = try pushDestination(request) else { return }
        if let remote { return try await RemoteCache(remote, environment).update() }
        do throws(GitCommandError) {
            try await git.fetch(from: destination, artifact.tagSpecs)
        } catch {
            guard case .rejected(let reference, .alreadyExists) = error.kind else { throw RegistryError(error) }
            let name = reference.tag?.description ?? reference.description
            throw RegistryError(
                .tagMoved, "tag \(name) is another one at \(destination) than here; nothing was changed, there or here",
                subject: reference.description,
                hints: [
                    "to take over the one there: git fetch --force \(destination) "
                        + "\("\(reference):\(reference)".shellQuoted)",
                    "to see the one here: git show \(reference.shellQuoted)",
                ])
        }
    }

    /// Completes a push of the very same command that broke off, if nothing came after it; `nil` where there is none.
    private func completeOpenPush(
        _ act: WriteAct, _ request: WriteRequest, _ lost: inout TagName?
    ) async throws(RegistryError) -> WriteReceipt? {
        guard !request.isDryRun, !environment.isInsideHook, let destination = try pushDestination(request) else {
            return nil
        }
        let open = openPush(act, request, destination)
        let tags = open.tags
        guard !tags.isEmpty else { return nil }
        let events = try await snapshot(.artifact(act.artifact)).state.artifact(act.artifact)?.eventsNewestFirst ?? []
        let own = tags.compactMap { tag in events.first { $0.ref == tag.name && $0.id == tag.id } }
        guard own.count == tags.count, Set(own) == Set(events.prefix(own.count)) else {
            // Nothing was sent before all of them were made. The first ones alone are not what was asked for.
            let isBegun = own.map(\.ref) == tags.prefix(own.count).map(\.name)
            if isBegun, Set(own) == Set(events.prefix(own.count)) {
                for tag in tags.prefix(own.count) { takeBack(tag.name, tag.id) }
            }
            open.end()
            return nil
        }
        let updates = tags.map { RefUpdate(source: $0.id, destination: RefName($0.name)) }
        do throws(PublicationFailure) {
            _ = try await Publication(updates, to: destination, request.pushMode, git).run()
        } catch {
            guard case .rejected(let reference, .alreadyExists) = error.error.kind else {
                throw unfinished(RegistryError(error), tags.map(\.name))
            }
            let published = Set(error.published)
            for tag in tags where !published.contains(RefName(tag.name)) { takeBack(tag.name, tag.id) }
            open.end()
            lost = reference.tag
            try await bringTags(of: act.artifact, request)
            return nil
        }
        open.end()
        var receipt = WriteReceipt(
            created: own.compactMap { event in
                PlannedTag(event).map { WriteReceipt.CreatedTag(planned: $0, id: event.id) }
            }, deleted: [], pushedTo: destination.description, isDryRun: false)
        receipt.notes.append("the push that broke off before is complete now")
        await reactToOwnTags(&receipt)
        return receipt
    }

    func openPush(_ act: WriteAct, _ request: WriteRequest, _ destination: Remote) -> OpenPush {
        OpenPush(of: "\(destination) \(act.words) \(request)", in: repository.commonDirectory)
    }

    /// The advice after a push of which nobody knows whether it arrived.
    func unfinished(_ error: RegistryError, _ names: [TagName]) -> RegistryError {
        guard error.code == .outcomeUnknown else { return error }
        let list = names.map(\.shellQuoted).joined(separator: " ")
        let hints = ["run the same command again: it completes the push, whether it arrived or not"]
        return RegistryError(
            error.code, error.message, subject: error.subject,
            hints: hints + (remote == nil ? ["git push origin \(list)  (does nothing if it had arrived)"] : []),
            underlying: error.underlying)
    }

    /// A refusal after a lost race, with who was first and the next free version.
    private func explained(
        _ error: RegistryError, _ lost: TagName?, _ name: ArtifactName, _ snapshot: RegistrySnapshot
    ) -> RegistryError {
        guard let lost, error.code.exitStatus == ErrorCode.tagExists.exitStatus,
            let artifact = snapshot.state.artifact(name)
        else { return error }
        var message = error.message
        if let event = artifact.eventsNewestFirst.first(where: { $0.ref == lost }), !message.contains(event.author.name)
        {
            message += "; \(event.author.name) was first with tag \(lost)"
        }
        var hints = error.hints
        if lost.isRegistration, let used = artifact.greatestVersionEverUsed, !used.hasOversizedNumber,
            case let next = used.bumped(.patch), !next.hasOversizedNumber
        {
            hints.append("the next free version is \(next): git model register \(name) --version \(next)")
        }
        return RegistryError(
            error.code, message, subject: error.subject, hints: hints, underlying: error.underlying)
    }
}

extension TagName {
    fileprivate var isRegistration: Bool {
        if case .register = RegistryTag(self)?.action { true } else { false }
    }
}

extension ArtifactName {
    /// What fetches the artifact's tags and changes none that is here.
    var tagSpecs: [FetchSpec] {
        ["@", "#"].compactMap { mark in
            let pattern = "refs/tags/\(tagText)\(mark)*"
            return try? FetchSpec("\(pattern):\(pattern)")
        }
    }
}

extension PlannedTag {
    /// A tag that was made before, as it was planned then.
    fileprivate init?(_ event: RegistryEvent) {
        guard let tag = RegistryTag(event.ref) else { return nil }
        self.init(
            tag: tag, commit: event.commit, version: event.version,
            subject: String(event.message.prefix { $0 != "\n" }))
    }
}
