import GitTypes
public import Outbound
public import RegistryCore

/// Where the Git LFS server of a repository is.
///
/// Source of the rules: `docs/api/server-discovery.md` of git-lfs.
public enum LFSEndpoint: Hashable, Sendable {
    /// An address of the API.
    case web(OutboundURL)
    /// A machine that is asked, by `git-lfs-authenticate`, for the address; `fallback` is asked where it has no such
    /// program.
    case ssh(SSHTarget, fallback: OutboundURL?)
    /// A folder with objects: a repository of this machine.
    case folder(String)

    /// Whom SSH is to connect to, and the path of the repository there.
    public struct SSHTarget: Hashable, Sendable {
        /// `host` or `user@host`.
        public let destination: String
        /// The port; `nil` is what the SSH configuration says.
        public let port: Int?
        /// The path as the address has it.
        public let path: String
    }

    /// Reads an address that `lfs.url` names: it is the server's own.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/storeNotConfigured``.
    public init(serverAddress text: String) throws(RegistryError) {
        try self.init(text, isServer: true)
    }

    /// Makes the server's address out of that of the Git repository, as every client of Git LFS does.
    /// - Parameter text: the address; a path is a repository of this machine.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/storeNotConfigured``.
    public init(remoteAddress text: String) throws(RegistryError) {
        try self.init(text, isServer: false)
    }

    private init(_ text: String, isServer: Bool) throws(RegistryError) {
        func refuse(_ reason: String) -> RegistryError {
            RegistryError(
                .storeNotConfigured, "'\(GitURL.redact(text))' is not the address of a Git LFS server: \(reason)",
                subject: GitURL.redact(text), hints: ["git config lfs.url https://HOST/PATH names it"])
        }
        if text.hasPrefix("/") {
            self = .folder(text)
            return
        }
        let url: GitURL
        do throws(MalformedValue) { url = try GitURL(text) } catch { throw refuse(error.rule) }
        switch url.scheme {
        case "http", "https":
            guard let address = try? OutboundURL(isServer ? text : Self.serverAddress(of: text)) else {
                throw refuse("it cannot be read")
            }
            self = .web(address)
        case "file":
            guard let path = text.firstRange(of: "://").map({ String(text[$0.upperBound...]) }), path.hasPrefix("/")
            else { throw refuse("its path is not absolute") }
            self = .folder(path)
        case "ssh":
            guard let target = Self.sshTarget(text) else { throw refuse("it has no path") }
            let host = target.destination.split(separator: "@").last ?? ""
            let path = target.path.hasPrefix("/") ? target.path : "/\(target.path)"
            self = .ssh(target, fallback: try? OutboundURL(Self.serverAddress(of: "https://\(host)\(path)")))
        default:
            throw refuse("Git LFS is not spoken over \(url.scheme)")
        }
    }

    /// `https://host/path` becomes `https://host/path.git/info/lfs`.
    private static func serverAddress(of text: String) -> String {
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        return text.hasSuffix(".git") ? "\(text)/info/lfs" : "\(text).git/info/lfs"
    }

    private static func sshTarget(_ text: String) -> SSHTarget? {
        if let separator = text.firstRange(of: "://") {
            let rest = text[separator.upperBound...]
            guard let slash = rest.firstIndex(of: "/") else { return nil }
            let parts = rest[..<slash].split(separator: ":", maxSplits: 1)
            // A user name cannot hold a colon here: what follows one is the port.
            guard let destination = parts.first else { return nil }
            return SSHTarget(
                destination: String(destination), port: parts.count > 1 ? Int(parts[1]) : nil,
                path: String(rest[slash...]))
        }
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let path = String(text[text.index(after: colon)...])
        return path.isEmpty ? nil : SSHTarget(destination: String(text[..<colon]), port: nil, path: path)
    }
}
