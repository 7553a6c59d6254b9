import GitCommand
import GitTypes
import LibGit2
import RegistryCore

extension RegistrySession {
    /// Deletes tags, at the remote first: what it refuses to delete stays here too. What it does not have any more, as
    /// after a push whose outcome nobody knew, is deleted here alone.
    /// - Returns: the tags that were deleted at the remote.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/tagExists`` where the remote has another tag of that name.
    func delete(_ names: [TagName], _ destination: Remote?) async throws(RegistryError) -> [TagName] {
        var present: [(name: TagName, id: ObjectID)] = []
        for name in names {
            let id = try RegistryError.wrapping { () throws(GitError) in try repository.reference(RefName(name)) }
            if let id { present.append((name, id)) }
        }
        var published: [(name: TagName, id: ObjectID)] = []
        if let destination {
            published = try await held(present, by: destination)
            try await deletePublished(published, destination)
        }
        let references = present.map { (RefName($0.name), $0.id) }
        try await RegistryError.wrapping { () async throws(GitCommandError) in
            try await git.deleteReferences(references)
        }
        return published.map(\.name)
    }

    /// The tags that the remote has too.
    private func held(
        _ tags: [(name: TagName, id: ObjectID)], by destination: Remote
    ) async throws(RegistryError) -> [(name: TagName, id: ObjectID)] {
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
        _ tags: [(name: TagName, id: ObjectID)], _ destination: Remote
    ) async throws(RegistryError) {
        do throws(GitCommandError) {
            _ = try await git.push(
                to: destination, tags.map { RefUpdate.deletion(of: RefName($0.name), expecting: $0.id) },
                isAtomic: tags.count > 1)
        } catch {
            if case .rejected(let reference, .changed) = error.kind, let name = reference.tag {
                throw Self.isAnother(name, at: destination)
            }
            let plain = RegistryError(error)
            guard error.kind == .outcomeUnknown else { throw plain }
            throw RegistryError(
                plain.code, plain.message, subject: plain.subject,
                hints: [
                    remote == nil
                        ? "run the same command again: it completes what was begun"
                        : "look with git model show -r, and run the same command again if it did not arrive"
                ], underlying: plain.underlying)
        }
    }

    private static func isAnother(_ name: TagName, at destination: Remote) -> RegistryError {
        RegistryError(
            .tagExists,
            "\(destination) has another tag \(name) than this repository; nothing was deleted, there or here",
            subject: RefName(name).description,
            hints: [
                "to take over the one there: git fetch --force \(destination.description.shellQuoted) "
                    + "'refs/tags/\(name):refs/tags/\(name)'"
            ])
    }
}
