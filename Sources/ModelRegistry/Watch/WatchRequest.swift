public import GitTypes
public import RegistryCore

/// How a remote is watched.
public struct WatchRequest: Sendable {
    /// The exit status of a program that left what waits to another one, which may not live to run it: `EX_TEMPFAIL`.
    public static let leftToAnother: Int32 = 75

    /// The remote of a repository here; one at a URL is its own.
    public var remote = RemoteName.origin
    /// How long to wait between two looks.
    public var interval = Duration.seconds(30)
    /// Looks once, runs what waits, and ends.
    public var isOnce = false
    /// The program that runs the hooks that wait, and its arguments: `git-model trigger --all-pending --watched`.
    ///
    /// It is a process of its own so that hooks, and the account of them, outlive a killed watch.
    public var program: String
    /// The program's arguments.
    public var arguments: [String]

    /// Creates a request.
    public init(program: String, arguments: [String]) {
        self.program = program
        self.arguments = arguments
    }
}

/// What happens while a remote is watched.
public enum WatchStep: Sendable {
    /// It was looked at for the first time ever: so many tags are history, and no hook runs for them.
    case began(historyCount: Int)
    /// The remote was looked at: how many registry tags it has, and how many events wait for hooks here.
    case looked(tags: Int, waiting: Int)
    /// Tags came.
    case fetched([TagName])
    /// A tag was moved or deleted at the remote.
    case found(Finding)
    /// The remote cannot be read; told when it begins, not at each look.
    case lost(RegistryError, retryAfter: Duration)
    /// The remote can be read again.
    case back
}

/// How a watch ended.
public struct WatchReport: Sendable {
    /// The exit status of the last program that ran hooks; zero where none did.
    public internal(set) var status: Int32 = 0
}
