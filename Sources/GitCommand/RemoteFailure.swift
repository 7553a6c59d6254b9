/// Reads why git could not work with a remote, from the words of git, curl and OpenSSH.
enum RemoteFailure {
    /// The failure that a text of git's reports; `nil` where it is about no connection.
    static func kind(in text: String, isPush: Bool) -> GitCommandError.Kind? {
        // What a server says must not be taken for what git says.
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("remote:") }
        func says(_ phrases: [String]) -> Bool {
            lines.contains { line in phrases.contains { line.contains($0) } }
        }
        if says(["does not support --atomic push"]) { return .atomicUnsupported }
        if says(refusals) { return .authenticationFailed }
        // These come only before a remote has answered at all.
        if says(firstContact) { return .remoteUnreachable }
        if says(brokenConnection) { return isPush ? .outcomeUnknown : .remoteUnreachable }
        return nil
    }

    private static let refusals = [
        "Authentication failed", "could not read Username", "could not read Password", "terminal prompts disabled",
        "Permission denied (", "Host key verification failed", "The requested URL returned error: 401",
        "The requested URL returned error: 403", "RPC failed; HTTP 401", "RPC failed; HTTP 403",
        "Too many authentication failures",
    ]

    private static let firstContact = [
        "Could not read from remote repository", "does not appear to be a git repository", "unable to access '",
        "hung up upon initial contact", "unable to connect to ", "unable to look up ", "Could not resolve host",
        "' not found", "unable to find remote helper for ",
        // Where the first answer is cut short, git takes the server for one of WebDAV.
        "Cannot access URL ", "no DAV locking support on ",
    ]

    private static let brokenConnection = [
        "the remote end hung up unexpectedly", "unexpected disconnect", "RPC failed", "early EOF", "Broken pipe",
        "Connection reset", "remote failed to report status",
    ]
}
