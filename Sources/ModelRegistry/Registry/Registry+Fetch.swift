import GitTypes
public import RegistryCore

extension Registry {
    /// Brings the registry's new tags from a remote; none that is here is changed or deleted.
    ///
    /// Tags that the remote moved or deleted are in ``FetchReceipt/failure``.
    /// - Throws: ``RegistryError`` where nothing could be fetched: ``ErrorCode/remoteUnreachable``, ``ErrorCode/refLocked``
    ///   and the like.
    public func fetch(_ request: FetchRequest = FetchRequest()) async throws(RegistryError) -> FetchReceipt {
        if case .remote(let url) = location {
            throw RegistryError(
                .invalidArguments, "a repository at a URL has no tags here that others could be fetched beside",
                subject: url.description, hints: ["run git model fetch in a clone, without -r"])
        }
        let session = try await RegistrySession(location, environment, isFetching: false)
        try session.refuseInsideHook()
        return try await session.whileLocked(isDryRun: request.isDryRun) { () async throws(RegistryError) in
            try await session.fetch(request)
        }
    }
}
