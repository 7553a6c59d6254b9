import GitTypes

/// `ssh://user@host:port/path` in its parts.
struct SSHAddress {
    let user: String?
    let host: String
    let port: Int?
    let path: String

    init?(_ text: String) {
        guard let start = text.firstRange(of: "://")?.upperBound, let slash = text[start...].firstIndex(of: "/") else {
            return nil
        }
        var authority = text[start..<slash]
        if let at = authority.lastIndex(of: "@") {
            // A password has no place in an address of SSH: keys and agents have.
            user = authority[..<at].split(separator: ":").first.map(String.init)
            authority = authority[authority.index(after: at)...]
        } else {
            user = nil
        }
        if let colon = authority.lastIndex(of: ":"), let number = Int(authority[authority.index(after: colon)...]) {
            port = number
            authority = authority[..<colon]
        } else {
            port = nil
        }
        if authority.isEmpty { return nil }
        host = String(authority)
        path = String(text[slash...])
    }
}

/// An address as `rclone` takes it.
///
/// A backend is made up on the spot, which finds its credentials in the environment.
struct RcloneAddress {
    let text: String

    init(backend: String, scheme: String, rest: String) {
        switch scheme {
        case "webdav", "webdavs":
            // Only what follows the last colon can be a file; the address before it is always a folder's.
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            let server = (scheme == "webdav" ? "http://" : "https://") + rest[..<slash]
            text = ":webdav,url=\(Self.quoted(server)):\(rest[slash...].drop { $0 == "/" })"
        case "hdfs":
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            let node = rest[..<slash].split(separator: "@").last.map(String.init) ?? ""
            text = ":hdfs,namenode=\(Self.quoted(node)):\(rest[slash...])"
        case "oss": text = ":s3,provider=Alibaba,env_auth=true:\(rest)"
        case "gdrive":
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            text = ":drive,root_folder_id=\(Self.quoted(String(rest[..<slash]))):\(rest[slash...].drop { $0 == "/" })"
        default: text = ":\(backend),env_auth=true:\(rest)"
        }
    }

    /// A value of a connection string: in quotes, a quote in it doubled.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
