import GitTypes
import LibGit2
public import RegistryCore

extension Registry {
    /// The hooks of the configuration, and whether each may run.
    /// - Throws: ``RegistryError`` where the configuration cannot be read.
    public func hooks() async throws(RegistryError) -> [HookStatus] {
        let session = try await RegistrySession(location, environment)
        return try await HookSession(session).statuses()
    }

    /// Allows hooks to run as they are now: their rules and the scripts that they name.
    /// - Parameters:
    ///   - names: which of them; all where it is empty.
    ///   - withdraws: takes the approval back instead.
    /// - Returns: the hooks that are allowed now, or are not any more.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/hookNotFound``, or ``ErrorCode/hookFailed`` where a script cannot
    ///   be run as it is.
    public func allowHooks(_ names: [String] = [], withdraws: Bool = false) async throws(RegistryError) -> [HookRule] {
        let session = try await RegistrySession(location, environment)
        let hooks = try await HookSession(session)
        let known = hooks.configuration.hooks
        for name in names where !known.contains(where: { $0.name == name }) {
            let guess = Suggestion.closest(to: name, in: known.map(\.name)).map { "did you mean '\($0)'?" }
            throw RegistryError(
                .hookNotFound, "there is no hook \(name) in \(hooks.configuration.file ?? "the configuration")",
                subject: name, hints: [guess ?? "to see the hooks: git model hooks list"])
        }
        let approvals = try HookApprovals(session)
        var changed: [HookRule] = []
        for rule in known where names.isEmpty || names.contains(rule.name) {
            if withdraws {
                if approvals.withdraw(rule) { changed.append(rule) }
            } else {
                let script = try await hooks.script(of: rule)
                try approvals.allow(rule, content: try await hooks.content(of: rule, script))
                changed.append(rule)
            }
        }
        return changed
    }

    /// What hooks did, newest first.
    /// - Parameters:
    ///   - limit: the most events.
    ///   - onlyFailed: leaves out events whose hooks are all done.
    /// - Throws: ``RegistryError`` where the ledger cannot be read.
    public func hookLog(limit: Int, onlyFailed: Bool = false) async throws(RegistryError) -> [EventRecord] {
        let session = try await RegistrySession(location, environment, isFetching: false)
        return try HookFolder(session).ledger.newest(limit) {
            !onlyFailed || $0.hooks.contains { $0.state != .done }
        }
    }

    /// What the hooks of one event did.
    /// - Parameter id: the event's id, or at least its first four digits, or the name of its tag.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/hookNotFound`` where no or more than one event is meant.
    public func hookRecord(of id: String) async throws(RegistryError) -> EventRecord {
        let session = try await RegistrySession(location, environment, isFetching: false)
        let ledger = try HookFolder(session).ledger
        let isID =
            id.utf8.count >= 4
            && id.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || 0x61...0x66 ~= $0 | 0x20 }
        let found = isID ? ledger.events(startingWith: id) : []
        if found.count > 1 {
            throw RegistryError(
                .hookNotFound, "\(found.count) events have ids that start with \(id)", subject: id,
                hints: ["give more digits of it: git model hooks log"])
        }
        if let event = found.first, let record = try ledger.record(of: event) { return record }
        if let name = try? TagName(
            id.hasPrefix(RefName.tagPrefix) ? String(id.dropFirst(RefName.tagPrefix.count)) : id),
            let tag = try RegistryError.wrapping({ () throws(GitError) in
                try session.repository.reference(RefName(name))
            }), let record = try ledger.record(of: tag)
        {
            return record
        }
        throw RegistryError(
            .hookNotFound, "no hook ran for \(id) here", subject: id, hints: ["to see what ran: git model hooks log"])
    }
}
