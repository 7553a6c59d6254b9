import ArtifactStore
import GitTypes
import Glibc
import LibGit2
import RegistryCore

/// Which hooks a person allowed to run, remembered by content: a file for each, named by the repository's place, the hook's
/// name, and the SHA-256 of the place, the rule, and the script that it runs. Whatever of that changes asks for a new
/// approval.
struct HookApprovals {
    /// Where the approvals are, those of other repositories too.
    let folder: String
    /// The common Git folder, or the address of a repository at a URL.
    private let place: String

    init(_ session: RegistrySession) throws(RegistryError) {
        let root = LocalFolder.ofUser(session.environment.variables, "XDG_DATA_HOME", fallback: ".local/share")
        guard let root else {
            throw RegistryError(
                .inputOutput, "there is no folder for approvals: neither XDG_DATA_HOME nor HOME is set",
                hints: ["in CI: export GIT_MODEL_ALLOW_HOOKS=1"])
        }
        self.folder = "\(root)/allowed-hooks"
        self.place = session.remote?.secret ?? session.repository.commonDirectory
    }

    /// - Parameter script: the bytes of the script that the rule names; `nil` where it names none.
    func isAllowed(_ rule: HookRule, script: [UInt8]?) throws(RegistryError) -> Bool {
        access(try path(rule, script), F_OK) == 0
    }

    func allow(_ rule: HookRule, script: [UInt8]?) throws(RegistryError) {
        try LocalFolder.create(folder, mode: 0o700, advice: "export XDG_DATA_HOME to a folder that you may write to")
        let path = try path(rule, script)
        // For whoever looks what was allowed; the name alone decides.
        let text = "\(GitURL.redact(place))\n\(rule.canonical.text())\n"
        try RegistrySession.replaceFile(path, Array(text.utf8), shown: path)
    }

    /// Takes all approvals of a hook back, those of its earlier contents too.
    /// - Returns: whether there was one.
    func withdraw(_ rule: HookRule) -> Bool {
        let start = start(rule)
        let names = LocalFolder.names(in: folder).filter { $0.hasPrefix(start) }
        return names.count { unlink("\(folder)/\($0)") == 0 } > 0
    }

    /// What the names of all approvals of a hook start with.
    private func start(_ rule: HookRule) -> String {
        "\(String(place.stableHash, radix: 16))-\(String(rule.name.stableHash, radix: 16))-"
    }

    private func path(_ rule: HookRule, _ script: [UInt8]?) throws(RegistryError) -> String {
        do {
            let computation = try DigestComputation(.sha256, size: 0)
            let parts = [Array(place.utf8), Array(rule.canonical.text(.compact).utf8), script ?? []]
            for part in parts {
                // The length in front keeps two divisions of the same bytes apart.
                Array("\(part.count) ".utf8).withUnsafeBytes { computation.update($0) }
                part.withUnsafeBytes { computation.update($0) }
            }
            return "\(folder)/\(start(rule))\(computation.finish().hexadecimal)"
        } catch {
            throw RegistryError(.internalFault, "SHA-256 cannot be computed", hints: ["check the installed libcrypto"])
        }
    }
}
