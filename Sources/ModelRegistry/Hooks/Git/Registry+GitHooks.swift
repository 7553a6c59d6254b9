import GitTypes
import LibGit2
public import RegistryCore

extension Registry {
    /// Installs Git hooks that check pushed tags or run the registry's hooks for them.
    ///
    /// A hook of somebody else is kept beside ours, and called first. Those that run hooks also begin the journal: tags
    /// that are there already are history.
    /// - Parameters:
    ///   - hooks: which, in this order.
    ///   - isDryRun: says what would be done, and does nothing.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/notSupportedYet`` for a repository at a URL,
    ///   ``ErrorCode/unsafePath`` where Git would start hooks from a folder that other repositories share,
    ///   ``ErrorCode/targetExists``, ``ErrorCode/insideHook`` or ``ErrorCode/inputOutput``.
    public func installGitHooks(
        _ hooks: [GitHook], isDryRun: Bool = false
    ) async throws(RegistryError) -> GitHookInstallation {
        let session = try await localSession()
        let installer = GitHookInstaller(folder: try GitHookFolder(session))
        var installation = GitHookInstallation()
        // What is in the way of the last one must not leave the first one installed.
        for hook in hooks { _ = try installer.install(hook, program: environment.program, isDryRun: true) }
        if !hooks.allSatisfy(\.refuses) {
            do throws(RegistryError) {
                let statuses = try await HookSession(session).statuses()
                installation.unapproved = statuses.filter { !$0.isAllowed }.map(\.rule.name)
            } catch {
                installation.configurationError = error
            }
            if !isDryRun {
                let folder = try HookFolder(session)
                try folder.create()
                let tags = try RegistryError.wrapping { () throws(GitError) in
                    try session.repository.tagReferences()
                }.references
                installation.historyCount = try await folder.journal.begin(with: tags)
            }
        }
        for hook in hooks {
            installation.receipts.append(
                try installer.install(hook, program: environment.program, isDryRun: isDryRun))
        }
        return installation
    }

    /// Takes Git hooks of ours out again, and puts those back that were there before; others are left alone.
    /// - Throws: ``RegistryError`` as ``installGitHooks(_:isDryRun:)``.
    public func uninstallGitHooks(
        _ hooks: [GitHook] = GitHook.allCases, isDryRun: Bool = false
    ) async throws(RegistryError) -> [GitHookReceipt] {
        let session = try await localSession()
        let installer = GitHookInstaller(folder: try GitHookFolder(session))
        var receipts: [GitHookReceipt] = []
        for hook in hooks { receipts.append(try installer.uninstall(hook, isDryRun: isDryRun)) }
        return receipts
    }

    /// Does the work of a Git hook: judges the refs that Git tells it, or starts the registry's hooks for them in the
    /// background and returns at once.
    ///
    /// `pre-receive` and `pre-push` write nothing, and read what is pushed where Git keeps it until it is accepted.
    /// - Parameters:
    ///   - state: what Git tells `reference-transaction`: `prepared`, `committed` or `aborted`.
    ///   - input: what Git gives the hook on its standard input.
    /// - Throws: ``RegistryError`` where the repository cannot be read or nothing can be started; what refuses must then
    ///   refuse all.
    public func runGitHook(
        _ hook: GitHook, state: String? = nil, input: [UInt8]
    ) async throws(RegistryError) -> GitHookVerdict {
        let references = try PushedReference.read(input, of: hook)
        if hook.refuses {
            let session = try await RegistrySession(location, environment)
            return try PushCheck(repository: session.repository).verdict(references)
        }
        let tags = references.filter { $0.registryTag != nil }
        if tags.isEmpty || hook == .referenceTransaction && state != "committed" { return GitHookVerdict() }
        let session = try await RegistrySession(location, environment)
        return hook == .postReceive
            ? try await session.react(toPushed: tags) : try await session.react(toCommitted: tags)
    }

    private func localSession() async throws(RegistryError) -> RegistrySession {
        if case .remote = location {
            throw RegistryError(
                .notSupportedYet, "Git hooks are installed on the machine that has the repository",
                hints: ["run it there, in the repository's folder"])
        }
        let session = try await RegistrySession(location, environment)
        try session.refuseInsideHook()
        return session
    }
}

extension RegistrySession {
    fileprivate func react(toPushed references: [PushedReference]) async throws(RegistryError) -> GitHookVerdict {
        var verdict = GitHookVerdict()
        for reference in references where reference.isMoved {
            guard let name = reference.name.tag else { continue }
            verdict.warnings.append(Finding.movedTag(name, from: reference.old, to: reference.new).message)
        }
        do throws(RegistryError) { try await noteGone(references.filter(\.isDeleted).compactMap(\.name.tag)) } catch {
            verdict.warnings.append(error.message)
        }
        if references.contains(where: \.isCreated) { verdict.isStarted = try BackgroundDrain(session: self).start() }
        return verdict
    }

    fileprivate func react(toCommitted references: [PushedReference]) async throws(RegistryError) -> GitHookVerdict {
        var verdict = GitHookVerdict()
        var gone: [TagName] = []
        for reference in references where reference.isDeleted {
            // Packing refs deletes their files, and the tags are still there.
            let id = try RegistryError.wrapping { () throws(GitError) in try repository.reference(reference.name) }
            if id == nil, let name = reference.name.tag { gone.append(name) }
        }
        try await noteGone(gone)
        // Git gives no old id where it did not have to look, so a tag that moved is here too; the journal knows it.
        if references.contains(where: \.isCreated) { verdict.isStarted = try BackgroundDrain(session: self).start() }
        return verdict
    }
}
