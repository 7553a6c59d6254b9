import GitTypes
import LibGit2
public import RegistryCore

extension Registry {
    /// Runs the hooks that events call for, each once.
    ///
    /// What ran is kept in a ledger; two processes at once run a hook once. A hook whose runner was killed runs again, so
    /// that none is lost; its program is told the event's id and the attempt.
    /// - Parameter observe: hears of each hook as it starts and ends.
    /// - Throws: ``RegistryError`` where a tag carries no event, see ``event(ofTag:)``, where the configuration or the
    ///   ledger cannot be read, and with code ``ErrorCode/nestedHook`` inside a hook. The failure of a hook, and that
    ///   nobody allowed it, is in the report.
    public func trigger(
        _ request: TriggerRequest, observe: @escaping @Sendable (HookStep) -> Void = { _ in }
    ) async throws(RegistryError) -> TriggerReport {
        if let hook = environment.variables[HookInput.depthVariable], !request.isDryRun {
            throw RegistryError(
                .nestedHook, "hooks do not start hooks, and this is one: \(hook)", subject: hook,
                hints: [
                    "leave the tag: git model trigger --all-pending, watch or a Git hook runs its hooks when this one is done"
                ])
        }
        let session = try await RegistrySession(location, environment, isFetching: request.isFetching)
        let hooks = try await HookSession(session, allowsAll: request.allowsAll)
        let run = TriggerRun(registry: self, hooks: hooks, request: request, observe: observe)
        switch request.events {
        case .tags(let tags): return try await run.run(tags: tags)
        case .pending: return try await run.drain(since: nil)
        case .since(let moment): return try await run.drain(since: moment)
        }
    }
}

/// One call of `trigger`.
struct TriggerRun {
    let registry: Registry
    let hooks: HookSession
    let request: TriggerRequest
    let observe: @Sendable (HookStep) -> Void

    /// Runs the hooks of tags that a person names.
    func run(tags: [String]) async throws(RegistryError) -> TriggerReport {
        var report = TriggerReport()
        for tag in tags {
            let checked = try await hooks.registry.check(tag, hooks.configuration)
            report.events.append(try await run(checked))
            if report.failure != nil { break }
        }
        return report
    }

    /// Runs the hooks of all events that wait, and of those that come meanwhile.
    ///
    /// One process at a time does so. A further one waits for it, since it may have looked before the newest tag came;
    /// where one waits already, that one will see it.
    func drain(since moment: Timestamp?) async throws(RegistryError) -> TriggerReport {
        var report = TriggerReport()
        if request.isDryRun {
            for event in try await waiting(since: moment, &report) {
                report.events.append(try await run(event))
            }
            return report
        }
        try hooks.folder.create()
        report.historyCount = try await hooks.folder.journal.begin(
            with: try references(), exceptCutShort: hooks.folder.ledger)
        var place = try hooks.folder.locks.attempt("drain waiting")
        if place == nil {
            report.isLeftToAnother = true
            return report
        }
        let drain = try await hooks.folder.locks.take("drain") {
            registry.environment.announce("another git model runs the hooks that wait: waiting for it")
        }
        place = nil
        defer { withExtendedLifetime((drain, place)) {} }
        hooks.folder.removeLeftovers()
        var seen: Set<ObjectID> = []
        while !Task.isCancelled {
            // We may have waited, or hooks run, for hours: the rules and the repository are looked at anew.
            let now = try await Self.opened(registry, request, observe)
            let events = try await now.waiting(since: moment, &report).filter { seen.insert($0.id).inserted }
            if events.isEmpty { break }
            report.events += try await now.run(events)
        }
        return report
    }

    /// The same call by a repository handle and rules of this moment. Nothing is fetched.
    private static func opened(
        _ registry: Registry, _ request: TriggerRequest, _ observe: @escaping @Sendable (HookStep) -> Void
    ) async throws(RegistryError) -> TriggerRun {
        let session = try await RegistrySession(registry.location, registry.environment, isFetching: false)
        let hooks = try await HookSession(session, allowsAll: request.allowsAll)
        return TriggerRun(registry: registry, hooks: hooks, request: request, observe: observe)
    }

    private func references() throws(RegistryError) -> TagReferences {
        try RegistryError.wrapping { () throws(GitError) in try hooks.registry.repository.tagReferences() }.references
    }

