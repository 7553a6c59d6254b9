import GitTypes
import Glibc
public import RegistryCore

/// A folder of another machine, read by the system's `sftp`, so that the user's SSH configuration, keys and agent hold.
///
/// The program cannot print a file, so each comes into an unnamed temporary file first. Processes share one connection.
public struct SFTPStore: ObjectStore {
    /// Where the folder is.
    public struct Location: Hashable, Sendable {
        /// The host, or a name of the SSH configuration.
        public var host: String
        /// The user; `nil` is whom the SSH configuration says.
        public var user: String?
        /// The port; `nil` is what the SSH configuration says.
        public var port: Int?
        /// The absolute path of the folder.
        public var path: String
        /// A private key beside those of the SSH configuration.
        public var keyFile: String?

        /// Creates a location.
        public init(host: String, user: String? = nil, port: Int? = nil, path: String, keyFile: String? = nil) {
            self.host = host
            self.user = user
            self.port = port
            self.path = path
            self.keyFile = keyFile
        }
    }

    private let location: Location
    private let variables: [String: String]
    private let connection: SSHConnection

    /// Creates the store.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/addressRefused`` where the host, the user or the path could be
    ///   taken for something else by the program.
    public init(_ location: Location, variables: [String: String]) throws(RegistryError) {
        let texts = [location.host, location.user ?? "user", location.path, location.keyFile ?? "key"]
        let isPlain = texts.allSatisfy { text in
            !text.isEmpty && !text.hasPrefix("-")
                && !text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
        }
        let names = Array((location.host + (location.user ?? "")).utf8)
        guard isPlain, !names.contains(where: { " @/'\"`$;|&<>()\\".utf8.contains($0) }) else {
            throw RegistryError(
                .addressRefused, "'\(location.host)' is not the name of a host that SSH could mean",
                subject: location.host, hints: ["write ssh://user@host/path"])
        }
        self.location = location
        self.variables = variables
        self.connection = SSHConnection(temporaryFolder: variables["TMPDIR"])
    }

    /// The place for people, without secrets.
    public var name: String {
        let user = location.user.map { "\($0)@" } ?? ""
        let port = location.port.map { ":\($0)" } ?? ""
        return "ssh://\(user)\(location.host)\(port)\(location.path)"
    }

    /// How it lets us in, for people.
    public var credentials: String? { location.keyFile.map { "key \($0)" } ?? "your SSH keys" }
    /// Whether bytes can be read from the middle on.
    public var readsRanges: Bool { false }
    /// Whether parts can be read side by side.
    public func readsParts(of key: ObjectKey) async throws(RegistryError) -> Bool { false }

    /// Hands over bytes, in order, until there are no more or no more are wanted.
    public func read(
        _ key: ObjectKey, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        if let end { try await check(key, isAtMost: end) }
        let temporary = try TemporaryFile(in: temporaryFolder)
        _ = try await run(["get \(Self.quoted(path(of: key))) \(Self.quoted(temporary.path))"], key)
        try temporary.read(into: take, shown: key.path)
    }

    /// The bytes of an object, without reading it.
    public func size(of key: ObjectKey) async throws(RegistryError) -> Int? {
        let listing = try await run(["ls -ln \(Self.quoted(path(of: key)))"], key)
        // The listing of one file: mode, links, user, group, size.
        let fields = listing.split(separator: "\n").last { !$0.hasPrefix("sftp>") }?.split(separator: " ") ?? []
        return fields.count > 4 ? Int(fields[4]) : nil
    }

    /// The objects below a folder; `nil` where there is no telling.
    public func list(below folder: ObjectKey, limit: Int) async throws(RegistryError) -> [StoredObject]? { nil }

