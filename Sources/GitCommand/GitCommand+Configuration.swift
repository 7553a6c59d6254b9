public import GitTypes

extension GitCommand {
    /// A yes or no of Git's configuration as git itself reads it: files, `git -c` and `GIT_CONFIG_*` variables.
    /// - Returns: `nil` where it is not configured.
    /// - Throws: ``GitCommandError`` of kind `failed` where the value is neither a yes nor a no.
    public func configurationBool(_ key: String) async throws(GitCommandError) -> Bool? {
        let invocation = Invocation(["config", "--type=bool", "--get", key])
        let output = try await run(invocation)
        if output.exitCode == 1 { return nil }
        guard output.exitCode == 0 else { throw failure(of: invocation, output) }
        return output.text.hasPrefix("true")
    }

    /// The values of keys in a configuration file that is a blob of the repository.
    /// - Parameter keys: in lower case.
    /// - Throws: ``GitCommandError`` of kind `failed` where the file is malformed.
    public func configuration(ofBlob id: ObjectID, keys: Set<String>) async throws(GitCommandError) -> [String: String]
    {
        let invocation = Invocation(["config", "--blob", id.description, "--null", "--list"])
        let output = try await run(invocation)
        guard output.exitCode == 0 else { throw failure(of: invocation, output) }
        var values: [String: String] = [:]
        for entry in output.text.split(separator: "\0") {
            let parts = entry.split(separator: "\n", maxSplits: 1)
            if parts.count == 2, keys.contains(String(parts[0])) { values[String(parts[0])] = String(parts[1]) }
        }
        return values
    }

    /// The address of a remote with `url.<base>.insteadOf` taken into account; `nil` where there is no such remote. It
    /// may hold a password.
    /// - Throws: ``GitCommandError`` where git cannot be run.
    public func remoteAddress(_ remote: RemoteName) async throws(GitCommandError) -> String? {
        let output = try await run(Invocation(["remote", "get-url", "--", remote.description]))
        let line = output.text.prefix { $0 != "\n" }
        return output.exitCode == 0 && !line.isEmpty ? String(line) : nil
    }
}
