import ArtifactStore
import GitCommand
import GitTypes
import LibGit2
import Outbound
import RegistryCore
import RegistryFiles

extension StoreFactory {
    /// The repository that an output was imported from.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/addressRefused`` where it may not be read.
    func importing(
        from address: String, of path: String, _ session: RegistrySession
    ) async throws(RegistryError) -> RegistrySession {
        let shown = GitURL.redact(address)
        let isHere = session.remote == nil
        if let url = try? GitURL(address) {
            if url.scheme != "file" || isHere || allowsLocalFiles {
                return try await RegistrySession(.remote(url), session.environment)
            }
        } else if isHere, !address.contains(":") {
            // The path of another checkout on this machine.
            let base = session.repository.workingDirectory ?? session.repository.gitDirectory
            let folder = address.hasPrefix("/") ? address : "\(base)/\(address)"
            return try await RegistrySession(.folder(folder, isExplicit: true), session.environment)
        }
        throw RegistryError(
            .addressRefused, "\(path) was imported from \(shown), which is not read from here", subject: path,
            hints: ["dvc import it from an https or ssh address"])
    }
}

extension DeliveryBuilder {
    /// What reads files of Git LFS.
    func lfsSource(_ pointers: [LFSPointer]) async throws(RegistryError) -> LFSSource {
        let repository = session.repository
        let storage = try RegistryError.wrapping { () throws(GitError) in try repository.configuration("lfs.storage") }
        let folder = storage.map { $0.hasPrefix("/") ? $0 : "\(repository.commonDirectory)/\($0)" }
        let local = FolderStore("\(folder ?? "\(repository.commonDirectory)/lfs")/objects")
        let none = RegistryError(
            .storeNotConfigured, "\(label) is kept in Git LFS, and nothing says where: there is no remote",
            subject: label, hints: ["git config lfs.url https://HOST/PATH", "git remote add origin URL"])
        guard let endpoint = try await lfsEndpoint() else {
            return LFSSource(local: [local], access: nil, whyNoServer: none, objects: pointers)
        }
        let git = session.git
        let access = LFSSource.Access(
            endpoint, client: stores.client, variables: stores.variables,
            credentials: { (url) throws(RegistryError) in
                let isOwnPort = url.port == (url.scheme == "https" ? 443 : 80)
                do throws(GitCommandError) {
                    let found = try await git.fillCredential(
                        scheme: url.scheme, host: isOwnPort ? url.host : "\(url.host):\(url.port)",
                        path: String(url.path.dropFirst()))
                    return found.map { .basic(user: $0.user, password: $0.password.revealed) }
                } catch {
                    if case .configurationNotTrusted = error.kind { throw RegistryError(error) }
                    return nil
                }
            })
        return LFSSource(local: [local], access: access, whyNoServer: none, objects: pointers)
    }

    /// Where the server is: Git's configuration, then `.lfsconfig` of the commit, then the remote's own address.
    ///
    /// Source of the order: `docs/man/git-lfs-config.adoc` of git-lfs.
    private func lfsEndpoint() async throws(RegistryError) -> LFSEndpoint? {
        let repository = session.repository
        func configured(_ key: String) throws(RegistryError) -> String? {
            try RegistryError.wrapping { () throws(GitError) in try repository.configuration(key) }
        }
        let committed = try await committedLFSConfiguration()
        for key in ["lfs.url", "remote.origin.lfsurl"] {
            if let text = try configured(key) ?? committed[key], !text.isEmpty {
                return try LFSEndpoint(serverAddress: text)
            }
        }
        if let remote = session.remote { return try LFSEndpoint(remoteAddress: remote.secret) }
        // With `url.<base>.insteadOf` taken into account, which git alone does.
        let address = try await RegistryError.wrapping { () async throws(GitCommandError) in
            try await session.git.remoteAddress(.origin)
        }
        return try address.map { text throws(RegistryError) in try LFSEndpoint(remoteAddress: text) }
    }

    /// The keys of `.lfsconfig` that may say where a server is; whatever else stands there is not for others to choose.
    private func committedLFSConfiguration() async throws(RegistryError) -> [String: String] {
        let files = CommitFiles(session)
        guard let entry = try await files.entry(at: ".lfsconfig", of: commit), entry.mode == .file else { return [:] }
        _ = try await files.blob(entry.id, limit: 65_536, file: ".lfsconfig")
        return try await RegistryError.wrapping { () async throws(GitCommandError) in
            try await session.git.configuration(ofBlob: entry.id, keys: ["lfs.url", "remote.origin.lfsurl"])
        }
    }
}
