import GitTypes

/// What a hook does.
public enum HookAction: Hashable, Sendable {
    /// Runs a program with these arguments. Never a shell's command line.
    ///
    /// The program of a script of the repository has a slash in it and does not start with one.
    case program([String])
    /// Sends the event to a server.
    case webhook(Webhook)

    /// The script of the repository that is run, from its root; `nil` where another program is.
    public var script: String? {
        guard case .program(let words) = self, let program = words.first, program.contains("/"),
            !program.hasPrefix("/")
        else { return nil }
        return program.hasPrefix("./") ? String(program.dropFirst(2)) : program
    }

    var members: [JSONValue.Member] {
        switch self {
        case .program(let words): [.init("run", .array(words.map { .string($0) }))]
        case .webhook(let webhook):
            [
                .init(
                    "webhook",
                    ["url": webhook.url.json, "secret": webhook.secret?.json ?? .null])
            ]
        }
    }
}

/// A server that is told of events by a `POST`.
public struct Webhook: Hashable, Sendable {
    /// Its address, which may itself be a secret.
    public var url: HookValue
    /// The key of the signature; `nil` sends none.
    public var secret: HookValue?

    /// Creates a webhook.
    public init(url: HookValue, secret: HookValue?) {
        self.url = url
        self.secret = secret
    }
}

/// A value that a hook is configured with: in the file itself, or where secrets are kept.
public enum HookValue: Hashable, Sendable {
    /// The value itself.
    case text(String)
    /// The value of an environment variable.
    case variable(String)
    /// The content of a file of this machine, an absolute path, without the line's end.
    case file(String)

    var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .variable(let name): ["env": .string(name)]
        case .file(let path): ["file": .string(path)]
        }
    }
}
