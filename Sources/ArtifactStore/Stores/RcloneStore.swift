import ChildProcess
import GitTypes
public import RegistryCore
import RegistryFiles

/// A place that only the `rclone` program can read: Google Cloud Storage, Azure, Google Drive, HDFS and others.
public struct RcloneStore: ObjectStore {
    /// The address as people write it: `gs://bucket/path`.
    public let name: String
    /// The same as `rclone` takes it, without a slash at the end: `:gcs,env_auth=true:bucket/path`.
    private let root: String
    private let variables: [String: String]

    /// Creates the store.
    /// - Parameters:
    ///   - root: the remote and path for `rclone`, which begins with the remote's name and a colon.
    ///   - variables: the program's environment: it finds its own configuration and credentials in it.
    public init(name: String, root: String, variables: [String: String]) {
        self.name = name
        self.root = root
        self.variables = variables
    }

    /// Without the time before each line, which a person does not need.
    private static let options = ["--log-format="]

    /// How it lets us in, for people.
    public var credentials: String? { "those of rclone" }
    /// Whether bytes can be read from the middle on.
    public var readsRanges: Bool { true }
    /// Whether parts can be read side by side.
    public func readsParts(of key: ObjectKey) async throws(RegistryError) -> Bool { false }

    /// Hands over bytes, in order, until there are no more or no more are wanted.
    public func read(
        _ key: ObjectKey, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        var options = offset > 0 ? ["--offset", "\(offset)"] : []
        if let end { options += ["--count", "\(end - offset)"] }
        let result = try await SystemTool.rclone.run(
            Self.options + ["cat"] + options + ["--", path(of: key)], variables: variables, into: take)
        // It ends with success where the object is missing and its folder is not.
        if let result { try check(result, key) }
    }

    /// The bytes of an object, without reading it.
    public func size(of key: ObjectKey) async throws(RegistryError) -> Int? {
        let buffer = SmallBody(limit: 1 << 20)
        let result = try await SystemTool.rclone.run(
            Self.options + ["size", "--json", "--", path(of: key)], variables: variables, into: { buffer.append($0) })
        if let result { try check(result, key) }
        return nil
    }

    /// The objects below a folder; `nil` where there is no telling.
    public func list(below folder: ObjectKey, limit: Int) async throws(RegistryError) -> [StoredObject]? {
        let buffer = SmallBody(limit: 64 << 20)
        let result = try await SystemTool.rclone.run(
            Self.options + [
                "lsf", "--recursive", "--files-only", "--format", "sp", "--separator", "\t", "--", path(of: folder),
            ],
            variables: variables, into: { buffer.append($0) })
        if let result { try check(result, folder) }
        let text = String(decoding: buffer.bytes ?? [], as: UTF8.self)
        let lines = text.split(separator: "\n")
        if buffer.bytes == nil || lines.count > limit {
            throw RegistryError(.tooLarge, "\(name) has more than \(limit) files", subject: name)
        }
        let objects = lines.compactMap { line in
            let parts = line.split(separator: "\t", maxSplits: 1)
            return parts.count == 2 ? StoredObject(path: String(parts[1]), size: Int(parts[0])) : nil
        }
        // A file is listed as if it were a folder with itself in it.
        let mayBeFile = objects.count == 1 && path(of: folder).hasSuffix("/\(objects[0].path)")
        return mayBeFile ? try await isFile(folder) ? nil : objects : objects
    }

    private func isFile(_ key: ObjectKey) async throws(RegistryError) -> Bool {
        let buffer = SmallBody(limit: 1 << 20)
        let result = try await SystemTool.rclone.run(
            Self.options + ["lsjson", "--stat", "--no-mimetype", "--", path(of: key)], variables: variables,
            into: { buffer.append($0) })
        if let result { try check(result, key) }
        let answer = try JSONDocument.parse(buffer.bytes ?? [], limits: .response, file: "the answer of rclone")
        guard case .object(let members) = answer else { return false }
        return members.contains { $0.key == "IsDir" && $0.value == .bool(false) }
    }

    private func path(of key: ObjectKey) -> String {
        if key.path.isEmpty { return root }
        return root.hasSuffix(":") || root.hasSuffix("/") ? root + key.path : "\(root)/\(key.path)"
    }

    private func check(_ result: ToolResult, _ key: ObjectKey) throws(RegistryError) {
        if result.isSuccess { return }
        // Notices, such as that there is no configuration file, come with every failure.
        let lines = result.errorText.split(separator: "\n").filter { !$0.hasPrefix("NOTICE:") }
        let said = lines.joined(separator: "\n")
        let reason = lines.last.map { String($0.suffix(300)) } ?? result.lastLine
        // Source: "Exit code" of rclone's documentation: 3 is no such folder, 4 no such file.
        if result.exitStatus == 3 || result.exitStatus == 4 {
            let message = key.path.isEmpty ? "\(name) is not there" : "\(key.path) is not in \(name)"
            throw RegistryError(
                .objectNotFound, message, subject: key.path.isEmpty ? name : key.path, underlying: said)
        }
        let isRefused = ["Unauthorized", "Forbidden", "AccessDenied", "401", "403"].contains { reason.contains($0) }
        throw RegistryError(
            isRefused ? .accessDenied : .transferFailed, "rclone cannot read \(name): \(reason)", subject: name,
            hints: [
                credentialHint,
                "to see what it finds: rclone lsf \(root.shellQuoted)",
            ], underlying: said == reason ? nil : said)
    }

    /// Which variables hold credentials. Source: the pages of the backends in rclone's documentation.
    private var credentialHint: String {
        let backend = root.dropFirst().prefix { $0 != "," && $0 != ":" }
        let names: String? =
            switch backend {
            case "azureblob": "RCLONE_AZUREBLOB_ACCOUNT and RCLONE_AZUREBLOB_KEY"
            case "gcs": "GOOGLE_APPLICATION_CREDENTIALS, the path of a key file,"
            case "s3": "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and RCLONE_S3_ENDPOINT"
            case "drive": "RCLONE_DRIVE_SERVICE_ACCOUNT_FILE"
            case "webdav": "RCLONE_WEBDAV_USER and, as rclone obscure prints it, RCLONE_WEBDAV_PASS"
            case "hdfs": "RCLONE_HDFS_USERNAME"
            default: nil
            }
        return "rclone takes credentials from its environment only"
            + (names.map { ": set \($0)" } ?? "; rclone help flags lists the variables")
    }
}
