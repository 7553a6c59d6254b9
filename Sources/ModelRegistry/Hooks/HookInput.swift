import GitTypes
import LibGit2
import RegistryCore

/// What a hook is told of an event: variables, and the same as JSON.
struct HookInput {
    private let checked: CheckedEvent
    private let repository: String
    /// Where the artifact's bytes are, for a hook that wants them.
    var download: String?

    /// Tells our own processes that a hook started them: hooks do not start hooks.
    static let depthVariable = "GIT_MODEL_HOOK"
    /// Tells one run of a hook from every other, here and in other clones.
    static let runVariable = "MODEL_RUN_ID"
    private let run = String(UInt64.random(in: .min ... .max), radix: 36)

    init(_ checked: CheckedEvent, _ session: RegistrySession) {
        self.checked = checked
        self.repository = Self.place(of: session)
    }

    /// What tells the processes of one event's hook from all others, whichever attempt it is.
    static func marks(of rule: HookRule, _ event: RegistryEvent, _ session: RegistrySession) -> [String: String] {
        [
            "MODEL_EVENT_ID": event.id.description, "MODEL_REPOSITORY": place(of: session), depthVariable: rule.name,
        ]
    }

    private static func place(of session: RegistrySession) -> String {
        session.remote?.description ?? session.repository.workingDirectory ?? session.repository.gitDirectory
    }

    private var ref: String { RefName(checked.event.ref).description }

    /// - Parameter attempt: counted from 1.
    func variables(for rule: HookRule, attempt: Int) -> [String: String] {
        let event = checked.event
        var variables = [
            "MODEL_EVENT": event.kind.participle,
            "MODEL_EVENT_ID": event.id.description,
            "MODEL_NAME": event.artifact.description,
            "MODEL_VERSION": event.version?.description ?? "",
            "MODEL_STAGE": event.stage?.description ?? "",
            "MODEL_COMMIT": event.commit.description,
            "MODEL_REF": ref,
            "MODEL_PATH": checked.annotation?.pathFromRoot ?? "",
            "MODEL_TYPE": checked.annotation?.type ?? "",
            "MODEL_REPOSITORY": repository,
            "MODEL_HOOK": rule.name,
            "MODEL_ATTEMPT": String(attempt),
            Self.runVariable: "\(run)-\(attempt)",
            Self.depthVariable: rule.name,
        ]
        if let download { variables["MODEL_DOWNLOAD"] = download }
        return variables
    }

    /// The event; the same for all hooks and attempts.
    var event: JSONValue { .object(eventMembers) }

    func payload(for rule: HookRule, attempt: Int) -> JSONValue {
        var members = eventMembers + [.init("hook", .string(rule.name)), .init("attempt", .integer(attempt))]
        if let download { members.append(.init("download", .string(download))) }
        return .object(members)
    }

    private var eventMembers: [JSONValue.Member] {
        let event = checked.event
        return [
            .init("id", .string(event.id.description)),
            .init("event", .string(event.kind.participle)),
            .init("name", .string(event.artifact.description)),
            .init("version", .optional(event.version?.description)),
            .init("stage", .optional(event.stage?.description)),
            .init("commit", .string(event.commit.description)),
            .init("ref", .string(ref)),
            .init("path", .optional(checked.annotation?.pathFromRoot)),
            .init("type", .optional(checked.annotation?.type)),
            .init("author", .string(event.author.name)),
            .init("author_email", .string(event.author.email)),
            .init("time", .string(event.time.iso8601)),
            .init("message", .string(event.message)),
            .init("repository", .string(repository)),
        ]
    }
}
