import GitCommand
import GitTypes
import LibGit2
import RegistryCore

extension RegistrySession {
    /// The most bytes of a message that a person may give.
    static let messageLimit = 1 << 20

    /// Carries a plan out, whole or not at all: the tags are written, then pushed where that was asked for; where the
    /// push is refused they are taken back.
    /// - Parameters:
    ///   - tagger: who makes the tags; `nil` asks git where any are made.
    ///   - lost: set to the tag that somebody else took first, where that is why it fails.
    func carryOut(
        _ plan: TagPlan, _ act: WriteAct, _ request: WriteRequest, _ snapshot: RegistrySnapshot, _ tagger: Tagger?,
        lost: inout TagName?
    ) async throws(RegistryError) -> WriteReceipt {
        try refuseInsideHook()
        if let message = request.message, message.utf8.count > Self.messageLimit {
            throw RegistryError(
                .tooLarge, "the message has \(message.utf8.count) bytes; at most \(Self.messageLimit) are accepted",
                hints: ["put long texts into a file of the repository"])
        }
        let destination = try pushDestination(request)
        if request.isDryRun {
            return WriteReceipt(
                created: plan.creations.map { .init(planned: $0, id: nil) }, deleted: plan.deletions, pushedTo: nil,
                isDryRun: true)
        }
        var receipt = WriteReceipt(
            created: [], deleted: plan.deletions, pushedTo: destination?.description, isDryRun: false)
        if !plan.deletions.isEmpty { try await delete(plan.deletions, destination, request.pushMode, &receipt) }
        if !plan.creations.isEmpty {
            let tagger =
                if let tagger { tagger } else { await Tagger(git, asksForSigning: asksForSigning(request)) }
            try await create(plan.creations, act, request, snapshot, tagger, destination, &receipt, &lost)
        }
        await reactToOwnTags(&receipt)
        return receipt
    }

    /// While a push is being checked its objects are in quarantine: a ref to one of them would be left dangling when the
    /// push is refused. Git itself refuses to update refs there; libgit2 does not.
    func refuseInsideHook() throws(RegistryError) {
        guard environment.isInsideHook else { return }
        throw RegistryError(
            .insideHook, "nothing can be written while a push is being checked",
            hints: ["do it in a post-receive hook, or with git model trigger in CI"])
    }

    /// Where the tags are pushed to; `nil` where they stay here.
    func pushDestination(_ request: WriteRequest) throws(RegistryError) -> Remote? {
        if let remote { return .url(remote) }
        guard request.pushes else { return nil }
        try requireRemote(.origin, hint: "leave out --push")
        return .name(.origin)
    }

    private func create(
        _ planned: [PlannedTag], _ act: WriteAct, _ request: WriteRequest, _ snapshot: RegistrySnapshot,
        _ tagger: Tagger, _ destination: Remote?, _ receipt: inout WriteReceipt, _ lost: inout TagName?
    ) async throws(RegistryError) {
        let (committer, now) = try tagger.committer()
        var dates = EventDates(now: now, isFixed: environment.variables["GIT_COMMITTER_DATE"] != nil, snapshot.state)
        var objects: [TagObject] = []
        for (position, tag) in planned.enumerated() {
            // A registration that an assignment brought along keeps GTO's message; the person's is for the last tag.
            let isLast = position == planned.count - 1
            let text = isLast ? request.message.flatMap { $0.isEmpty ? nil : $0 } : nil
            let message = try await message(text ?? tag.subject, for: tag, snapshot, &receipt)
            objects.append(
                TagObject(
                    target: tag.commit, name: tag.tag.name, tagger: committer,
                    time: try dates.next(of: tag.tag.artifact),
                    message: message))
        }
        receipt.warnings = dates.warnings
        if request.message?.isEmpty == true {
            receipt.notes.append("the message is empty, so the tag says what it does")
        }
        let open = destination.map { openPush(act, request, $0) }
        let ids: [ObjectID]
        do throws(RegistryError) {
            // Noted before there are refs: whoever is killed in between finds them when he repeats the command.
            if try signs(request, tagger) {
                ids = try await createSigned(objects)
                open?.begin(objects, ids)
            } else {
                ids = try await createUnsigned(objects) { open?.begin(objects, $0) }
            }
        } catch {
            open?.end()
            if error.code == .tagExists { lost = planned.last?.tag.name }
            throw error
        }
        let created = zip(planned, ids).map { WriteReceipt.CreatedTag(planned: $0, id: $1) }
        receipt.created = created
        guard let destination, let open else { return }
        let results = try await publish(created, to: destination, request.pushMode, open, &receipt, &lost)
        open.end()
        // A remote can only have what we made a moment ago where somebody else made the very same.
        if let last = planned.last, results.allSatisfy({ $0.status == .upToDate }) {
            lost = last.tag.name
            throw RegistryError(
                .tagExists,
                "\(destination) has tag \(last.tag.name) already: the same identity made the same tag at the same second",
                subject: RefName(last.tag.name).description,
                hints: ["to see it: git model show \(last.tag.artifact)", "to register another version, commit first"])
        }
    }

    /// Pushes tags that were created here; what did not get out is taken back.
    private func publish(
        _ created: [WriteReceipt.CreatedTag], to destination: Remote, _ mode: PushMode, _ open: OpenPush,
        _ receipt: inout WriteReceipt, _ lost: inout TagName?
    ) async throws(RegistryError) -> [RefResult] {
        let updates = created.compactMap { tag in
            tag.id.map { RefUpdate(source: $0, destination: RefName(tag.planned.tag.name)) }
        }
        if let warning = mode.warning(count: updates.count) { receipt.warnings.append(warning) }
        do throws(PublicationFailure) {
            return try await Publication(updates, to: destination, mode, git).run()
        } catch {
            // Where nobody knows whether the tags arrived, taking them back could lose the one copy that is known.
            guard error.error.kind == .outcomeUnknown else {
                let published = Set(error.published)
                let unpublished = created.compactMap { tag in
                    tag.id.map { TagReference(name: tag.planned.tag.name, id: $0) }
                }.filter { !published.contains(RefName($0.name)) }
                let failure = undone(unpublished, RegistryError(error))
                // What stays here goes out, or is taken back, when the command is repeated.
                guard failure.code != .outcomeUnknown else { throw failure }
                open.end()
                // What went out already must not be made a second time.
                if published.isEmpty { lost = error.lostTag }
                throw failure
            }
            throw unfinished(RegistryError(error), error.remaining.compactMap(\.tag))
        }
    }

    /// Deletes a tag that we made, unless somebody changed it meanwhile.
    func takeBack(_ name: TagName, _ id: ObjectID) {
        try? repository.deleteReference(RefName(name), expecting: id)
    }

    /// The message of a tag: a registration also carries the facts that the commit's files tell.
    private func message(
        _ text: String, for tag: PlannedTag, _ snapshot: RegistrySnapshot, _ receipt: inout WriteReceipt
    ) async throws(RegistryError) -> String {
        guard case .register = tag.tag.action else { return text }
        let reader = ReleaseFactsReader(self, snapshot.configuration)
        let (facts, isAbsent) = try await reader.facts(of: tag.tag.artifact, at: tag.commit)
        if isAbsent, let path = facts.path {
            receipt.notes.append("nothing is at \(path) in commit \(tag.commit.short)")
        }
        return try MessageTrailers.compose(message: text, facts: facts)
    }
}
