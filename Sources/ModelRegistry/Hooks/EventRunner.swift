import GitTypes
import Glibc
import LibGit2
import RegistryCore

/// Runs the hooks of one event, each once: whoever else runs them is waited for, and what is done stays done.
struct EventRunner {
    let hooks: HookSession
    let runsAgain: Bool
    let observe: @Sendable (HookStep) -> Void

    /// Runs the hooks in the file's order; the first that fails for good stops the rest.
    ///
    /// - Returns: what was done; a failure is in it. Only what keeps the ledger from being written is thrown.
    func run(_ checked: CheckedEvent) async throws(RegistryError) -> TriggerReport.Event {
        let event = checked.event
        var input = HookInput(checked, hooks.registry)
        var report = TriggerReport.Event(event: event, payload: input.event)
        let tag = TagReference(name: event.ref, id: event.id)
        let rules = hooks.rules(for: checked)
        guard !rules.isEmpty else {
            try await hooks.folder.journal.note(.done, [tag])
            return report
        }
        try hooks.folder.create()
        let lock = try await hooks.folder.locks.take("event \(event.id)") {
            hooks.registry.environment.announce("another git model runs the hooks of \(event.ref): waiting for it")
        }
        defer { withExtendedLifetime(lock) {} }
        var record = try hooks.folder.ledger.record(of: event.id) ?? EventRecord(event)
        let work = hooks.folder.work(of: event.id)
        defer { LocalFolder.remove(work) }
        do throws(RegistryError) {
            // All of them first: an event's hooks run whole, or not at all.
            for rule in rules { try await hooks.checkAllowed(rule, try await hooks.script(of: rule)) }
            for rule in rules {
                if let done = record[rule.name], done.state == .done, !runsAgain {
                    report.doneBefore.append(done)
                    observe(.skipped(done, event))
                    continue
                }
                // From here on it waits, whatever becomes of us.
                if report.runs.isEmpty { try await hooks.folder.journal.note(.listed, [tag]) }
                let run = try await attempts(of: rule, event, &record) { number async throws(RegistryError) in
                    // Locks, pauses and downloads take their time: what runs now must be what was allowed.
                    let script = try await hooks.script(of: rule)
                    try await hooks.checkAllowed(rule, script)
                    let action = try action(of: rule, script, work)
                    // Fetching is part of the attempt: what fails there may pass as well.
                    if rule.downloads, input.download == nil {
                        input.download = try await download(checked, rule, into: work)
                    }
                    return try await action.run(input, attempt: number)
                }
                report.runs.append(run)
                guard run.isSuccess else { throw failure(of: run, event) }
            }
        } catch {
            report.failure = error
            observe(.failed(error, event))
            // What never ran stays waiting: for an approval, or for the end of an interruption.
            if record.hooks.contains(where: { $0.state == .failed }) {
                try await hooks.folder.journal.note(.failed, [tag])
            }
            return report
        }
        try await hooks.folder.journal.note(.done, [tag])
        return report
    }

    /// Tries a hook until it succeeds or its retries are used up.
    private func attempts(
        of rule: HookRule, _ event: RegistryEvent, _ record: inout EventRecord,
        _ attempt: (_ number: Int) async throws(RegistryError) -> HookRun
    ) async throws(RegistryError) -> HookRun {
        var lock: KeyLocks.Held?
        switch rule.concurrency {
        case .artifact: lock = try await hooks.folder.locks.take("artifact \(event.artifact)")
        case .hook: lock = try await hooks.folder.locks.take("hook \(rule.name)")
        case .unlimited: break
        }
        defer { withExtendedLifetime(lock) {} }
        var retry = 0
        while true {
            let before = record[rule.name]
            // We hold the event's lock, so whoever ran it is gone.
            let isCutShort = retry == 0 && (before?.state == .running || before?.state == .interrupted)
            if isCutShort { await waitForEarlierRun(of: rule, event) }
            observe(.started(rule, event, isAfterInterruption: isCutShort))
            let number = (before?.attempts ?? 0) + 1
            record[rule.name] = HookRecord(hook: rule.name, state: .running, started: .now, attempts: number)
            try hooks.folder.ledger.write(record)
            var run: HookRun
            do throws(RegistryError) {
                run = try await attempt(number)
            } catch let error {
                // It could not even be started; what stands in the way may pass as well as anything else.
                if Task.isCancelled {
                    record[rule.name]?.end(.interrupted, "interrupted", nil)
                    try hooks.folder.ledger.write(record)
                    throw error
                }
                run = HookRun(
                    rule: rule, outcome: error.message, isSuccess: false, exitStatus: nil, milliseconds: 0, output: "",
                    droppedBytes: 0)
                if retry >= rule.retries {
                    record[rule.name]?.end(.failed, error.message, run)
                    try hooks.folder.ledger.write(record)
                    throw error
                }
            }
            run.attempt = number
            let isLast = run.isSuccess || retry >= rule.retries
            record[rule.name]?.end(run.isSuccess ? .done : isLast ? .failed : .running, run.outcome, run)
            try hooks.folder.ledger.write(record)
            observe(.finished(run, event))
            if isLast { return run }
            retry += 1
            let pause = rule.pause(beforeRetry: retry)
            observe(.retrying(rule, event, after: pause))
            do { try await Task.sleep(for: .seconds(pause)) } catch {
                record[rule.name]?.end(.interrupted, "interrupted before a retry", run)
                try hooks.folder.ledger.write(record)
                throw RegistryError(
                    .hookFailed, "hook \(rule.name) was interrupted", subject: rule.name,
                    hints: ["git model trigger \(event.ref.shellQuoted)"])
            }
        }
    }

