public import GitTypes
public import RegistryCore

extension Registry {
    /// Pushes the registry's tags that a remote does not have yet, oldest event first, each push whole or not at all.
    ///
    /// A tag that the remote holds with another id is left alone and named in the receipt.
    /// - Parameter observe: hears of each push that arrived, or in a dry run would be made.
    /// - Throws: ``RegistryError`` where nothing could be pushed: ``ErrorCode/remoteUnreachable``,
    ///   ``ErrorCode/artifactNotFound``, ``ErrorCode/insideHook``, ``ErrorCode/refLocked`` and the like. A push that was
    ///   refused, and tags that were moved, are in ``PushReceipt/failure``.
    public func push(
        _ request: PushRequest = PushRequest(), observe: ([TagName]) -> Void = { _ in }
    ) async throws(RegistryError) -> PushReceipt {
        if case .remote(let url) = location {
            throw RegistryError(
                .invalidArguments, "a repository at a URL has no tags here that could be pushed",
                subject: url.description, hints: ["run git model push in a clone, without -r"])
        }
        let session = try await RegistrySession(location, environment, isFetching: false)
        // Nobody may take back meanwhile what is pushed.
        return try await session.whileLocked(isDryRun: request.isDryRun) { () async throws(RegistryError) in
            try await session.push(request, observe: observe)
        }
    }
}
