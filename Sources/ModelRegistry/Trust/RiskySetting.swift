import LibGit2

/// A key of Git's configuration that chooses which program a `git` child runs, or by which transport it reaches a remote.
///
/// Not here are keys that no child of ours reads, or that each gets another value for (`core.fsmonitor`, `core.pager`,
/// `alias.*`, `diff.external`, filters, editors, `protocol.ext.allow`), and keys that run nothing (`http.proxy`,
/// `http.extraHeader`, `protocol.*.allow`, `gpg.ssh.allowedSignersFile`).
struct RiskySetting {
    /// Who reads it.
    enum Reader {
        /// What talks to a remote by one of these transports.
        case remote(Set<Transport>)
        /// The same, and what asks for a password.
        case password
        /// A push only: its hook, or the program that receives it.
        case push(Set<Transport>)
        /// What signs or checks a signature.
        case signature
        /// Every child.
        case all
    }

    /// The key as people write it.
    let name: String
    let reader: Reader
    /// The environment variable that git prefers to it; `nil` where there is none.
    let variable: String?

    /// The setting that a line of the configuration makes; `nil` where it is harmless.
    init?(_ entry: ConfigurationEntry) {
        if entry.namesUnreadFile {
            self.init(entry.key, .all)
            return
        }
        // An empty helper takes the ones before it away, and no other program has an empty name.
        if entry.value.isEmpty { return nil }
        let every = Set(Transport.allCases)
        let parts = entry.key.split(separator: ".", omittingEmptySubsequences: false)
        guard let section = parts.first, let last = parts.last, parts.count >= 2 else { return nil }
        switch (section, last, parts.count > 2) {
        case ("core", "sshcommand", false): self.init("core.sshCommand", .remote([.ssh]), "GIT_SSH_COMMAND")
        case ("core", "gitproxy", false): self.init("core.gitProxy", .remote([.daemon]), "GIT_PROXY_COMMAND")
        case ("core", "askpass", false): self.init("core.askPass", .password, "GIT_ASKPASS")
        case ("core", "hookspath", false): self.init("core.hooksPath", .push(every))
        case ("core", "alternaterefscommand", false): self.init("core.alternateRefsCommand", .remote(every))
        case ("credential", "helper", _): self.init(entry.key, .password)
        case ("remote", "uploadpack", true): self.init(entry.key, .remote([.local, .ssh, .helper]))
        case ("remote", "receivepack", true): self.init(entry.key, .push([.local, .ssh, .helper]))
        case ("remote", "vcs", true): self.init(entry.key, .remote(every))
        case ("gpg", "program", _): self.init(entry.key, .signature)
        case ("gpg", "defaultkeycommand", true): self.init("gpg.ssh.defaultKeyCommand", .signature)
        case ("url", "insteadof", true), ("url", "pushinsteadof", true):
            let base = entry.key.dropFirst("url.".count).dropLast(last.count + 1)
            guard Transport(address: String(base)) != Transport(address: entry.value) else { return nil }
            self.init(entry.key, .remote(every))
        default: return nil
        }
    }

    private init(_ name: String, _ reader: Reader, _ variable: String? = nil) {
        self.name = name
        self.reader = reader
        self.variable = variable
    }
}
