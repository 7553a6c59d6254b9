import GitTypes
import LibGit2
import RegistryCore

/// The hooks of one repository: their rules, who allowed them, and what they did.
///
/// The rules are those of the working tree or, without one, of HEAD, never of the tag that is dealt with: who may push a
/// tag must not choose what runs.
struct HookSession {
    let registry: RegistrySession
    let configuration: RegistryConfiguration
    let folder: HookFolder
    let head: ObjectID?
    private let allowsAll: Bool

    /// In CI, where the checkout is what the job is about.
    static let allowVariable = "GIT_MODEL_ALLOW_HOOKS"

    /// - Throws: ``RegistryError`` where the configuration cannot be read: a rule must not be lost by a slip of the pen.
    init(_ registry: RegistrySession, allowsAll: Bool = false) async throws(RegistryError) {
        let (configuration, error) = try await registry.configuration()
        if let error { throw error }
        self.registry = registry
        self.configuration = configuration
        self.folder = try HookFolder(registry)
        self.head = try registry.head()
        self.allowsAll = allowsAll || registry.environment.variables[Self.allowVariable] == "1"
    }

    /// The rules that an event calls for, in the file's order.
    func rules(for checked: CheckedEvent) -> [HookRule] {
        configuration.hooks.filter { $0.matches(checked.event, type: checked.annotation?.type) }
    }

    /// The script that a rule runs; `nil` where it runs another program.
    func script(of rule: HookRule) async throws(RegistryError) -> HookScript? {
        guard let name = rule.action.script else { return nil }
        return try await HookScript.read(name, of: rule, registry, head: head)
    }

    /// What an approval covers beside the rule: its script, and each file of the repository that is an argument, as of
    /// `[python3, ci/deploy.py]`.
    func content(of rule: HookRule, _ script: HookScript?) async throws(RegistryError) -> [UInt8] {
        var content = script?.bytes ?? []
        guard case .program(let words) = rule.action else { return content }
        for word in words.dropFirst(script == nil ? 0 : 1) {
            let parts = word.split(separator: "/", omittingEmptySubsequences: true).filter { $0 != "." }
            guard !word.hasPrefix("/"), !word.hasPrefix("-"), !parts.isEmpty, !parts.contains("..") else { continue }
            let path = parts.joined(separator: "/")
            content += Array("\n\(word)\n".utf8)
            // What is too large to be a script is data.
            guard let bytes = try? await file(at: path) else { continue }
            content += bytes
        }
        return content
    }

    private func file(at path: String) async throws(RegistryError) -> [UInt8]? {
        let limit = 1 << 20
        if registry.remote == nil, let root = registry.repository.workingDirectory {
            return try RegistrySession.readFile("\(root)/\(path)", limit: limit, shown: path)
        }
        guard let head else { return nil }
        return try await CommitFiles(registry).file(at: path, of: head, limit: limit)
    }

    /// Refuses a rule that nobody allowed as it is.
    func checkAllowed(_ rule: HookRule, _ script: HookScript?) async throws(RegistryError) {
        if allowsAll { return }
        let content = try await content(of: rule, script)
        if try HookApprovals(registry).isAllowed(rule, content: content) { return }
        let repository = registry.remote.map { " -r \($0.description.shellQuoted)" } ?? ""
        throw RegistryError(
            .hooksNotTrusted, "hook \(rule.name) has not been allowed here as it is now", subject: rule.name,
            hints: [
                "see what it runs: git model hooks list\(repository)", "then: git model hooks allow\(repository)",
                "in CI: export \(Self.allowVariable)=1",
            ])
    }

    /// Whether each rule of the configuration may run.
    func statuses() async throws(RegistryError) -> [HookStatus] {
        let approvals = try HookApprovals(registry)
        var statuses: [HookStatus] = []
        for rule in configuration.hooks {
            do throws(RegistryError) {
                let script = try await script(of: rule)
                let isAllowed = try approvals.isAllowed(rule, content: try await content(of: rule, script))
                statuses.append(HookStatus(rule: rule, isAllowed: isAllowed, problem: nil))
            } catch {
                statuses.append(HookStatus(rule: rule, isAllowed: false, problem: error))
            }
        }
        return statuses
    }
}
