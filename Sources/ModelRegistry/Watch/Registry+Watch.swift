import GitTypes
public import RegistryCore

extension Registry {
    /// Looks at a remote again and again, fetches the tags that are new, and has the hooks that they call for run.
    ///
    /// Ends when the task is cancelled, after the program that runs hooks has ended too.
    /// - Parameter observe: hears what happens.
    /// - Throws: ``RegistryError`` where the first look fails for a reason that waiting does not mend, with
    ///   ``WatchRequest/isOnce`` where it fails at all; with code ``ErrorCode/alreadyRunning`` where another one watches the
    ///   same repository, and with code ``ErrorCode/nestedHook`` inside a hook.
    public func watch(
        _ request: WatchRequest, observe: @escaping @Sendable (WatchStep) -> Void = { _ in }
    ) async throws(RegistryError) -> WatchReport {
        if let hook = environment.variables[HookInput.depthVariable] {
            throw RegistryError(
                .nestedHook, "hooks do not start hooks, and this is one: \(hook)", subject: hook,
                hints: ["start the watch from a service manager: Examples/watch"])
        }
        let lock = try await watchLock()
        defer { withExtendedLifetime(lock) {} }
        let round = WatchRound(registry: self, request: request, observe: observe)
        let drain = DrainProcess(request, environment: environment.variables, observe: observe)
        var backOff = BackOff(request.interval)
        var hasLooked = false
        var failure: WatchFailure?
        while !Task.isCancelled {
            do throws(WatchFailure) {
                let outcome = try await round.run()
                await drain.run(outcome, pause: request.interval)
                failure = outcome.trouble
                hasLooked = true
            } catch {
                failure = error
                if error.isLasting, !hasLooked { break }
            }
            if request.isOnce || Task.isCancelled { break }
            if let failure {
                let isFirst = !backOff.isLost
                let pause = backOff.next()
                if isFirst { observe(.lost(failure.error, retryAfter: pause)) }
            } else if backOff.isLost {
                backOff.reset()
                observe(.back)
            }
            try? await Task.sleep(for: backOff.pause)
        }
        await drain.finish()
        if let failure, !Task.isCancelled { throw failure.error }
        return WatchReport(status: await drain.status)
    }

    /// The lock of the one watch of a repository.
    private func watchLock() async throws(RegistryError) -> KeyLocks.Held {
        let folder: HookFolder
        if case .remote(let url) = location {
            folder = try HookFolder(of: url, environment)
        } else {
            folder = try HookFolder(try await RegistrySession(location, environment))
        }
        try folder.create()
        // One that was killed a moment ago may still be ending.
        let deadline = ContinuousClock.now + .seconds(1)
        while true {
            if let lock = try folder.locks.attempt("watch") { return lock }
            if ContinuousClock.now > deadline { break }
            do { try await Task.sleep(for: .milliseconds(20)) } catch { break }
        }
        throw RegistryError(
            .alreadyRunning, "another git model watch looks after this repository", subject: "watch",
            hints: ["one is enough; to see it: pgrep -af 'model watch'"])
    }
}
