public import GitTypes

/// A user and a password that a credential helper of Git gave out.
public struct GitCredential: Hashable, Sendable {
    /// The user.
    public let user: String
    /// The password or token.
    public let password: Secret
}

extension GitCommand {
    /// Asks Git's credential helpers who this user is at a server.
    /// - Parameters:
    ///   - scheme: `https` or `http`.
    ///   - host: the host, with `:` and the port where it is not the scheme's own.
    ///   - path: the path without a slash at its start; helpers look at it only where `credential.useHttpPath` is set.
    /// - Returns: `nil` where nobody knows.
    /// - Throws: ``GitCommandError`` where git cannot be run.
    public func fillCredential(
        scheme: String, host: String, path: String
    ) async throws(GitCommandError) -> GitCredential? {
        // A line end would smuggle a second attribute in.
        let texts = [scheme, host, path]
        guard !texts.contains(where: { $0.utf8.contains { $0 < 0x20 || $0 == 0x7F } }) else { return nil }
        var invocation = Invocation(["credential", "fill"])
        invocation.input = Array("protocol=\(scheme)\nhost=\(host)\npath=\(path)\n\n".utf8)
        invocation.limit = 65_536
        invocation.use = .credential
        let output = try await run(invocation)
        guard output.exitCode == 0 else { return nil }
        var user: String?
        var password: String?
        for line in output.text.split(separator: "\n") {
            if line.hasPrefix("username=") { user = String(line.dropFirst(9)) }
            if line.hasPrefix("password=") { password = String(line.dropFirst(9)) }
        }
        guard let user, let password else { return nil }
        return GitCredential(user: user, password: Secret(password))
    }
}