    /// The events that wait, in their order.
    private func waiting(
        since moment: Timestamp?, _ report: inout TriggerReport
    ) async throws(RegistryError) -> [RegistryEvent] {
        let references = try references()
        let pending = try hooks.folder.journal.pending(of: references, includesHistory: moment != nil)
        report.findings = pending.moved.map { .movedTag($0.tag.name, from: $0.known, to: $0.tag.id) }
        if pending.tags.isEmpty { return [] }
        let wanted = Dictionary(uniqueKeysWithValues: pending.tags.map { ($0.name, $0.id) })
        let artifacts = Set(pending.tags.compactMap { RegistryTag($0.name)?.artifact })
        let records = try TagReader(hooks.registry.repository).records(of: artifacts, among: references)
        let events = RegistryState(records).eventsInOrder.filter {
            wanted[$0.ref] == $0.id && $0.tag == $0.ref
        }
        let found = Set(events.map(\.ref))
        let odd = pending.tags.filter { !found.contains($0.name) }
        if !request.isDryRun { try await hooks.folder.journal.note(.seen, odd) }
        report.findings += odd.map { .noEvent($0.name) }
        guard let moment else { return events }
        return events.filter { $0.time.seconds >= moment.seconds }
    }

    /// Runs the hooks of several events: one after the other, or those of several artifacts side by side.
    private func run(_ events: [RegistryEvent]) async throws(RegistryError) -> [TriggerReport.Event] {
        if request.jobs <= 1 {
            var reports: [TriggerReport.Event] = []
            for event in events where !Task.isCancelled {
                // A hook before this one may have taken hours.
                let now = try await Self.opened(registry, request, observe)
                reports.append(try await now.run(event))
            }
            return reports
        }
        var groups: [[RegistryEvent]] = []
        var positions: [ArtifactName: Int] = [:]
        for event in events {
            if let position = positions[event.artifact] {
                groups[position].append(event)
            } else {
                positions[event.artifact] = groups.count
                groups.append([event])
            }
        }
        let (registry, request, observe) = (registry, request, observe)
        let results = await concurrently(groups, limit: request.jobs) { group in
            await Self.runInOwnSession(group, registry, request, observe)
        }
        var reports: [TriggerReport.Event] = []
        for result in results { reports += try result.get() }
        return reports
    }

    /// Runs the hooks of one artifact's events in their order, by a repository handle of their own.
    private static func runInOwnSession(
        _ events: [RegistryEvent], _ registry: Registry, _ request: TriggerRequest,
        _ observe: @escaping @Sendable (HookStep) -> Void
    ) async -> Result<[TriggerReport.Event], RegistryError> {
        do throws(RegistryError) {
            var reports: [TriggerReport.Event] = []
            for event in events where !Task.isCancelled {
                reports.append(try await opened(registry, request, observe).run(event))
            }
            return .success(reports)
        } catch {
            return .failure(error)
        }
    }

    private func run(_ event: RegistryEvent) async throws(RegistryError) -> TriggerReport.Event {
        try await run(try await hooks.registry.described(event, hooks.configuration))
    }

    private func run(_ checked: CheckedEvent) async throws(RegistryError) -> TriggerReport.Event {
        if request.isDryRun { return try plan(checked) }
        let runner = EventRunner(hooks: hooks, runsAgain: request.runsAgain, observe: observe)
        return try await runner.run(checked)
    }

    /// Names the hooks that would run.
    private func plan(_ checked: CheckedEvent) throws(RegistryError) -> TriggerReport.Event {
        let event = checked.event
        var report = TriggerReport.Event(event: event, payload: HookInput(checked, hooks.registry).event)
        let record = try hooks.folder.ledger.record(of: event.id)
        for rule in hooks.rules(for: checked) {
            if let done = record?[rule.name], done.state == .done, !request.runsAgain {
                report.doneBefore.append(done)
                observe(.skipped(done, event))
            } else {
                report.planned.append(rule)
                observe(.planned(rule, event))
            }
        }
        return report
    }
}

extension Finding {
    /// A tag that is another object than the one whose hooks ran.
    static func movedTag(_ name: TagName, from old: ObjectID, to new: ObjectID) -> Finding {
        Finding(
            .movedTag, subject: name.description,
            message: "tag \(name) was \(old.short) and is \(new.short) now; its hooks are not run for it",
            hint: "if that is meant: git model trigger \(name.shellQuoted)")
    }

    fileprivate static func noEvent(_ name: TagName) -> Finding {
        Finding(
            .unreadableTag, subject: name.description, message: "tag \(name) carries no event, so no hook runs for it",
            hint: "see why: git model check-ref \(name.shellQuoted)")
    }
}
