/// The environment of every `git` child: what is kept of the caller's, and what is always set.
///
/// Kept is what people use to be found by git (identity, configuration), to reach a remote (SSH, proxies,
/// certificates, askpass) and to sign. Dropped is everything else: `LD_PRELOAD`, exported shell functions, and the
/// variables that would turn git to another repository.
public struct GitEnvironment: Hashable, Sendable {
    /// The variables.
    public let variables: [String: String]
    /// Whether git may ask for a password at the terminal.
    public let isInteractive: Bool

    /// Makes the closed environment.
    public init(of caller: [String: String], isInsideHook: Bool, isInteractive: Bool) {
        var variables = caller.filter { Self.isKept($0.key, isInsideHook: isInsideHook) }
        // A list of transports outvotes `protocol.ext.allow`, so the one that runs any command is taken out of it.
        if let protocols = caller["GIT_ALLOW_PROTOCOL"] {
            variables["GIT_ALLOW_PROTOCOL"] = protocols.split(separator: ":").filter { $0 != "ext" }
                .joined(separator: ":")
        }
        // Git's messages are matched, so they must be the English ones.
        variables["LC_ALL"] = "C"
        // Other bytes than the registered ones would be read through refs/replace.
        variables["GIT_NO_REPLACE_OBJECTS"] = "1"
        variables["GIT_OPTIONAL_LOCKS"] = "0"
        variables["GIT_PAGER"] = "cat"
        if !isInteractive { variables["GIT_TERMINAL_PROMPT"] = "0" }
        self.variables = variables
        self.isInteractive = isInteractive
    }

    private static let names: Set<String> = [
        "PATH", "HOME", "USER", "LOGNAME", "LANG", "TMPDIR", "TZ",
        // Agents and askpass programs; the session's bus and display are what a key ring asks through.
        "SSH_AUTH_SOCK", "SSH_ASKPASS", "GNUPGHOME", "GPG_TTY", "GPG_AGENT_INFO", "DBUS_SESSION_BUS_ADDRESS",
        "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY",
        "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_ASKPASS", "GIT_TERMINAL_PROMPT", "GIT_PROXY_COMMAND",
        "http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
        // What credential helpers of hosting services ask for.
        "GH_TOKEN", "GH_HOST", "GITHUB_TOKEN", "GITLAB_TOKEN", "GITLAB_HOST", "CI_JOB_TOKEN",
        // The user's configuration. The last is how `git -c key=value model ...` reaches this process.
        "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS",
    ]

    private static let prefixes = [
        "AWS_", "XDG_", "SSH_", "SSL_", "GIT_SSL_", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_", "GIT_AUTHOR_",
        "GIT_COMMITTER_",
    ]

    /// Where git's hooks find the repository and the objects that are not part of it yet.
    private static let hookNames: Set<String> = [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH",
    ]

    private static func isKept(_ name: String, isInsideHook: Bool) -> Bool {
        names.contains(name) || prefixes.contains { name.hasPrefix($0) } || isInsideHook && hookNames.contains(name)
    }
}
