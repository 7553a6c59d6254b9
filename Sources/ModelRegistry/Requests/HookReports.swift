public import GitTypes
public import RegistryCore

/// Which hooks are to run.
public struct TriggerRequest: Sendable {
    /// For which events.
    public enum Events: Sendable {
        /// Those of these tags, named with or without `refs/tags/`, in this order.
        case tags([String])
        /// All that wait, in their order, until none is left.
        case pending
        /// All since a moment that no hook ran for, those of before hooks were first asked about too.
        case since(Timestamp)
    }

    /// For which events.
    public var events: Events
    /// Names the hooks that would run, and runs none.
    public var isDryRun = false
    /// Runs hooks again that are done.
    public var runsAgain = false
    /// Runs hooks that nobody allowed.
    public var allowsAll = false
    /// Whether the tags of a repository at a URL are brought up to date first.
    public var isFetching = true
    /// How many artifacts' hooks run side by side; those of one artifact run in the order of its events.
    public var jobs = 1

    /// Creates a request.
    public init(_ events: Events) {
        self.events = events
    }
}

/// What `trigger` did.
public struct TriggerReport: Sendable {
    /// One event and its hooks.
    public struct Event: Sendable {
        /// The event.
        public let event: RegistryEvent
        /// The event as the hooks got it, without what differs between them.
        public let payload: JSONValue
        /// The hooks that ran, in their order.
        public internal(set) var runs: [HookRun] = []
        /// In a dry run, the hooks that would run.
        public internal(set) var planned: [HookRule] = []
        /// The hooks that had run before.
        public internal(set) var doneBefore: [HookRecord] = []
        /// Why not all ran, or one failed.
        public internal(set) var failure: RegistryError?
    }

    /// The events, in the order in which they were dealt with.
    public internal(set) var events: [Event] = []
    /// What is odd about tags that were passed over.
    public internal(set) var findings: [Finding] = []
    /// Whether nothing was done because another process is about to run what waits.
    public internal(set) var isLeftToAnother = false
    /// How many tags were taken as history, because hooks were asked about for the first time.
    public internal(set) var historyCount: Int?

    /// The first failure.
    public var failure: RegistryError? { events.lazy.compactMap(\.failure).first }
}

/// One run of a hook.
public struct HookRun: Sendable {
    /// The hook.
    public let rule: HookRule
    /// How it ended, for people: `done`, `exit status 3`, `stopped after its time limit of 60 s`.
    public let outcome: String
    /// Whether it did what it is for.
    public let isSuccess: Bool
    /// The exit status of a program that ended by itself, or the status that a server answered with.
    public let exitStatus: Int32?
    /// How long the last attempt took.
    public let milliseconds: Int
    /// What it printed, the first 24 KiB and the last 8 KiB of each stream.
    public let output: String
    /// How many bytes between those are left out.
    public let droppedBytes: Int
    /// Which attempt it is, counted from 1 and over all runs for this event.
    public internal(set) var attempt = 1
}

/// What happens while hooks run.
public enum HookStep: Sendable {
    /// A hook would run.
    case planned(HookRule, RegistryEvent)
    /// A hook had run before, so it is passed over.
    case skipped(HookRecord, RegistryEvent)
    /// A hook is starting; whether an earlier run of it was cut short.
    case started(HookRule, RegistryEvent, isAfterInterruption: Bool)
    /// A hook ended.
    case finished(HookRun, RegistryEvent)
    /// It will be tried again after so many seconds.
    case retrying(HookRule, RegistryEvent, after: Int)
    /// The hooks of an event cannot run, or failed.
    case failed(RegistryError, RegistryEvent)
}

/// A hook of the configuration, and whether it may run.
public struct HookStatus: Sendable {
    /// The hook.
    public let rule: HookRule
    /// Whether a person allowed it as it is.
    public let isAllowed: Bool
    /// Why it cannot run.
    public let problem: RegistryError?
}
