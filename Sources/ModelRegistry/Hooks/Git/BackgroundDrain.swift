import ChildProcess
import GitTypes
import Glibc
import LibGit2
import RegistryCore

/// Runs the hooks of all events that wait, in a process that nobody waits for: `git model trigger --all-pending`.
struct BackgroundDrain {
    let session: RegistrySession

    /// Where a log is begun anew. The one before it is kept.
    private static let logLimit = 1 << 20

    /// Starts it, unless we are inside a hook of the registry: whoever runs that one looks for new tags when it is done.
    /// - Returns: whether it was started.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/programMissing`` or ``ErrorCode/inputOutput``.
    func start() throws(RegistryError) -> Bool {
        let environment = session.environment
        // Objects in quarantine may never come to be.
        if environment.variables[HookInput.depthVariable] != nil || environment.isInsideHook { return false }
        let repository = session.repository
        let root = repository.workingDirectory ?? repository.gitDirectory
        let process = DetachedProcess(
            program: environment.program, arguments: ["trigger", "--all-pending", "--quiet", "--repo", root],
            environment: environment.variables.filter { Self.isKept($0.key, isInWebServer: isInWebServer) },
            workingDirectory: root, errorFile: try log())
        do throws(ChildProcessError) { try process.start() } catch {
            throw RegistryError(
                .programMissing, "the hooks could not be started in the background: \(error)",
                hints: ["run them now: git model trigger --all-pending"])
        }
        return true
    }

    /// The file for what goes wrong.
    private func log() throws(RegistryError) -> String {
        let folder = try HookFolder(session)
        try folder.create()
        var status = stat()
        if stat(folder.log, &status) == 0, status.st_size > Self.logLimit { rename(folder.log, "\(folder.log).1") }
        return folder.log
    }

    private var isInWebServer: Bool { session.environment.variables["GATEWAY_INTERFACE"] != nil }

    /// Git's variables for people and machines; those that it sets for a hook or for one command are not among them.
    private static let keptOfGit: Set<String> = [
        "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CEILING_DIRECTORIES", "GIT_SSH",
        "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_TERMINAL_PROMPT", "GIT_EXEC_PATH",
    ]

    private static func isKept(_ name: String, isInWebServer: Bool) -> Bool {
        // In a web server a stranger's headers are variables: `Proxy` is HTTP_PROXY.
        if isInWebServer, name.hasPrefix("HTTP_") { return false }
        return !name.hasPrefix("GIT_") || keptOfGit.contains(name) || name.hasPrefix("GIT_SSL_")
            || name.hasPrefix("GIT_MODEL_")
    }
}

extension RegistrySession {
    /// After we made or deleted tags: libgit2 runs no `reference-transaction`, so what our hook of that name would do is
    /// done here. A failure leaves the tags waiting, and is told as a warning.
    func reactToOwnTags(_ receipt: inout WriteReceipt) async {
        do throws(RegistryError) {
            if !receipt.deleted.isEmpty { try await noteGone(receipt.deleted) }
            guard remote == nil, !receipt.created.isEmpty, try GitHookFolder(self).has(.referenceTransaction) else {
                return
            }
            _ = try BackgroundDrain(session: self).start()
        } catch {
            // Where Git starts no hook of ours, there is none to stand in for.
            if error.code != .unsafePath { receipt.warnings.append(error.message) }
        }
    }

    /// Notes that tags were deleted, so that a new tag of one of these names is a new event.
    func noteGone(_ names: [TagName]) async throws(RegistryError) {
        guard let folder = try? HookFolder(self) else { return }
        try await folder.journal.note(.gone, names.map { TagReference(name: $0, id: .zero) })
    }
}
