public import RegistryCore

/// What became of one Git hook.
public struct GitHookReceipt: Hashable, Sendable {
    /// What was done, or in a dry run would be.
    public enum Change: String, Hashable, Sendable {
        /// It was installed.
        case created = "installed"
        /// It was ours, of another release or of a program at another place.
        case replaced
        /// It was ours, and as it should be.
        case unchanged
        /// It was ours, and is gone.
        case removed
        /// There was none.
        case absent
        /// It is somebody else's, and was left alone.
        case foreign
    }

    /// The hook.
    public let hook: GitHook
    /// Its file, relative to the root of the repository where it lies below it.
    public let file: String
    /// What was done.
    public internal(set) var change: Change
    /// Somebody else's hook: the file that ours calls first, or that became the hook again.
    public internal(set) var other: String?
    /// The script; empty where it is taken out.
    public let script: String

    init(hook: GitHook, file: String, change: Change, script: String) {
        self.hook = hook
        self.file = file
        self.change = change
        self.script = script
    }
}

/// What an installation of Git hooks did.
public struct GitHookInstallation: Sendable {
    /// The Git hooks, in the order in which they were asked for.
    public internal(set) var receipts: [GitHookReceipt] = []
    /// How many tags were taken as history, because hooks were asked about for the first time.
    public internal(set) var historyCount: Int?
    /// The hooks of the configuration that nobody allowed as they are now.
    public internal(set) var unapproved: [String] = []
    /// Why the configuration cannot be read, so that no hook would run.
    public internal(set) var configurationError: RegistryError?
}

/// What a Git hook has to say of the refs that it was told.
public struct GitHookVerdict: Sendable {
    /// Why it refuses them, one for each ref; none where it does not.
    public internal(set) var refusals: [Finding] = []
    /// What whoever pushes should know.
    public internal(set) var warnings: [String] = []
    /// Whether the registry's hooks were started in the background.
    public internal(set) var isStarted = false
}
