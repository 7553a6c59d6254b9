import GitCommand
import GitTypes
import LibGit2
import RegistryCore

extension RegistrySession {
    /// Whether git has to be asked for `tag.gpgSign`: libgit2 does not read these settings, and a signature that was asked
    /// for must not be left out.
    func asksForSigning(_ request: WriteRequest) -> Bool {
        let unread = ["GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"]
        return request.signs == nil && unread.contains { environment.variables[$0] != nil }
    }

    /// Whether the tags are signed.
    func signs(_ request: WriteRequest, _ tagger: Tagger) throws(RegistryError) -> Bool {
        if let signs = request.signs { return signs }
        if asksForSigning(request) { return try tagger.signs() ?? false }
        return try RegistryError.wrapping { () throws(GitError) in
            try repository.configurationBool("tag.gpgsign") ?? false
        }
    }

    /// Stores the objects and makes their refs, of which none may exist.
    /// - Parameter onStore: hears of the ids before there are refs.
    func createUnsigned(
        _ objects: [TagObject], onStore: ([ObjectID]) -> Void
    ) async throws(RegistryError) -> [ObjectID] {
        var attempt = 1
        while true {
            let ids = try store(objects)
            onStore(ids)
            do throws(RegistryError) { try await createReferences(objects, ids) } catch {
                // `git gc --prune=now` took an object before a ref held it.
                let isPruned = error.code == .damagedRepository && ids.contains { $0.description == error.subject }
                guard isPruned, attempt < Self.attemptLimit else { throw error }
                attempt += 1
                continue
            }
            // It may also have taken them after we looked. Now that refs hold them it leaves them alone.
            do throws(RegistryError) {
                _ = try store(objects)
                // One that listed the refs before ours were made deletes a moment later.
                for _ in 0..<10 where repository.isBeingCollected {
                    try? await Task.sleep(for: .milliseconds(50))
                    _ = try store(objects)
                }
            } catch {
                for (object, id) in zip(objects, ids) { takeBack(object.name, id) }
                throw error
            }
            return ids
        }
    }

    private func createReferences(_ objects: [TagObject], _ ids: [ObjectID]) async throws(RegistryError) {
        if objects.count == 1, !repository.hasManyPackedReferences {
            do throws(GitError) {
                return try repository.createReference(
                    RefName(objects[0].name), ids[0], logMessage: objects[0].subject)
            } catch {
                let error = RegistryError(error)
                // The folder could not be flushed after the ref was in its place.
                throw error.code.exitStatus == ErrorCode.inputOutput.exitStatus ? undone(objects, ids, error) : error
            }
        }
        do throws(GitCommandError) {
            try await git.createReferences(zip(objects, ids).map { (RefName($0.name), $1) })
        } catch {
            // Git gives the refs their places one after the other, and may have been ended in between. Where it refused
            // there are none of ours, but there may be the very same ones of somebody else.
            let isEnded = [.failed, .timedOut, .cancelled].contains(error.kind)
            throw isEnded ? undone(objects, ids, RegistryError(error)) : RegistryError(error)
        }
        try flushFolders(objects, ids)
    }

    /// Brings the folders of tags that git made to the disk, or takes the tags back.
    private func flushFolders(_ objects: [TagObject], _ ids: [ObjectID]) throws(RegistryError) {
        do throws(GitError) {
            try repository.flushFolders(of: objects.map { RefName($0.name) }, ids)
        } catch {
            throw undone(objects, ids, RegistryError(error))
        }
    }

    private func undone(_ objects: [TagObject], _ ids: [ObjectID], _ error: RegistryError) -> RegistryError {
        undone(zip(objects, ids).map { TagReference(name: $0.name, id: $1) }, error)
    }

    /// Takes back what was made before an error.
    /// - Returns: the error, or what it comes to where that is not possible either.
    func undone(_ tags: [TagReference], _ error: RegistryError) -> RegistryError {
        for tag in tags { takeBack(tag.name, tag.id) }
        guard let first = tags.first(where: { (try? repository.reference(RefName($0.name))) == $0.id }) else {
            return error
        }
        return RegistryError(
            .outcomeUnknown, "\(error.message); tag \(first.name) was made here and could not be taken back",
            subject: RefName(first.name).description,
            hints: [
                "to see it: git show \(first.name.shellQuoted)", "to delete it: git tag -d \(first.name.shellQuoted)",
            ], underlying: error.underlying)
    }

    /// Stores what is not there yet.
    private func store(_ objects: [TagObject]) throws(RegistryError) -> [ObjectID] {
        var ids: [ObjectID] = []
        for object in objects {
            ids.append(try RegistryError.wrapping { () throws(GitError) in try repository.write(object) })
        }
        return ids
    }

    /// The same with signatures, one by one; what was made before one fails is taken back.
    func createSigned(_ objects: [TagObject]) async throws(RegistryError) -> [ObjectID] {
        var ids: [ObjectID] = []
        do throws(GitCommandError) {
            for object in objects { ids.append(try await git.createSignedTag(object)) }
        } catch {
            for (object, id) in zip(objects, ids) { takeBack(object.name, id) }
            throw RegistryError(error)
        }
        try flushFolders(objects, ids)
        return ids
    }
}

extension TagObject {
    /// The first line of the message.
    fileprivate var subject: String { String(message.prefix { $0 != "\n" }) }
}