    private var temporaryFolder: String { variables["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp" }

    /// Refuses what is too large before it takes the place of a temporary file.
    private func check(_ key: ObjectKey, isAtMost limit: Int) async throws(RegistryError) {
        guard let size = try await size(of: key), size > limit else { return }
        throw RegistryError(
            .digestMismatch, "\(key.path) in \(name) has \(size) bytes where \(limit) are the most that it may have",
            subject: key.path, hints: ["push what was registered again, or register a new version"])
    }

    private func path(of key: ObjectKey) -> String { key.path.isEmpty ? location.path : "\(location.path)/\(key.path)" }

    private func run(_ commands: [String], _ key: ObjectKey) async throws(RegistryError) -> String {
        // Not quietly (-q): then ssh does not say why it could not connect.
        var arguments = ["-b", "-", "-o", "BatchMode=yes", "-o", "ConnectTimeout=30"]
        if let path = connection.controlPath {
            arguments += ["-o", "ControlMaster=auto", "-o", "ControlPath=\(path)", "-o", "ControlPersist=5"]
        }
        if let port = location.port { arguments += ["-P", "\(port)"] }
        if let keyFile = location.keyFile {
            // Otherwise ssh goes on with other keys, and it is these that are refused.
            guard access(keyFile, R_OK) == 0 else {
                throw RegistryError(
                    .credentialsMissing, "there is no key file \(keyFile) that can be read for \(name)",
                    subject: keyFile,
                    hints: ["'keyfile' of the DVC remote names it"])
            }
            arguments += ["-i", keyFile]
        }
        arguments += ["--", (location.user.map { "\($0)@" } ?? "") + location.host]
        let output = SmallBody(limit: 1 << 20)
        let result = try await SystemTool.sftp.run(
            arguments, input: Array((commands.joined(separator: "\n") + "\n").utf8), variables: variables,
            into: { output.append($0) })
        if let result, !result.isSuccess { throw failure(result, key) }
        return String(decoding: output.bytes ?? [], as: UTF8.self)
    }

    private func failure(_ result: ToolResult, _ key: ObjectKey) -> RegistryError {
        let said = result.errorText
        func make(_ code: ErrorCode, _ message: String, _ hints: [String]) -> RegistryError {
            RegistryError(code, message, subject: name, hints: hints, underlying: said)
        }
        let target = (location.user.map { "\($0)@" } ?? "") + location.host
        let port = location.port.map { " -P \($0)" } ?? ""
        let identity = location.keyFile.map { " -i \($0.shellQuoted)" } ?? ""
        let probe = "to try it by hand: sftp\(port)\(identity) \(target.shellQuoted)"
        // It says so after every failure to connect, whatever ssh said before.
        let reason =
            said.split(separator: "\n").last { !$0.hasPrefix("Connection closed") }.map(String.init)
            ?? result.lastLine
        if said.contains("Host key verification failed") {
            return make(
                .accessDenied, "the host key of \(location.host) is not known",
                [
                    "connect once by hand and compare it: ssh\(location.port.map { " -p \($0)" } ?? "") \(target.shellQuoted)"
                ])
        }
        if said.contains("Permission denied (") || said.contains("Too many authentication") {
            return make(
                .credentialsMissing, "\(name) accepts none of your SSH keys",
                ["ssh-add adds a key to the agent, 'keyfile' of the DVC remote names one", probe])
        }
        if said.contains("resolve hostname") || said.contains("Connection refused") || said.contains("timed out") {
            return make(.remoteUnreachable, "\(name) cannot be reached: \(reason)", [probe])
        }
        if Self.isMissing(said) { return make(.objectNotFound, "\(key.path) is not in \(name)", []) }
        if said.contains("No space left on device") {
            return make(
                .inputOutput, "there is no space left in \(temporaryFolder) for a copy of \(key.path)",
                ["TMPDIR=FOLDER puts it elsewhere"])
        }
        if said.contains("ermission denied") {
            return make(.accessDenied, "\(name) does not let you read \(key.path)", [probe])
        }
        return make(.transferFailed, "sftp cannot read \(name): \(reason)", [probe])
    }

    /// Whether it is sftp that misses a file of the other machine, and not ssh one of ours.
    private static func isMissing(_ said: String) -> Bool {
        said.split(separator: "\n").contains { line in
            let isOfRemote = ["Can't ls: ", "File ", "stat remote ", "remote ", "Couldn't stat remote "].contains {
                line.hasPrefix($0)
            }
            return isOfRemote && (line.contains("not found") || line.contains("No such file"))
        }
    }

    /// A word of sftp's batch language; within quotes it does not look for wildcards.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
