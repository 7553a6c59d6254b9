import GitCommand
import GitTypes
import LibGit2

/// Judges whether a `git` child may run in spite of what the repository's own configuration says.
///
/// A repository that somebody unpacked, or that another program prepared, may name programs in `.git/config`. Git runs
/// them; we refuse, and only where the child at hand would run them. `docs/decisions/0010-repository-configuration.md`
/// has the reasons.
struct ConfigurationTrust {
    /// The variable that makes a repository's configuration as good as the user's.
    static let variable = "GIT_MODEL_TRUST_CONFIG"

    private let entries: [ConfigurationEntry]
    private let variables: [String: String]

    init(_ entries: [ConfigurationEntry], variables: [String: String]) {
        self.entries = entries
        self.variables = variables
    }

    /// The check for a repository; `nil` where the user trusts its configuration. Files are read when a child is about
    /// to start, so what starts none pays nothing.
    static func check(of gitDirectory: String, _ variables: [String: String]) -> ConfigurationCheck? {
        if !["", "0"].contains(variables[variable] ?? "") { return nil }
        return { (use) throws(GitCommandError) in
            let entries: [ConfigurationEntry]
            do throws(GitError) {
                entries = try Repository.open(
                    at: gitDirectory, isInsideHook: true, environment: { $0 == "GIT_DIR" ? gitDirectory : nil }
                ).configurationEntries()
            } catch {
                throw GitCommandError(
                    .failed, operation: "config", message: "cannot \(error.operation): \(error.message)")
            }
            guard let (name, file) = ConfigurationTrust(entries, variables: variables).offence(against: use) else {
                return
            }
            throw GitCommandError(
                .configurationNotTrusted(key: name, file: file), operation: "config",
                message: "\(name) in \(file) is not trusted")
        }
    }

    /// The first setting of the repository's own that the child would obey, and the file that it is in.
    func offence(against use: ConfigurationUse) -> (name: String, file: String)? {
        let transports = transports(of: use)
        for entry in entries {
            guard let file = entry.repositoryFile, let setting = RiskySetting(entry) else { continue }
            if let variable = setting.variable, variables[variable]?.isEmpty == false { continue }
            if matches(setting.reader, use, transports) { return (setting.name, file) }
        }
        return nil
    }

    private func matches(_ reader: RiskySetting.Reader, _ use: ConfigurationUse, _ transports: Set<Transport>) -> Bool {
        switch (reader, use) {
        case (.all, _): true
        case (.remote(let readers), _): !readers.isDisjoint(with: transports)
        case (.password, .credential): true
        case (.password, _): !transports.isDisjoint(with: [.web, .helper])
        case (.push(let readers), .push): !readers.isDisjoint(with: transports)
        case (.push, _): false
        case (.signature, .signature): true
        case (.signature, .push): signsPushes
        case (.signature, _): false
        }
    }

    /// By which transports the child may reach somebody. A push may fetch too what a partial clone lacks.
    private func transports(of use: ConfigurationUse) -> Set<Transport> {
        var remotes: [String] = promisors
        var addresses: [String] = []
        switch use {
        case .credential, .signature: return []
        case .fetch(nil): break
        case .fetch(.name(let name)?), .push(.name(let name)): remotes.append(name.description)
        case .fetch(.url(let url)?), .push(.url(let url)): addresses.append(url.secret)
        }
        if remotes.isEmpty, addresses.isEmpty { return [] }
        if isRewritten { return Set(Transport.allCases) }
        for remote in remotes {
            let own = entries.filter { ["remote.\(remote).url", "remote.\(remote).pushurl"].contains($0.key) }
            // Without an address git takes the name for a path, or for what an older kind of file says.
            if own.isEmpty { return Set(Transport.allCases) }
            addresses += own.map(\.value)
        }
        return Set(addresses.map { Transport(address: $0) })
    }

    /// The remotes that owe objects to this partial clone.
    private var promisors: [String] {
        entries.compactMap { entry in
            if entry.key == "extensions.partialclone" { return entry.value }
            guard entry.key.hasPrefix("remote."), entry.key.hasSuffix(".promisor"), !Self.isOff(entry.value) else {
                return nil
            }
            return String(entry.key.dropFirst("remote.".count).dropLast(".promisor".count))
        }
    }

    /// Whether an address may become another one on its way: by `insteadOf`, or by `git -c`, which libgit2 does not read.
    private var isRewritten: Bool {
        if entries.contains(where: { $0.key.hasPrefix("url.") }) { return true }
        return variables.contains { name, value in
            guard name.hasPrefix("GIT_CONFIG_KEY_") || name == "GIT_CONFIG_PARAMETERS" else { return false }
            let text = value.lowercased()
            return ["insteadof", "url", "partialclone", "promisor"].contains { text.contains($0) }
        }
    }

    private var signsPushes: Bool {
        entries.contains { $0.key == "push.gpgsign" && !Self.isOff($0.value) }
            || variables.contains { $0.key.hasPrefix("GIT_CONFIG_") && $0.value.lowercased().contains("push.gpgsign") }
    }

    private static func isOff(_ value: String) -> Bool { ["false", "no", "off", "0"].contains(value.lowercased()) }
}
