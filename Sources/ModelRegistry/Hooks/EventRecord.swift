public import GitTypes
public import RegistryCore

/// What the hooks of one event did, as the ledger keeps it.
public struct EventRecord: Hashable, Sendable {
    /// The tag object: the event's own id.
    public let id: ObjectID
    /// The tag's name.
    public let ref: TagName
    /// What happened.
    public let kind: EventKind
    /// To which artifact.
    public let artifact: String
    /// To which of its versions.
    public let version: String?
    /// Which stage it is about.
    public let stage: String?
    /// The hooks, in the order of the file that named them.
    public internal(set) var hooks: [HookRecord]

    init(_ event: RegistryEvent) {
        self.id = event.id
        self.ref = event.ref
        self.kind = event.kind
        self.artifact = event.artifact.description
        self.version = event.version?.description
        self.stage = event.stage?.description
        self.hooks = []
    }

    subscript(hook: String) -> HookRecord? {
        get { hooks.first { $0.hook == hook } }
        set {
            guard let newValue else { return hooks.removeAll { $0.hook == hook } }
            if let position = hooks.firstIndex(where: { $0.hook == hook }) {
                hooks[position] = newValue
            } else {
                hooks.append(newValue)
            }
        }
    }
}

/// What one hook did for one event.
public struct HookRecord: Hashable, Sendable {
    /// How far it is.
    public enum State: String, Hashable, Sendable {
        /// It is running; where nobody holds the event's lock, its runner was killed.
        case running
        /// It succeeded.
        case done
        /// It failed, and was not tried again.
        case failed
        /// It was stopped with the one who ran it.
        case interrupted
    }

    /// The hook's name.
    public let hook: String
    /// How far it is.
    public internal(set) var state: State
    /// When its last attempt was started.
    public internal(set) var started: Timestamp
    /// How often it was started.
    public internal(set) var attempts: Int
    /// When its last attempt ended; `nil` where it did not.
    public internal(set) var ended: Timestamp?
    /// How the last attempt ended, for people; empty while it runs.
    public internal(set) var outcome = ""
    /// The exit status, or a server's status; `nil` where there is none.
    public internal(set) var exitStatus: Int32?
    /// How long the last attempt took.
    public internal(set) var milliseconds = 0
    /// The end of what it printed, at most 4 KiB.
    public internal(set) var output = ""
}

extension EventRecord {
    /// The record as it lies in its file.
    var json: JSONValue {
        [
            "id": .string(id.description), "ref": .string(ref.description), "event": .string(kind.rawValue),
            "name": .string(artifact), "version": .optional(version), "stage": .optional(stage),
            "hooks": .array(hooks.map(\.json)),
        ]
    }

    init?(_ json: JSONValue) {
        guard let id = json["id"]?.text.flatMap({ ObjectID($0) }), let ref = json["ref"]?.text,
            let kind = json["event"]?.text.flatMap({ EventKind(rawValue: $0) }), let artifact = json["name"]?.text,
            case .array(let hooks)? = json["hooks"]
        else { return nil }
        self.id = id
        self.ref = TagName(asRead: ref)
        self.kind = kind
        self.artifact = artifact
        self.version = json["version"]?.text
        self.stage = json["stage"]?.text
        self.hooks = hooks.compactMap { HookRecord($0) }
    }
}

extension HookRecord {
    fileprivate var json: JSONValue {
        [
            "hook": .string(hook), "state": .string(state.rawValue), "started": .integer(Int(started.seconds)),
            "attempts": .integer(attempts), "ended": ended.map { .integer(Int($0.seconds)) } ?? .null,
            "outcome": .string(outcome), "exit_status": exitStatus.map { .integer(Int($0)) } ?? .null,
            "milliseconds": .integer(milliseconds), "output": .string(output),
        ]
    }

    fileprivate init?(_ json: JSONValue) {
        guard let hook = json["hook"]?.text, let state = json["state"]?.text.flatMap({ State(rawValue: $0) }),
            let started = json["started"]?.count, let attempts = json["attempts"]?.count
        else { return nil }
        self.hook = hook
        self.state = state
        self.started = Timestamp(seconds: Int64(started))
        self.attempts = attempts
        self.ended = json["ended"]?.count.map { Timestamp(seconds: Int64($0)) }
        self.outcome = json["outcome"]?.text ?? ""
        self.exitStatus = json["exit_status"]?.count.flatMap { Int32(exactly: $0) }
        self.milliseconds = json["milliseconds"]?.count ?? 0
        self.output = json["output"]?.text ?? ""
    }
}

extension JSONValue {
    fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }

    fileprivate var count: Int? { if case .integer(let value) = self { value } else { nil } }
}
