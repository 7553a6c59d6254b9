import GitCommand
import GitTypes
import LibGit2
import RegistryCore

extension RegistrySession {
    /// Pushes the registry's tags that the remote does not have, oldest event first.
    /// - Parameter observe: hears of each push that arrived, or in a dry run would be made.
    func push(
        _ request: PushRequest, observe: ([TagName]) -> Void
    ) async throws(RegistryError) -> PushReceipt {
        try refuseInsideHook()
        try requireRemote(request.remote, hint: "name another one with --remote")
        let state = try await snapshot().state
        let destination = Remote.name(request.remote)
        let tags = try Self.tags(request.selectors, state)
        let there = try await ids(at: destination)
        let missing = tags.filter { there[RefName($0.name)] == nil }
        let moved = tags.compactMap { tag -> PushReceipt.MovedTag? in
            guard let id = there[RefName(tag.name)], id != tag.id else { return nil }
            return PushReceipt.MovedTag(tag: tag.name, here: tag.id, there: id)
        }
        var receipt = PushReceipt(
            remote: destination.description, moved: moved,
            upToDateCount: tags.count - missing.count - moved.count, isDryRun: request.isDryRun)
        if let warning = request.mode.warning(count: missing.count) { receipt.warnings.append(warning) }
        receipt.failure = Self.failure(of: moved, at: destination)
        if request.isDryRun {
            receipt.pushes = request.mode.parts(of: missing.map(\.name))
            receipt.pushes.forEach(observe)
            return receipt
        }
        let updates = missing.map { RefUpdate(source: $0.id, destination: RefName($0.name)) }
        do throws(PublicationFailure) {
            _ = try await Publication(updates, to: destination, request.mode, git).run { part in
                let names = part.compactMap(\.destination.tag)
                receipt.pushes.append(names)
                observe(names)
            }
        } catch {
            receipt.failure = RegistryError(error)
        }
        let published = Set(receipt.pushes.joined())
        noteDifferences { differences in
            differences.keep { difference in
                difference.remote != request.remote
                    || !published.contains(difference.tag) && there[RefName(difference.tag)] != difference.here
            }
        }
        return receipt
    }

    /// Whether the configuration has a remote of that name.
    func hasRemote(_ name: RemoteName) -> Bool { (try? repository.remoteURL(name)) != nil }

    /// - Throws: ``RegistryError`` with code ``ErrorCode/remoteUnreachable`` where there is no such remote.
    func requireRemote(_ name: RemoteName, use: String = "push to", hint: String) throws(RegistryError) {
        if hasRemote(name) { return }
        throw RegistryError(
            .remoteUnreachable, "there is no remote '\(name)' to \(use)", subject: name.description,
            hints: ["git remote add \(name) URL", hint])
    }

    /// The tags of the events that selectors mean, oldest first, each once.
    private static func tags(_ selectors: [Selector], _ state: RegistryState) throws(RegistryError) -> [TagReference] {
        var wanted: Set<TagName>?
        for selector in selectors {
            let events = try state.history(of: selector)
            if events.isEmpty, selector.target != .artifact { throw state.nothingHappened(to: selector) }
            wanted = (wanted ?? []).union(events.map(\.ref))
        }
        var seen: Set<TagName> = []
        return state.eventsInOrder.compactMap { event in
            guard wanted?.contains(event.ref) != false, seen.insert(event.ref).inserted else { return nil }
            return TagReference(name: event.ref, id: event.id)
        }
    }

    private func ids(at destination: Remote) async throws(RegistryError) -> [RefName: ObjectID] {
        let listing = try await RegistryError.wrapping { () async throws(GitCommandError) in
            try await git.listRemote(destination, patterns: ["refs/tags/*"])
        }
        return Dictionary(listing.references.map { ($0.name, $0.id) }) { first, _ in first }
    }

    private static func failure(of moved: [PushReceipt.MovedTag], at destination: Remote) -> RegistryError? {
        guard let first = moved.first else { return nil }
        let ref = RefName(first.tag).description
        let ids = "\(first.there.short) there, \(first.here.short) here"
        let rest = moved.count > 1 ? "; so are \(moved.count - 1) more" : ""
        return RegistryError(
            .tagMoved, "tag \(first.tag) is another one at \(destination) (\(ids)), so it was not pushed\(rest)",
            subject: ref,
            hints: [
                "to take over the one there: git fetch --force \(destination) "
                    + "\("\(ref):\(ref)".shellQuoted)",
                "to see the one here: git show \(ref.shellQuoted)",
            ])
    }
}
