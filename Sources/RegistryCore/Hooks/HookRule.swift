public import GitTypes

/// One entry of `hooks:` in `.registry.yaml`: what is done when which event happens to which artifact.
public struct HookRule: Hashable, Sendable {
    /// The name that messages and the log call it by.
    public var name: String
    /// The events that it is for.
    public var events: Set<EventKind>
    /// The artifacts that it is for, as a glob.
    public var artifact: Glob = .everything
    /// The stages that it is for, as a glob; matters to assignments and unassignments only. `nil` is every stage.
    public var stage: Glob?
    /// The types of artifacts that it is for, as a glob; an artifact that no file describes has none. `nil` is every one.
    public var type: Glob?
    /// What is done.
    public var action: HookAction
    /// Seconds that one attempt may take.
    public var timeLimit = 600
    /// How often it is tried again after it failed.
    public var retries = 0
    /// Seconds before the first retry; each further pause is twice as long, up to ``longestPause``.
    public var firstPause = 1
    /// The names of variables of our own environment that it also gets.
    public var environment: [String] = []
    /// The folder that a program starts in, from the root of the repository or absolute; `nil` is the root.
    public var workingFolder: String?
    /// Whether the artifact's bytes are fetched first, and their path is told.
    public var downloads = false
    /// What it must not run beside.
    public var concurrency = HookConcurrency.artifact

    /// The most seconds between two attempts.
    public static let longestPause = 300
    /// The most retries that a rule may ask for.
    public static let mostRetries = 20

    /// Creates a rule for every artifact and stage, that is tried once.
    public init(name: String, events: Set<EventKind>, action: HookAction) {
        self.name = name
        self.events = events
        self.action = action
    }

    /// Whether the rule is for an event.
    /// - Parameter type: the artifact's type, as the files at the event's commit say; asked only where it matters.
    public func matches(_ event: RegistryEvent, type artifactType: @autoclosure () -> String?) -> Bool {
        guard events.contains(event.kind), artifact.matches(event.artifact.description) else { return false }
        if let wanted = stage {
            guard let stage = event.stage, wanted.matches(stage.description) else { return false }
        }
        guard let wanted = type else { return true }
        return artifactType().map { wanted.matches($0) } ?? false
    }

    /// Seconds before a retry.
    /// - Parameter number: 1 for the first retry.
    public func pause(beforeRetry number: Int) -> Int {
        let doublings = min(max(0, number - 1), 16)
        return min(Self.longestPause, firstPause << doublings)
    }

    /// The rule as JSON, the same text for the same rule: what an approval is given for.
    public var canonical: JSONValue {
        var members: [JSONValue.Member] = [
            .init("name", .string(name)),
            .init("on", .array(EventKind.allCases.filter(events.contains).map { .string($0.participle) })),
            .init("artifact", .string(artifact.description)),
            .init("stage", .optional(stage?.description)),
            .init("type", .optional(type?.description)),
        ]
        members += action.members
        members += [
            .init("timeout", .integer(timeLimit)),
            .init("retries", .integer(retries)),
            .init("backoff", .integer(firstPause)),
            .init("env", .array(environment.map { .string($0) })),
            .init("workdir", .optional(workingFolder)),
            .init("download", .bool(downloads)),
            .init("concurrency", .string(concurrency.rawValue)),
        ]
        return .object(members)
    }
}

/// What a hook must not run beside.
public enum HookConcurrency: String, CaseIterable, Hashable, Sendable {
    /// One hook at a time for one artifact.
    case artifact
    /// One run of this hook at a time, whichever the artifact.
    case hook
    /// Anything.
    case unlimited
}
