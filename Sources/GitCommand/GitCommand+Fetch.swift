public import GitTypes

extension GitCommand {
    /// How many refspecs are given as arguments; more are read from the standard input.
    private static let mostSpecArguments = 64

    /// Brings refs and their objects here from a remote.
    /// - Parameters:
    ///   - specs: what is fetched; nothing but what they say is changed here.
    ///   - filter: what is left at the remote. Git notes in the configuration that the remote owes the rest, so it needs
    ///     a remote that has a name there.
    ///   - depth: how many commits of each history are fetched; `nil` for all.
    ///   - isPruning: whether local refs that the specs would write and the remote does not have are deleted.
    ///   - isDurable: whether each ref is on the disk before this returns; without it many refs are written much quicker.
    ///   - timeLimit: how long it may take; ``timeLimit`` where it is `nil`.
    /// - Throws: ``GitCommandError`` of kind `rejected` for a local ref that would be clobbered, `remoteUnreachable` or
    ///   `authenticationFailed`.
    public func fetch(
        from remote: Remote, _ specs: [FetchSpec], filter: ObjectFilter? = nil, depth: Int? = nil,
        isPruning: Bool = false, isDurable: Bool = true, timeLimit: Duration? = nil
    ) async throws(GitCommandError) {
        if case .url = remote, filter != nil {
            throw GitCommandError(
                .malformedValue, operation: "fetch", message: "a partial fetch needs a remote that has a name")
        }
        // Not `--quiet`, which would also be silent about the refs that it refuses.
        var arguments = ["fetch", "--no-progress", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"]
        arguments += ["--no-auto-maintenance", "--no-write-commit-graph", "--refmap=", "--no-prune-tags"]
        arguments.append(isPruning ? "--prune" : "--no-prune")
        if let filter { arguments.append("--filter=\(filter.rawValue)") }
        if let depth { arguments.append("--depth=\(max(1, depth))") }
        var input: [UInt8] = []
        if specs.count > Self.mostSpecArguments {
            arguments.append("--stdin")
            input = Array(specs.map { "\($0)\n" }.joined().utf8)
        }
        arguments += ["--", remote.argument] + (input.isEmpty ? specs.map(\.description) : [])
        var invocation = Invocation(arguments, input: input)
        if !isDurable { invocation.settings = ["core.fsync=-reference"] }
        try await fetch(invocation, from: remote, timeLimit: timeLimit)
    }

    /// Brings objects here that a partial clone left at the remote, all in one request.
    ///
    /// Git does the same for itself, one request for each object as it meets it (`promisor-remote.c`). Objects that are
    /// here already are fetched again, so they are better left out.
    /// - Parameter remote: the remote that owes them; the first one of the configuration where it is `nil`.
    /// - Throws: ``GitCommandError`` of kind `objectMissing` where the remote does not have one, and of
    ///   kind `failed` where no remote owes any.
    public func fetchObjects(
        _ ids: [ObjectID], from remote: RemoteName? = nil, timeLimit: Duration? = nil
    ) async throws(GitCommandError) {
        guard !ids.isEmpty else { return }
        var name = remote
        if name == nil { name = try await promisorRemote() }
        guard let name else {
            throw GitCommandError(.failed, operation: "fetch", message: "the repository is not a partial clone")
        }
        let arguments = [
            "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none",
            "--no-auto-maintenance", "--stdin", "--", name.description,
        ]
        var invocation = Invocation(arguments, input: Array(ids.map { "\($0)\n" }.joined().utf8))
        // What we have tells the remote nothing about single objects, so nothing is negotiated.
        invocation.settings = ["fetch.negotiationAlgorithm=noop"]
        try await fetch(invocation, from: .name(name), timeLimit: timeLimit)
    }

    /// The remote that owes this partial clone its objects; `nil` where all objects should be here.
    public func promisorRemote() async throws(GitCommandError) -> RemoteName? {
        let pattern = "^remote\\..*\\.promisor$"
        let output = try await run(["config", "-z", "--get-regexp", pattern, "^true$"], exitCodes: [0, 1])
        for entry in output.text.split(separator: "\0") {
            let key = entry.prefix { $0 != "\n" }
            if let name = try? RemoteName(key.dropFirst("remote.".count).dropLast(".promisor".count)) { return name }
        }
        return nil
    }

    private func fetch(_ invocation: Invocation, from remote: Remote, timeLimit: Duration?)
        async throws(GitCommandError)
    {
        var invocation = invocation
        invocation.use = .fetch(remote)
        invocation.timeLimit = timeLimit
        let output = try await run(invocation)
        guard output.exitCode == 0 else {
            throw failure(of: invocation, output, kind: Self.fetchFailure(in: output.errorText))
        }
    }

    private static func fetchFailure(in text: String) -> GitCommandError.Kind? {
        for line in text.split(whereSeparator: \.isNewline) {
            for complaint in ["not our ref ", "request for unadvertised object "] {
                guard let range = line.firstRange(of: complaint) else { continue }
                return .objectMissing(ObjectID(line[range.upperBound...].prefix(40)))
            }
            if let range = line.firstRange(of: "couldn't find remote ref ") {
                return .remoteRefMissing(RefName(bytes: line[range.upperBound...].utf8))
            }
            // ` ! [rejected]  churn@v1.0.0 -> churn@v1.0.0  (would clobber existing tag)`
            guard line.hasPrefix(" ! [rejected]"), let arrow = line.firstRange(of: " -> ") else { continue }
            let rest = line[arrow.upperBound...]
            let short = rest.prefix { $0 != " " }
            let isTag = line.contains("clobber existing tag")
            // Git shortens the names that it prints.
            let name = short.hasPrefix("refs/") ? String(short) : (isTag ? RefName.tagPrefix : "refs/") + short
            return .rejected(RefName(bytes: name.utf8), isTag ? .alreadyExists : .notFastForward)
        }
        return nil
    }
}
