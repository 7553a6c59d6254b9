import ArtifactStore
import GitTypes
import Outbound
import RegistryCore
import RegistryFiles

extension StoreFactory {
    /// What reads a remote of DVC on a web server, or on one that speaks WebDAV.
    /// - Parameter address: its address, with the scheme of HTTP.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/storeNotConfigured`` or ``ErrorCode/credentialsMissing``.
    func webStore(_ remote: DVCRemote, _ address: String) throws(RegistryError) -> WebStore {
        let url = try Self.url(address)
        let access = try access(to: remote)
        return WebStore(
            url, authorization: access.authorization, headers: access.headers,
            client: client(tlsCheck: remote.tlsCheck), credentialHints: hints(remote))
    }

    private func access(
        to remote: DVCRemote
    ) throws(RegistryError) -> (authorization: OutboundAuthorization, headers: OutboundHeaders) {
        if remote.asksPassword, remote.password == nil {
            throw RegistryError(
                .credentialsMissing, "the DVC remote '\(remote.name)' wants its password asked for, which is not done",
                subject: remote.name,
                hints: ["dvc remote modify --local \(remote.name.shellQuoted) password PASSWORD"])
        }
        if isWebDAV(remote) {
            if let token = remote.http.token { return (.none, ["Authorization": "Bearer \(token.revealed)"]) }
            guard let user = remote.user else { return (.none, [:]) }
            return (.basic(user: user, password: remote.password?.revealed ?? ""), [:])
        }
        switch remote.http.authentication {
        case .basic:
            let (user, password) = try login(of: remote)
            return (.basic(user: user, password: password), [:])
        case .digest:
            let (user, password) = try login(of: remote)
            return (.digest(user: user, password: password), [:])
        case .custom:
            guard let header = remote.http.customAuthHeader, let password = remote.password else {
                throw RegistryError(
                    .credentialsMissing,
                    "the DVC remote '\(remote.name)' wants a header of its own, and "
                        + (remote.http.customAuthHeader == nil ? "its name is" : "its value, the password, is")
                        + " not configured", subject: remote.name,
                    hints: [
                        "dvc remote modify \(remote.name.shellQuoted) custom_auth_header NAME",
                        "dvc remote modify --local \(remote.name.shellQuoted) password VALUE",
                    ])
            }
            var headers = OutboundHeaders()
            headers.append(header, password.revealed)
            return (.none, headers)
        case nil: return (.none, [:])
        }
    }

    private func login(of remote: DVCRemote) throws(RegistryError) -> (user: String, password: String) {
        if let user = remote.user, let password = remote.password { return (user, password.revealed) }
        let missing = remote.user == nil ? remote.password == nil ? "user and no password" : "user" : "password"
        throw RegistryError(
            .credentialsMissing,
            "the DVC remote '\(remote.name)' wants a user and password, and no \(missing) is configured",
            subject: remote.name, hints: hints(remote))
    }

    private func hints(_ remote: DVCRemote) -> [String] {
        let name = remote.name.shellQuoted
        let login = "dvc remote modify --local \(name) user NAME, and the same with password"
        // Without a checkout there is no local configuration.
        let ofUser = "without a checkout: the same with --global"
        if isWebDAV(remote) { return [login, "or dvc remote modify --local \(name) token TOKEN", ofUser] }
        return remote.http.authentication == nil
            ? [login, "and dvc remote modify \(name) auth basic", ofUser] : [login, ofUser]
    }

    private func isWebDAV(_ remote: DVCRemote) -> Bool {
        if case .url(let scheme, _) = remote.address { scheme.hasPrefix("webdav") } else { false }
    }
}