    /// A hook lives on when its runner is killed. A second run must not stand beside it: it is waited for as long as it had
    /// been allowed to take, and then ended. How it ended is not known.
    private func waitForEarlierRun(of rule: HookRule, _ event: RegistryEvent) async {
        let marks = HookInput.marks(of: rule, event, hooks.registry)
        let deadline = ContinuousClock.now + .seconds(rule.timeLimit)
        var isTold = false
        while !Task.isCancelled {
            let processes = LeftBehind.processes(with: marks)
            guard let first = processes.first else { return }
            if !isTold {
                hooks.registry.environment.announce(
                    "an earlier run of hook \(rule.name) is still at work, process \(first): waiting for it")
            }
            isTold = true
            if ContinuousClock.now > deadline { processes.forEach { $0.end() } }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    private func failure(of run: HookRun, _ event: RegistryEvent) -> RegistryError {
        let times = run.rule.retries > 0 ? " (attempt \(run.attempt))" : ""
        return RegistryError(
            .hookFailed, "hook \(run.rule.name) failed for \(event.ref): \(run.outcome)\(times)",
            subject: run.rule.name,
            hints: ["mend the cause and run again: git model trigger \(event.ref.shellQuoted)"])
    }

    /// Brings the artifact for a hook that wants it.
    private func download(
        _ checked: CheckedEvent, _ rule: HookRule, into work: String
    ) async throws(RegistryError) -> String {
        let event = checked.event
        guard let version = event.version else {
            throw RegistryError(
                .hookFailed, "hook \(rule.name) wants the artifact, and a deprecation is about no version",
                subject: rule.name, hints: ["take 'deprecated' out of its 'on', or 'download' out of it"])
        }
        let folder = "\(work)/download"
        try LocalFolder.create(folder, mode: 0o700, advice: "check the permissions of the repository's folder")
        var request = DownloadRequest()
        request.output = folder
        // An unassignment is about a version that may be withdrawn by now.
        request.isForced = true
        let selector = try Selector("\(event.artifact)@\(version)")
        do throws(RegistryError) {
            return try await hooks.registry.download(selector, request).target
        } catch {
            throw RegistryError(
                error.code, "the artifact for hook \(rule.name) could not be fetched: \(error.message)",
                subject: error.subject, hints: error.hints, underlying: error.underlying)
        }
    }
}

extension EventRunner {
    /// A hook that is ready to run.
    private enum Action {
        case program(HookProgram)
        case webhook(WebhookSender)

        func run(_ input: HookInput, attempt: Int) async throws(RegistryError) -> HookRun {
            switch self {
            case .program(let program): try await program.run(input, attempt: attempt)
            case .webhook(let sender): try await sender.run(input, attempt: attempt)
            }
        }
    }

    private func action(of rule: HookRule, _ script: HookScript?, _ work: String) throws(RegistryError) -> Action {
        let variables = hooks.registry.environment.variables
        switch rule.action {
        case .webhook(let webhook):
            return .webhook(WebhookSender(rule: rule, webhook: webhook, environment: variables))
        case .program(var command):
            if let file = script?.file {
                command[0] = file
            } else if let script {
                command[0] = try Self.unpack(script, into: work)
            }
            return .program(
                HookProgram(rule: rule, command: command, folder: try folder(of: rule, work), environment: variables))
        }
    }

    /// The folder that a hook starts in: of the working tree, or without one a new and empty one.
    private func folder(of rule: HookRule, _ work: String) throws(RegistryError) -> String {
        if let folder = rule.workingFolder, folder.hasPrefix("/") { return folder }
        if hooks.registry.remote == nil, let root = hooks.registry.repository.workingDirectory {
            return rule.workingFolder.map { "\(root)/\($0)" } ?? root
        }
        if rule.workingFolder != nil {
            throw RegistryError(
                .hookFailed, "hook \(rule.name) starts in a folder of the repository, and there is no working tree",
                subject: rule.name, hints: ["give an absolute path as 'workdir', or leave it out for an empty folder"])
        }
        let folder = "\(work)/here"
        try LocalFolder.create(folder, mode: 0o700, advice: "check the permissions of the repository's folder")
        return folder
    }

    private static func unpack(_ script: HookScript, into work: String) throws(RegistryError) -> String {
        let folder = "\(work)/script"
        try LocalFolder.create(folder, mode: 0o700, advice: "check the permissions of the repository's folder")
        let path = "\(folder)/\(script.name.split(separator: "/").last ?? "script")"
        unlink(path)
        try RegistrySession.replaceFile(path, script.bytes, shown: path)
        if chmod(path, 0o700) != 0 {
            throw RegistryError(
                .inputOutput, "cannot make \(path) executable: \(String(cString: strerror(errno)).lowercased())",
                subject: path, hints: ["check the file system of the repository"])
        }
        return path
    }
}

extension HookRecord {
    /// The most bytes of a run's output that the ledger keeps.
    private static let keptOutput = 4096

    /// A record of an attempt that starts.
    init(hook: String, state: State, started: Timestamp, attempts: Int) {
        self.hook = hook
        self.state = state
        self.started = started
        self.attempts = attempts
    }

    mutating func end(_ state: State, _ outcome: String, _ run: HookRun?) {
        self.state = state
        self.outcome = outcome
        ended = .now
        exitStatus = run?.exitStatus
        milliseconds = run?.milliseconds ?? 0
        var kept = run?.output ?? ""
        if kept.utf8.count > Self.keptOutput {
            kept = "…" + String(decoding: kept.utf8.suffix(Self.keptOutput), as: UTF8.self)
        }
        output = kept
    }
}

extension Timestamp {
    /// The time of the system's clock, in UTC.
    fileprivate static var now: Timestamp { Timestamp(seconds: Int64(time(nil))) }
}
