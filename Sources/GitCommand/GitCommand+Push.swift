import GitTypes

extension GitCommand {
    /// Publishes refs, never by force: a ref that the remote has with another id is refused.
    ///
    /// Publishing again what is there already with the same id succeeds. The user's own `pre-push` hook runs.
    /// - Parameters:
    ///   - isAtomic: whether all refs are published or none.
    ///   - timeLimit: how long it may take; ``timeLimit`` where it is `nil`.
    /// - Returns: what became of each ref; none of them was refused.
    /// - Throws: ``GitCommandError`` of kind `rejected`, `remoteUnreachable`, `authenticationFailed`,
    ///   `atomicUnsupported` or `outcomeUnknown`.
    public func push(
        to remote: Remote, _ updates: [RefUpdate], isAtomic: Bool = true, timeLimit: Duration? = nil
    ) async throws(GitCommandError) -> [RefResult] {
        guard !updates.isEmpty else { return [] }
        // Whatever the configuration says: these refs and no others.
        var arguments = ["push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no", "--no-force-with-lease"]
        for update in updates {
            guard let expected = update.expected else { continue }
            arguments.append("--force-with-lease=\(try checked(update.destination, operation: "push")):\(expected)")
        }
        arguments += [isAtomic ? "--atomic" : "--no-atomic", "--", remote.argument]
        for update in updates { arguments.append(try refspec(of: update)) }

        var invocation = Invocation(arguments)
        invocation.runsHooks = true
        invocation.use = .push(remote)
        invocation.timeLimit = timeLimit
        // A mirror takes no list of refs; git would refuse the push.
        if case .name(let name) = remote { invocation.settings = ["remote.\(name).mirror=false"] }
        let output = try await run(invocation)

        let remoteText = GitErrorText(text: output.errorText).remoteText
        let report = PushReport(parsing: output.text, remoteText: remoteText)
        if report.isUnanswered {
            throw failure(of: invocation, output, kind: .outcomeUnknown)
        }
        if let (reference, reason) = report.rejection {
            throw GitCommandError(
                .rejected(reference, reason), operation: "push",
                message: "\(remote) refused \(reference): \(Self.words(reason))", remoteText: remoteText,
                exitCode: output.exitCode, results: report.results)
        }
        guard output.exitCode == 0 else {
            // A ref failure in the server's words is not one of ours.
            let kind = RemoteFailure.kind(in: output.errorText, isPush: true)
            throw failure(of: invocation, output, kind: kind ?? .failed)
        }
        return report.results
    }

    private func refspec(of update: RefUpdate) throws(GitCommandError) -> String {
        let destination = try checked(update.destination, operation: "push")
        switch update.source {
        case nil: return ":\(destination)"
        case .object(let id): return "\(id):\(destination)"
        case .reference(let name): return "\(try checked(name, operation: "push")):\(destination)"
        }
    }

    private static func words(_ reason: RejectionReason) -> String {
        switch reason {
        case .alreadyExists: "it exists with another id"
        case .notFastForward: "it has moved on"
        case .changed: "it does not hold what was expected"
        case .hookDeclined: "a hook of the server declined it"
        case .protected: "it is protected"
        case .atomic: "another ref of the same push was refused"
        case .locked: "another process held its lock"
        case .blocked: "another ref stands in its way"
        case .other(let words): words
        }
    }
}
