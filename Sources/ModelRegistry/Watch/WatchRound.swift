import GitCommand
import GitTypes
import Glibc
import LibGit2
import RegistryCore

/// One look at a remote: list its tags, report what is odd, fetch what is new. No hook runs here.
struct WatchRound {
    let registry: Registry
    let request: WatchRequest
    let observe: @Sendable (WatchStep) -> Void

    /// What a look came to.
    struct Outcome {
        /// The events that wait for hooks.
        var waiting: Set<ObjectID> = []
        /// What decides whether they may run: where it changes, hooks that were refused are tried again.
        var rules = ""
        /// Why some tags could not be brought although others were.
        var trouble: WatchFailure?
    }

    /// How long a remote may take to list its tags.
    private static let listingTimeLimit = Duration.seconds(120)
    /// How many tags are fetched by their names. Git's work grows with the square of them, so more are fetched as all
    /// tags, of which git refuses, one by one, those that are here otherwise.
    static let mostNames = 500
    /// How often a look starts anew because a tag went between its listing and its fetch.
    private static let mostRestarts = 5

    func run() async throws(WatchFailure) -> Outcome {
        for _ in 1..<Self.mostRestarts { if let outcome = try await attempt(isLast: false) { return outcome } }
        return try await attempt(isLast: true) ?? Outcome()
    }

    /// - Returns: `nil` where the remote changed meanwhile, so that it is to be looked at again.
    private func attempt(isLast: Bool) async throws(WatchFailure) -> Outcome? {
        let session = try await open()
        let folder = try await WatchFailure.wrapping { () async throws(RegistryError) in try HookFolder(session) }
        let place = try await WatchFailure.wrapping { () async throws(RegistryError) in try self.place(session) }
        let listing = try await list(session)
        do throws(RegistryError) {
            let path = folder.listing(of: String(place.stableHash, radix: 16))
            let listed = listing.references.compactMap { reference in
                reference.name.tag.flatMap { RegistryTag($0) == nil ? nil : TagReference(name: $0, id: reference.id) }
            }
            var here = try tags(session)
            if let count = try await begin(folder, listed, here, session) { observe(.began(historyCount: count)) }
            let before = try WatchedTags(contentsOf: path)
            let comparison = TagComparison(
                listed, before: before, journal: try folder.journal.read(), here: here, mirror: session.remote,
                remote: request.remote, now: Timestamp(seconds: Int64(time(nil))))
            // Before anything is fetched: what is fetched is run by this id, or not at all.
            try await folder.journal.note(.listed, comparison.due)
            try await folder.journal.note(.seen, comparison.restored)
            try await folder.journal.note(.gone, comparison.gone)
            try await folder.journal.note(.withdrawn, comparison.withdrawn)
            comparison.findings.forEach { observe(.found($0)) }
            if comparison.watched != before { try comparison.watched.write(to: path) }
            let head = listing.references.first { $0.name == .head }?.id
            var outcome = Outcome()
            let failure = try await fetch(comparison, head: head, session)
            if let failure {
                if case .remoteRefMissing = failure.kind, !isLast { return nil }
                outcome.trouble = WatchFailure(failure, at: session.remote)
            }
            here = try tags(session)
            let missing = comparison.wanted.filter { here[$0.name] == nil }.map(\.name)
            let headHere = try session.head()
            if missing.isEmpty, head == nil || headHere == head { outcome.trouble = nil }
            let came = comparison.wanted.map(\.name).filter { here[$0] != nil }
            if !came.isEmpty { observe(.fetched(came)) }
            let references = here.map { TagReference(name: $0, id: $1) }
            outcome.waiting = Set(try folder.journal.pending(of: references).tags.map(\.id))
            outcome.rules = try rules(session)
            observe(.looked(tags: listed.count, waiting: outcome.waiting.count))
            return outcome
        } catch {
            throw WatchFailure(error)
        }
    }

