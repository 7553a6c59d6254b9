import Glibc
import RegistryCore

/// What a registry takes from the process around it. Tests give their own.
public struct RegistryEnvironment: Sendable {
    /// The environment variables.
    public var variables: [String: String]

    /// The `git-model` program, which runs hooks in the background; without a path it is looked for in `PATH`.
    public var program = "git-model"

    /// Whether the index of tags is used; without it every tag is read again, and says the same.
    public var usesIndex = true

    /// Hears what takes longer than half a second, as one clause: "fetching the tags of https://…". Not escaped.
    public var announce: @Sendable (String) -> Void = { _ in }

    /// Creates an environment.
    public init(variables: [String: String]) {
        self.variables = variables
    }

    /// The environment of this process.
    public static var current: RegistryEnvironment {
        var variables: [String: String] = [:]
        var pointer = environ
        while let entry = pointer.pointee {
            let text = String(cString: entry)
            if let mark = text.firstIndex(of: "=") {
                variables[String(text[..<mark])] = String(text[text.index(after: mark)...])
            }
            pointer += 1
        }
        return RegistryEnvironment(variables: variables)
    }

    /// Does a piece of work, and announces it where it is not done within half a second.
    func announcing<Value>(
        _ clause: String, _ work: () async throws(RegistryError) -> Value
    ) async throws(RegistryError) -> Value {
        let announce = announce
        let announcement = Task {
            try await Task.sleep(for: .milliseconds(500))
            announce(clause)
        }
        defer { announcement.cancel() }
        return try await work()
    }

    /// Whether Git itself named the repository, as it does in a hook and for `git --git-dir`.
    var namesRepository: Bool { variables["GIT_DIR"]?.isEmpty == false }

    /// Whether we run inside a hook that holds pushed objects back.
    var isInsideHook: Bool { variables["GIT_QUARANTINE_PATH"] != nil }
}
