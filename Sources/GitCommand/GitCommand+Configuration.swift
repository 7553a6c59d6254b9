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
}