    /// Opens the repository; the cache of one at a URL is made where it is not there yet.
    private func open() async throws(WatchFailure) -> RegistrySession {
        if case .remote(let url) = registry.location {
            let cache = try await WatchFailure.wrapping { () async throws(RegistryError) in
                try RemoteCache(url, registry.environment)
            }
            if !cache.isComplete {
                // Tells whether waiting would mend what is wrong, which the error of the clone does not.
                do throws(GitCommandError) {
                    _ = try await cache.git.listRemote(
                        .url(url), patterns: ["HEAD"], timeLimit: Self.listingTimeLimit)
                } catch {
                    throw WatchFailure(error, at: url)
                }
                try await WatchFailure.wrapping { () async throws(RegistryError) in try await cache.update() }
            }
        }
        return try await WatchFailure.wrapping { () async throws(RegistryError) in
            try await RegistrySession(registry.location, registry.environment, isFetching: false)
        }
    }

    private func list(_ session: RegistrySession) async throws(WatchFailure) -> RemoteListing {
        do throws(GitCommandError) {
            let patterns = ["refs/tags/*"] + (session.remote == nil ? [] : ["HEAD"])
            return try await session.git.listRemote(
                .name(session.remote == nil ? request.remote : .origin), patterns: patterns,
                timeLimit: Self.listingTimeLimit)
        } catch {
            throw WatchFailure(error, at: session.remote)
        }
    }

    /// Makes the journal at the first look ever, with all tags there are, here and there, as history.
    private func begin(
        _ folder: HookFolder, _ listed: [TagReference], _ here: [TagName: ObjectID], _ session: RegistrySession
    ) async throws(RegistryError) -> Int? {
        try folder.create()
        if folder.journal.exists { return nil }
        // A cache is brought in line with the remote; tags of a clone here stay what they are.
        let there = session.remote != nil ? listed : listed.filter { here[$0.name] == nil }
        let ours = session.remote != nil ? [] : here.map { TagReference(name: $0, id: $1) }
        return try await folder.journal.begin(with: there + ours)
    }

    /// - Returns: what git complained about.
    private func fetch(
        _ comparison: TagComparison, head: ObjectID?, _ session: RegistrySession
    ) async throws(RegistryError) -> GitCommandError? {
        let names = comparison.wanted.map(\.name)
        guard let url = session.remote else {
            if names.isEmpty { return nil }
            do throws(GitCommandError) {
                let specs =
                    names.count > Self.mostNames
                    ? [.tags] : names.compactMap { try? FetchSpec(RefName($0), to: RefName($0)) }
                try await session.git.fetch(from: .name(request.remote), specs)
                return nil
            } catch {
                return error
            }
        }
        try RegistryError.wrapping { () throws(GitError) in
            for tag in comparison.outdated {
                try session.repository.deleteReference(RefName(tag.name), expecting: tag.id)
            }
        }
        let headHere = try session.head()
        let isHeadNew = head != nil && headHere != head
        if names.isEmpty, !isHeadNew { return nil }
        return try await RemoteCache(url, registry.environment).bring(names, withHead: isHeadNew)
    }

    private func tags(_ session: RegistrySession) throws(RegistryError) -> [TagName: ObjectID] {
        let all = try RegistryError.wrapping { () throws(GitError) in try session.repository.tagReferences() }
        return Dictionary(
            all.references.lazy.filter { RegistryTag($0.name) != nil }.map { ($0.name, $0.id) },
            uniquingKeysWith: { $1 })
    }

    /// The address that is watched.
    private func place(_ session: RegistrySession) throws(RegistryError) -> String {
        if let url = session.remote { return url.secret }
        let url = try RegistryError.wrapping { () throws(GitError) in
            try session.repository.remoteURL(request.remote)
        }
        if let url { return url }
        throw RegistryError(
            .remoteUnreachable, "there is no remote '\(request.remote)' to watch",
            subject: request.remote.description,
            hints: ["git remote add \(request.remote) URL", "or name a repository: git model watch -r URL"])
    }

    /// What hooks are allowed depends on: HEAD, the file of the working tree, and the approvals.
    private func rules(_ session: RegistrySession) throws(RegistryError) -> String {
        var files = [try HookApprovals(session).folder]
        if session.remote == nil, let root = session.repository.workingDirectory {
            files.append("\(root)/.registry.yaml")
        }
        let states = files.map { path -> String in
            var status = stat()
            guard stat(path, &status) == 0 else { return "-" }
            return "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
        }
        let head = try session.head()?.description ?? "-"
        return (states + [head]).joined(separator: "\n")
    }
}
