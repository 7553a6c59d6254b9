import ArtifactStore
import GitTypes
import Glibc
import Outbound
import RegistryCore
import RegistryFiles

/// Makes what reads a store out of its configuration.
struct StoreFactory {
    /// The schemes that only `rclone` reads, with the backend that it has for each.
    static let rcloneBackends = [
        "gs": "gcs", "gcs": "gcs", "azure": "azureblob", "abfs": "azureblob", "gdrive": "drive", "webdav": "webdav",
        "webdavs": "webdav", "hdfs": "hdfs", "oss": "s3",
    ]

    let variables: [String: String]
    let client: OutboundClient
    /// Whether an address of the repository may name files of this machine.
    let allowsLocalFiles: Bool
    private let jobs: Int

    init(_ environment: RegistryEnvironment, jobs: Int, allowsLocalFiles: Bool) {
        self.variables = environment.variables
        self.allowsLocalFiles = allowsLocalFiles
        self.jobs = jobs
        self.client = Self.client(environment.variables, jobs: jobs)
    }

    private static func client(
        _ variables: [String: String], jobs: Int, change: (inout OutboundPolicy) -> Void = { _ in }
    ) -> OutboundClient {
        var policy = OutboundPolicy(userAgent: "git-model/\(RuntimeVersions.product)", environment: variables)
        change(&policy)
        return OutboundClient(policy: policy, connections: jobs + 1)
    }

    // MARK: DVC

    /// What reads a remote of DVC.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/storeNotConfigured`` or ``ErrorCode/credentialsMissing``.
    func store(for remote: DVCRemote) throws(RegistryError) -> any ObjectStore {
        let what = "the DVC remote '\(remote.name)'"
        switch remote.address {
        case .path(let path): return FolderStore(path)
        case .relativePath(let path):
            throw RegistryError(
                .storeNotConfigured, "\(what) is at '\(path)', which is relative to a checkout that is not here",
                subject: path, hints: ["dvc remote modify \(remote.name.shellQuoted) url ABSOLUTE-PATH-OR-URL"])
        case .url(let scheme, let secret):
            switch scheme {
            case "http", "https": return try webStore(remote, secret.revealed)
            case "s3":
                return try s3Store(
                    secret.revealed, remote.s3, tlsCheck: remote.tlsCheck, what: what,
                    hints: [
                        "dvc remote modify --local \(remote.name.shellQuoted) access_key_id KEY (and secret_access_key)",
                        "or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or aws configure",
                    ])
            case "ssh", "sftp": return try sftpStore(remote, secret.revealed)
            // Its files are read by HTTP's own GET; no other program is needed for that.
            case "webdav": return try webStore(remote, "http" + secret.revealed.dropFirst(scheme.utf8.count))
            case "webdavs": return try webStore(remote, "https" + secret.revealed.dropFirst(scheme.utf8.count))
            default: return try rcloneStore(scheme: scheme, secret.revealed)
            }
        }
    }

    func client(tlsCheck: DVCRemote.TLSCheck) -> OutboundClient {
        switch tlsCheck {
        case .system: client
        case .none: Self.client(variables, jobs: jobs) { $0.verifiesTLS = false }
        case .authorities(let file): Self.client(variables, jobs: jobs) { $0.caFile = file }
        }
    }

    private func sftpStore(_ remote: DVCRemote, _ address: String) throws(RegistryError) -> SFTPStore {
        guard let parts = SSHAddress(address) else {
            throw RegistryError(
                .storeNotConfigured, "'\(GitURL.redact(address))' names no host and path", subject: remote.name,
                hints: ["write ssh://user@host/path"])
        }
        return try SFTPStore(
            SFTPStore.Location(
                host: parts.host, user: remote.user ?? parts.user, port: remote.ssh.port ?? parts.port,
                path: parts.path, keyFile: remote.ssh.keyFile), variables: variables)
    }

    // MARK: Addresses

