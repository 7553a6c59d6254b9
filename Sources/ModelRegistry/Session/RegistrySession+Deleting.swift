import GitCommand
import GitTypes
import LibGit2
import RegistryCore

extension RegistrySession {
    /// Deletes tags, at the remote first: what it refuses to delete stays here too. What it does not have any more, as
    /// after a push whose outcome nobody knew, is deleted here alone.
    ///
    /// Where they go out in several pushes the newest go first, so that each moment between is one that the registry has
    /// been in, and the same command finds the rest.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/tagExists`` where the remote has another tag of that name.
    func delete(
        _ names: [TagName], _ destination: Remote?, _ mode: PushMode, _ receipt: inout WriteReceipt
    ) async throws(RegistryError) {
        var present: [TagReference] = []
        for name in names {
            let id = try RegistryError.wrapping { () throws(GitError) in try repository.reference(RefName(name)) }
            if let id { present.append(TagReference(name: name, id: id)) }
        }
        if let destination {
            let published = try await held(present, by: destination)
            if let warning = mode.warning(count: published.count) { receipt.warnings.append(warning) }
            try await deletePublished(published.reversed(), destination, mode)
            receipt.deletedAtRemote = published.map(\.name)
        }
        try await deleteHere(present)
    }

    private func deleteHere(_ tags: [TagReference]) async throws(RegistryError) {
        try await RegistryError.wrapping { () async throws(GitCommandError) in
            try await git.deleteReferences(tags.map { (RefName($0.name), $0.id) })
        }
    }

    /// The tags that the remote has too.
    private func held(
        _ tags: [TagReference], by destination: Remote
    ) async throws(RegistryError) -> [TagReference] {
        let listing = try await RegistryError.wrapping { () async throws(GitCommandError) in
            try await git.listRemote(destination, patterns: tags.map { RefName($0.name).description })
        }
        let ids = Dictionary(listing.references.map { ($0.name, $0.id) }) { first, _ in first }
        for tag in tags {
            if let id = ids[RefName(tag.name)], id != tag.id { throw Self.isAnother(tag.name, at: destination) }
        }
        return tags.filter { ids[RefName($0.name)] != nil }
    }

    private func deletePublished(
        _ tags: [TagReference], _ destination: Remote, _ mode: PushMode
    ) async throws(RegistryError) {
        let deletions = tags.map { RefUpdate.deletion(of: RefName($0.name), expecting: $0.id) }
        do throws(PublicationFailure) {
            _ = try await Publication(deletions, to: destination, mode, git).run()
        } catch {
            // What is gone there goes here too.
            let gone = Set(error.published)
            try await deleteHere(tags.filter { gone.contains(RefName($0.name)) })
            if case .rejected(let reference, .changed) = error.error.kind, let name = reference.tag {
                throw Self.isAnother(name, at: destination, outcome: error.outcome)
            }
            let plain = RegistryError(error)
            guard error.error.kind == .outcomeUnknown else { throw plain }
            throw RegistryError(
                plain.code, plain.message, subject: plain.subject,
                hints: [
                    remote == nil
                        ? "run the same command again: it completes what was begun"
                        : "look with git model show -r, and run the same command again if it did not arrive"
                ], underlying: plain.underlying)
        }
    }

    private static func isAnother(
        _ name: TagName, at destination: Remote, outcome: String? = nil
    ) -> RegistryError {
        RegistryError(
            .tagExists,
            "\(destination) has another tag \(name) than this repository; "
                + (outcome ?? "nothing was deleted, there or here"),
            subject: RefName(name).description,
            hints: [
                "to take over the one there: git fetch --force \(destination.description.shellQuoted) "
                    + "'refs/tags/\(name):refs/tags/\(name)'"
            ])
    }
}
