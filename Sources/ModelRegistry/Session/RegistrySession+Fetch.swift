import GitCommand
import GitTypes
import Glibc
import LibGit2
import RegistryCore

extension RegistrySession {
    /// Brings the registry tags of a remote that are new, each under its own name, and changes none that is here.
    func fetch(_ request: FetchRequest) async throws(RegistryError) -> FetchReceipt {
        try requireRemote(request.remote, use: "fetch from", hint: "name another one with --remote")
        let destination = Remote.name(request.remote)
        let listing = try await RegistryError.wrapping { () async throws(GitCommandError) in
            try await git.listRemote(destination, patterns: ["refs/tags/*"])
        }
        let there = listing.references.compactMap { reference in
            reference.name.tag.flatMap { RegistryTag($0) == nil ? nil : TagReference(name: $0, id: reference.id) }
        }
        let here = try RegistryError.wrapping { () throws(GitError) in try repository.tagReferences() }.references
        let ids = Dictionary(here.map { ($0.name, $0.id) }) { first, _ in first }
        let file = try fetchedFile(of: request.remote)
        let seen = try WatchedTags(contentsOf: file)
        let known = remember(there, seen, here: ids)

        var receipt = FetchReceipt(remote: request.remote, isDryRun: request.isDryRun)
        let missing = there.filter { ids[$0.name] == nil }
        receipt.moved = there.compactMap { tag in
            guard let id = ids[tag.name], id != tag.id else { return nil }
            return FetchReceipt.MovedTag(
                tag: tag.name, here: id, there: tag.id, firstSeen: known.tags[tag.name]?.time ?? Timestamp(seconds: 0))
        }
        let listed = Set(there.map(\.name))
        receipt.withdrawn = seen.tags.filter { !listed.contains($0.key) && ids[$0.key] == $0.value.id }
            .map { TagReference(name: $0.key, id: $0.value.id) }.sorted { $0.name.description < $1.name.description }
            .map { FetchReceipt.WithdrawnTag(tag: $0.name, id: $0.id) }
        receipt.upToDateCount = there.count - missing.count - receipt.moved.count
        if request.isDryRun {
            receipt.fetched = missing.map(\.name)
            return receipt
        }
        if !missing.isEmpty {
            let specs =
                missing.count > WatchRound.mostNames
                ? [FetchSpec.tags] : missing.compactMap { try? FetchSpec(RefName($0.name), to: RefName($0.name)) }
            do throws(GitCommandError) {
                try await git.fetch(from: destination, specs)
            } catch {
                // Those that are here otherwise are refused one by one, and reported above.
                guard case .rejected(_, .alreadyExists) = error.kind else { throw RegistryError(error) }
            }
        }
        let after = try RegistryError.wrapping { () throws(GitError) in try repository.tagReferences() }.references
        let present = Dictionary(after.map { ($0.name, $0.id) }) { first, _ in first }
        receipt.fetched = missing.filter { present[$0.name] == $0.id }.map(\.name)
        noteDifferences { $0.replace(receipt, now: Timestamp(seconds: Int64(time(nil)))) }
        if known != seen { try known.write(to: file) }
        return receipt
    }

    /// Changes what is told of remotes afterwards.
    func noteDifferences(_ change: (inout UpstreamDifferences) -> Void) {
        var differences = UpstreamDifferences(of: repository.commonDirectory)
        let before = differences
        change(&differences)
        if !differences.isEmpty {
            differences.keep(remotes: hasRemote)
        }
        if differences != before { differences.write() }
    }

    /// What the remote lists now, with the time since when; what it listed before and is still here stays known, so that
    /// it is reported until it is dealt with.
    private func remember(_ there: [TagReference], _ seen: WatchedTags, here: [TagName: ObjectID]) -> WatchedTags {
        var known = WatchedTags()
        for (name, tag) in seen.tags where here[name] == tag.id { known.tags[name] = tag }
        let now = Timestamp(seconds: Int64(time(nil)))
        for tag in there {
            let before = seen.tags[tag.name]
            known.tags[tag.name] = before?.id == tag.id ? before : WatchedTags.Seen(id: tag.id, time: now)
        }
        return known
    }

    private func fetchedFile(of remote: RemoteName) throws(RegistryError) -> String {
        let url = try RegistryError.wrapping { () throws(GitError) in try repository.remoteURL(remote) }
        return "\(repository.commonDirectory)/git-model/remotes/\(String((url ?? "").stableHash, radix: 16))"
    }
}
