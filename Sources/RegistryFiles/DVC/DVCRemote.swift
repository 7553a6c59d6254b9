public import GitTypes
public import RegistryCore

/// A place that DVC keeps objects in, with the options to reach it.
public struct DVCRemote: Hashable, Sendable {
    /// Where it is.
    public enum Address: Hashable, Sendable {
        /// An absolute path of the local disk.
        case path(String)
        /// A path relative to a folder that is not known here: that of the repository's `.dvc`.
        case relativePath(String)
        /// An address; the text is secret, for it may hold a password. The scheme is in lower case.
        case url(scheme: String, Secret)

        init(_ text: String) {
            switch URLText.scheme(of: text) {
            case nil: self = text.utf8.first == UInt8(ascii: "/") ? .path(text) : .relativePath(text)
            case "file" where text.dropFirst(7).utf8.first == UInt8(ascii: "/"):
                self = .path(String(text.dropFirst(7)))
            case let scheme?: self = .url(scheme: scheme, Secret(text))
            }
        }
    }

    /// Its name, in lower case.
    public let name: String
    /// Where it is, `remote://` resolved.
    public let address: Address
    /// Where the address is configured. One of ``DVCConfiguration/Level/repository`` was chosen by whoever can push, the
    /// user's own passwords go to it all the same, as they do with DVC.
    public let addressLevel: DVCConfiguration.Level
    /// The user, for HTTP, WebDAV and SSH.
    public let user: String?
    /// The password, for HTTP, WebDAV and SSH.
    public let password: Secret?
    /// Whether DVC would ask for the password.
    public let asksPassword: Bool
    /// Whether and by what certificates a server's TLS is checked.
    public let tlsCheck: TLSCheck
    /// The options of HTTP and WebDAV.
    public let http: HTTPOptions
    /// The options of S3.
    public let s3: S3Options
    /// The options of SSH.
    public let ssh: SSHOptions
    /// Whether objects are kept under their own names, and told apart by the version ids of the cloud.
    public let isVersionAware: Bool
    /// Whether it is version aware and holds the work tree of one commit.
    public let isWorktree: Bool
    /// The most transfers at once.
    public let jobs: Int?
    /// The keys that have no meaning here, sorted; their values are not kept.
    public let otherKeys: [String]

    /// Whether the objects are below `files/md5` or the like, by their digests.
    public var isContentAddressed: Bool { !isVersionAware }

    init(
        name: String, url: String, level: DVCConfiguration.Level, settings: [String: DVCConfiguration.Setting]
    ) throws(RegistryError) {
        var options = DVCOptions(settings)
        self.name = name
        address = Address(url)
        addressLevel = level
        user = try options.text("user")
        password = try options.secret("password")
        asksPassword = try options.bool("ask_password") ?? false
        tlsCheck = TLSCheck(try options.text("ssl_verify"))
        http = try HTTPOptions(&options)
        s3 = try S3Options(&options)
        ssh = try SSHOptions(&options)
        isWorktree = try options.bool("worktree") ?? false
        isVersionAware = (try options.bool("version_aware") ?? isWorktree) || isWorktree
        jobs = try options.count("jobs", atMost: 1_000_000)
        otherKeys = options.otherKeys
    }
}

extension DVCRemote: CustomStringConvertible {
    /// The name and the address, without a password in it.
    public var description: String { "\(name) (\(address))" }
}

extension DVCRemote.Address: CustomStringConvertible {
    /// The path, or the address with `***` in place of a password.
    public var description: String {
        switch self {
        case .path(let path), .relativePath(let path): path
        case .url(_, let text): GitURL.redact(text.revealed)
        }
    }
}

extension DVCConfiguration {
    /// The remotes that one may go through: `remote://a/x` to `remote://b/y` and so on.
    private static let chainLimit = 16

    /// A remote with its options; those of a remote that its `remote://` address names are inherited.
    /// - Parameter name: the name in any case; the default remote where it is `nil`.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidFile`` where there is none of the name, it has no address
    ///   or options that cannot be read, or addresses lead in a circle.
    public func remote(_ name: String? = nil) throws(RegistryError) -> DVCRemote {
        guard let name = name?.lowercased() ?? defaultRemote else {
            throw RegistryError(
                .invalidFile, "no DVC remote is the default one", subject: "core.remote",
                hints: remoteNames.first.map { ["dvc remote default \($0.shellQuoted)"] } ?? [
                    "dvc remote add --default NAME URL"
                ])
        }
        var settings: [String: Setting] = [:]
        var parts: [String] = []
        var next = name
        for _ in 0..<Self.chainLimit {
            guard let found = remotes[next] else {
                throw RegistryError(
                    .invalidFile, "there is no DVC remote '\(next.terminalSafe(limit: 60))'", subject: next,
                    hints: Suggestion.closest(to: next, in: remoteNames).map { ["did you mean '\($0)'?"] }
                        ?? ["dvc remote list"])
            }
            settings.merge(found) { own, _ in own }
            guard let setting = found["url"], case .text(let url) = setting.value, !url.isEmpty else {
                throw RegistryError(
                    .invalidFile, "the DVC remote '\(next.terminalSafe(limit: 60))' has no url", subject: next,
                    hints: ["dvc remote modify \(next.shellQuoted) url URL"])
            }
            guard URLText.scheme(of: url) == "remote" else {
                let base = parts.isEmpty || url.hasSuffix("/") ? url : url + "/"
                settings["url"] = nil
                return try DVCRemote(
                    name: name, url: base + parts.reversed().joined(separator: "/"), level: setting.level,
                    settings: settings)
            }
            let rest = url.utf8.dropFirst("remote://".utf8.count)
            let host = rest.prefix { $0 != UInt8(ascii: "/") }
            let path = rest[host.endIndex...].drop { $0 == UInt8(ascii: "/") }
            if !path.isEmpty { parts.append(String(Substring(path))) }
            next = String(Substring(host)).lowercased()
        }
        throw RegistryError(
            .invalidFile, "the address of the DVC remote '\(name.terminalSafe(limit: 60))' leads in a circle",
            subject: name,
            hints: ["dvc remote list"])
    }
}