    /// What reads an address that an artifact's path names, and the key of the artifact in it.
    func store(at address: String) throws(RegistryError) -> (any ObjectStore, ObjectKey) {
        let scheme = address.firstRange(of: "://").map { address[..<$0.lowerBound].lowercased() } ?? ""
        let shown = GitURL.redact(address)
        switch scheme {
        case "http", "https":
            let hints = ["a DVC remote can have a user and a password: dvc import-url keeps the model there"]
            return (WebStore(try Self.url(address), client: client, credentialHints: hints), ObjectKey(""))
        case "s3":
            let (root, key) = Self.split(address)
            let store = try s3Store(
                root, nil, tlsCheck: .system, what: shown,
                hints: ["AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or aws configure"])
            return (store, ObjectKey(key))
        case "file":
            guard allowsLocalFiles else {
                throw RegistryError(
                    .addressRefused, "\(shown) names a file of this machine, which a repository may not choose",
                    subject: shown, hints: ["--allow-file-urls permits it"])
            }
            let path = String(address.dropFirst("file://".count))
            guard path.hasPrefix("/") else {
                throw RegistryError(.addressRefused, "\(shown) has no absolute path", subject: shown)
            }
            let slash = path.lastIndex(of: "/") ?? path.startIndex
            return (FolderStore(String(path[..<slash])), ObjectKey(String(path[path.index(after: slash)...])))
        case "ssh", "sftp":
            guard let parts = SSHAddress(address) else {
                throw RegistryError(.addressRefused, "\(shown) names no host and path", subject: shown)
            }
            let slash = parts.path.lastIndex(of: "/") ?? parts.path.startIndex
            let store = try SFTPStore(
                SFTPStore.Location(
                    host: parts.host, user: parts.user, port: parts.port, path: String(parts.path[..<slash])),
                variables: variables)
            return (store, ObjectKey(String(parts.path[parts.path.index(after: slash)...])))
        default: return (try rcloneStore(scheme: scheme, address), ObjectKey(""))
        }
    }

    static func url(_ text: String) throws(RegistryError) -> OutboundURL {
        do throws(MalformedValue) {
            return try OutboundURL(text)
        } catch {
            throw RegistryError(error, code: .storeNotConfigured)
        }
    }

    /// `s3://bucket/a/b` as the bucket and what stands in it.
    private static func split(_ address: String) -> (String, String) {
        guard let start = address.firstRange(of: "://")?.upperBound, let slash = address[start...].firstIndex(of: "/")
        else { return (address, "") }
        return (String(address[..<slash]), String(address[address.index(after: slash)...]))
    }

    private func s3Store(
        _ address: String, _ options: DVCRemote.S3Options?, tlsCheck: DVCRemote.TLSCheck, what: String, hints: [String]
    ) throws(RegistryError) -> S3Store {
        let home = variables["HOME"] ?? "/"
        let paths = AWSConfiguration.paths(options: options, environment: variables, home: home)
        let configuration = try AWSConfiguration.resolve(
            options: options, environment: variables,
            files: .init(
                credentials: try LocalFile.read(paths.credentials) ?? [],
                configuration: try LocalFile.read(paths.configuration) ?? []))
        var credentials: Outbound.AWSCredentials?
        var credentialsName: String?
        switch configuration.access {
        case .key(let key, let place):
            credentialsName = "keys of AWS from \(place)"
            credentials = .init(
                accessKeyID: key.accessKeyID.revealed, secretAccessKey: key.secretAccessKey.revealed,
                sessionToken: key.sessionToken?.revealed)
        case .anonymous: break
        case .unusable(let reason):
            throw RegistryError(
                .credentialsMissing, "\(what) cannot be signed in to: \(reason)", subject: what, hints: hints)
        case .notFound(let places):
            throw RegistryError(
                .credentialsMissing, "\(what) needs keys of AWS, and none were found", subject: what,
                hints: hints + ["looked in \(places.joined(separator: ", "))"])
        }
        let (root, prefix) = Self.split(address)
        let bucket = root.firstRange(of: "://").map { String(root[$0.upperBound...]) } ?? ""
        if bucket.isEmpty {
            throw RegistryError(
                .storeNotConfigured, "\(what) names no bucket", subject: what, hints: ["s3://BUCKET/PATH"])
        }
        var trimmed = prefix
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        return S3Store(
            S3Store.Location(
                bucket: bucket, prefix: trimmed, region: configuration.region,
                endpoint: try configuration.endpointURL.map { text throws(RegistryError) in try Self.url(text) }),
            credentials: credentials, credentialsName: credentialsName, client: client(tlsCheck: tlsCheck),
            credentialHints: hints)
    }

    private func rcloneStore(scheme: String, _ address: String) throws(RegistryError) -> RcloneStore {
        let shown = GitURL.redact(address)
        guard let backend = Self.rcloneBackends[scheme], let start = address.firstRange(of: "://")?.upperBound else {
            throw RegistryError(
                .storeNotConfigured, "nothing here reads addresses of the kind '\(scheme)'", subject: shown,
                hints: [
                    "known are http, https, s3, ssh, "
                        + Self.rcloneBackends.keys.sorted().joined(separator: ", ")
                ])
        }
        let root = RcloneAddress(
            backend: backend, scheme: scheme, rest: String(address[start...]))
        return RcloneStore(name: shown, root: root.text, variables: variables)
    }
}
