import ChildProcess
import GitTypes
public import RegistryCore

/// A place that only the `rclone` program can read: Google Cloud Storage, Azure, WebDAV, Google Drive, HDFS and others.
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
            ["cat"] + options + ["--", path(of: key)], variables: variables, into: take)
        // It ends with success where the object is missing and its folder is not.
        if let result { try check(result, key) }
    }

    /// The bytes of an object, without reading it.
    public func size(of key: ObjectKey) async throws(RegistryError) -> Int? {
        let buffer = SmallBody(limit: 1 << 20)
        let result = try await SystemTool.rclone.run(
            ["size", "--json", "--", path(of: key)], variables: variables, into: { buffer.append($0) })
        if let result { try check(result, key) }
        return nil
    }

    /// The objects below a folder; `nil` where there is no telling.
    public func list(below folder: ObjectKey, limit: Int) async throws(RegistryError) -> [StoredObject]? {
        let buffer = SmallBody(limit: 64 << 20)
        let result = try await SystemTool.rclone.run(
            ["lsf", "--recursive", "--files-only", "--format", "sp", "--separator", "\t", "--", path(of: folder)],
            variables: variables, into: { buffer.append($0) })
        if let result { try check(result, folder) }
        let text = String(decoding: buffer.bytes ?? [], as: UTF8.self)
        let lines = text.split(separator: "\n")
        if buffer.bytes == nil || lines.count > limit {
            throw RegistryError(.tooLarge, "\(name) has more than \(limit) files", subject: name)
        }
        return lines.compactMap { line in
            let parts = line.split(separator: "\t", maxSplits: 1)
            return parts.count == 2 ? StoredObject(path: String(parts[1]), size: Int(parts[0])) : nil
        }
    }

    private func path(of key: ObjectKey) -> String {
        if key.path.isEmpty { return root }
        return root.hasSuffix(":") || root.hasSuffix("/") ? root + key.path : "\(root)/\(key.path)"
    }

    private func check(_ result: ToolResult, _ key: ObjectKey) throws(RegistryError) {
        if result.isSuccess { return }
        let said = result.errorText
        let missing = ["not found", "doesn't exist", "no such file", "NoSuchKey"].contains {
            said.lowercased().contains($0.lowercased())
        }
        if missing {
            throw RegistryError(
                .objectNotFound, "\(key.path) is not in \(name)", subject: key.path, underlying: said)
        }
        throw RegistryError(
            .transferFailed, "rclone cannot read \(name): \(result.lastLine)", subject: name,
            hints: [
                "rclone config sets up the remote and its credentials",
                "to see what it finds: rclone lsf \(root.shellQuoted)",
            ], underlying: said)
    }
}
