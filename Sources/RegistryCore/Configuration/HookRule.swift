/// One entry of `hooks:` in `.registry.yaml`: what runs when which event happens to which artifact.
public struct HookRule: Hashable, Sendable {
    /// The name that messages call it by.
    public var name: String
    /// The events that it is for.
    public var events: Set<EventKind>
    /// The artifacts that it is for, as a glob.
    public var artifact: Glob
    /// The stages that it is for, as a glob; matters to assignments and unassignments only. `nil` is every stage.
    public var stage: Glob?
    /// The program and its arguments. Never a shell's command line.
    public var command: [String]
    /// Seconds that it may take.
    public var timeLimit: Int
    /// The names of variables of our own environment that it also gets.
    public var environment: [String]

    /// Seconds that a hook may take where the file does not say.
    public static let defaultTimeLimit = 600

    /// Creates a rule.
    public init(
        name: String, events: Set<EventKind>, artifact: Glob = .everything, stage: Glob? = nil, command: [String],
        timeLimit: Int = HookRule.defaultTimeLimit, environment: [String] = []
    ) {
        self.name = name
        self.events = events
        self.artifact = artifact
        self.stage = stage
        self.command = command
        self.timeLimit = timeLimit
        self.environment = environment
    }

    /// Whether the rule is for an event.
    public func matches(_ kind: EventKind, artifact name: ArtifactName, stage: StageName?) -> Bool {
        guard events.contains(kind), artifact.matches(name.description) else { return false }
        guard let wanted = self.stage else { return true }
        guard let stage else { return false }
        return wanted.matches(stage.description)
    }
}
