import Glibc
public import GitTypes

/// What a registry takes from the process around it: variables and the clock. Tests give their own.
public struct RegistryEnvironment: Sendable {
    /// The environment variables.
    public var variables: [String: String]
    /// The folder that relative paths start from.
    public var currentDirectory: String
    /// The time now, for what Git does not date itself.
    public var now: @Sendable () -> Timestamp

    /// Creates an environment.
    public init(
        variables: [String: String], currentDirectory: String, now: @escaping @Sendable () -> Timestamp
    ) {
        self.variables = variables
        self.currentDirectory = currentDirectory
        self.now = now
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
        var folder = "."
        if let path = getcwd(nil, 0) {
            folder = String(cString: path)
            free(path)
        }
        return RegistryEnvironment(variables: variables, currentDirectory: folder) {
            Timestamp(seconds: Int64(time(nil)))
        }
    }

    /// Whether Git itself named the repository, as it does in a hook and for `git --git-dir`.
    var namesRepository: Bool { variables["GIT_DIR"]?.isEmpty == false }

    /// Whether we run inside a hook that holds pushed objects back.
    var isInsideHook: Bool { variables["GIT_QUARANTINE_PATH"] != nil }
}
