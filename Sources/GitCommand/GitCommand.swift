public import GitTypes

/// What must go through the `git` program: the network, signatures, and several refs in one transaction.
///
/// Every child gets a closed environment (``GitEnvironment``), a session of its own, a time limit and bounded output.
/// Values reach `git` as typed arguments after `--`, so none can be taken for an option, and none meets a shell.
///
/// Configuration that names programs and that our children need (`core.sshCommand`, `gpg.program`, `credential.helper`,
/// `core.gitProxy`, `remote.*.uploadpack`, `url.*.insteadOf`) is left to git: people rely on it to reach their remotes.
/// Where the repository's own files set it, ``check`` refuses before a child starts that would use it. Git skips its
/// own check of a repository's owner (`safe.directory`) where the folder is named, as it is here, so a repository must
/// have been opened by libgit2, which makes that check, before its path comes here.
public struct GitCommand: Sendable {
    /// The repository's Git folder; `nil` lets git look for it from the working directory.
    public let gitDirectory: String?
    /// The folder that `git` starts in; `nil` for this process's own.
    public let workingDirectory: String?
    /// The children's whole environment.
    public let environment: GitEnvironment
    /// How long a command may take, unless its own call says otherwise.
    public let timeLimit: Duration
    /// How long a command may take that talks to a remote: a model may be large and a line slow. A connection over HTTP
    /// on which nothing moves for a minute ends earlier.
    public let remoteTimeLimit: Duration
    /// Asked before a child starts that uses settings which name programs; `nil` where all of them are trusted.
    public let check: ConfigurationCheck?

    /// Creates the way to one repository.
    /// - Parameters:
    ///   - environment: the caller's own environment; ``GitEnvironment`` says what is kept of it.
    ///   - isInsideHook: whether this process is a hook of the repository, so that `GIT_DIR` and the quarantine folders
    ///     that git set for it are kept.
    ///   - isInteractive: whether git may ask for a password at the terminal.
    public init(
        gitDirectory: String?, workingDirectory: String? = nil, environment: [String: String],
        isInsideHook: Bool = false, isInteractive: Bool = false, timeLimit: Duration = .seconds(60),
        remoteTimeLimit: Duration? = nil, check: ConfigurationCheck? = nil
    ) {
        self.gitDirectory = gitDirectory
        self.workingDirectory = workingDirectory
        self.environment = GitEnvironment(of: environment, isInsideHook: isInsideHook, isInteractive: isInteractive)
        self.timeLimit = timeLimit
        self.remoteTimeLimit = remoteTimeLimit ?? timeLimit
        self.check = check
    }

    /// The most bytes of a child's standard output that are kept unless a call says otherwise: 16 MiB.
    public static let outputLimit = 16 << 20

    /// Settings of every child. They come after all others, so no configuration file outvotes them.
    static let settings = [
        // A program that the repository may name and that each command would start.
        "core.fsmonitor=false",
        // The transport that runs any command: `ext::sh -c ...`.
        "protocol.ext.allow=never",
        // Nothing of ours may go on in the background after the command has returned.
        "gc.auto=0", "maintenance.auto=false",
        // Git waits 100 ms for the lock of a ref; a registry with several writers needs longer.
        // A server that says nothing for a minute is gone.
        "http.lowSpeedLimit=1", "http.lowSpeedTime=60",
        "core.filesRefLockTimeout=1000", "core.packedRefsTimeout=1000",
        "color.ui=false",
    ]

    /// Has git flush the objects and refs that a command makes: without it a ref is only renamed into its place, and a
    /// tag that was reported as made could be gone after a power cut (git 2.36 and newer; an older one ignores it).
    static let flushing = "core.fsync=committed"

    /// Hooks are for what people do themselves; of the commands here only a push is such an act (`pre-push`).
    static let withoutHooks = "core.hooksPath=/dev/null"
}

/// A remote repository: one that Git's configuration names, or any address.
public enum Remote: Hashable, Sendable, CustomStringConvertible {
    /// A remote of the repository's configuration.
    case name(RemoteName)
    /// An address.
    case url(GitURL)

    /// The name, or the address without its password.
    public var description: String {
        switch self {
        case .name(let name): name.description
        case .url(let url): url.description
        }
    }

    /// What `git` is given. It may hold a password; never print it.
    var argument: String {
        switch self {
        case .name(let name): name.description
        case .url(let url): url.secret
        }
    }
}
