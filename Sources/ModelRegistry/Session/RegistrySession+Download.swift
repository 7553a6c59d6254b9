import ArtifactStore
import GitCommand
import GitTypes
import LibGit2
public import RegistryCore
import RegistryFiles

extension Registry {
    /// Brings the bytes of a version.
    /// - Parameters:
    ///   - output: a new name, or a folder that exists; `nil` is the artifact's own name in the current folder.
    ///   - isForced: replaces what is there, and takes a version that is not active.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/stageEmpty``, ``ErrorCode/versionInactive``,
    ///   ``ErrorCode/annotationNotFound``, ``ErrorCode/pathNotFound``, ``ErrorCode/notSupportedYet``,
    ///   ``ErrorCode/unsafePath``, ``ErrorCode/targetExists`` or ``ErrorCode/digestMismatch``.
    public func download(
        _ selector: Selector, to output: String?, isForced: Bool = false, isDryRun: Bool = false
    ) async throws(RegistryError) -> DownloadReceipt {
        let session = try await RegistrySession(location, environment)
        return try await session.download(selector, to: output, isForced: isForced, isDryRun: isDryRun)
    }
}

extension RegistrySession {
    func download(
        _ selector: Selector, to output: String?, isForced: Bool, isDryRun: Bool
    ) async throws(RegistryError) -> DownloadReceipt {
        let snapshot = try await snapshot()
        let version = try snapshot.state.version(of: selector, allowsInactive: isForced)
        let path = try await artifactPath(version, snapshot.configuration)
        let files = CommitFiles(self)
        let content = try await content(at: path, version, ArtifactLocator(files))
        let placement = try ArtifactPlacement(output: output, artifactName: path.name)
        let registered = version.releaseFacts?.digest.flatMap { ContentDigest($0.description) }

        let placed: [DownloadReceipt.File]
        if isDryRun {
            placed = content.files.map { file in
                let target = file.path.map { "\(placement.target)/\($0)" } ?? placement.target
                return .init(
                    target: target, size: file.size ?? 0, digest: file.digest?.description ?? "", isUnchanged: false)
            }
        } else {
            try await files.fetch(content.files.compactMap { $0.digest.flatMap { ObjectID($0.hexadecimal) } })
            let source = GitArtifactSource(self)
            var options = PlacementOptions()
            options.registered = content.isFolder ? nil : registered
            options.replaces = isForced
            placed = try await placement.place(content, from: source, options)
                .map {
                    .init(target: $0.path, size: $0.size, digest: $0.digest.description, isUnchanged: $0.isUnchanged)
                }
        }
        return DownloadReceipt(
            artifact: selector.artifact, version: version.label, stages: version.activeStages().map(\.stage),
            commit: version.commit, target: placement.target,
            source: "git \(remote?.description ?? repository.gitDirectory)", files: placed, isDryRun: isDryRun)
    }

    /// The path that the files at the version's commit, or the registration's own trailers, give the artifact.
    private func artifactPath(
        _ version: Version, _ configuration: RegistryConfiguration
    ) async throws(RegistryError) -> SafePath {
        let annotations = try await annotations(of: version.artifact, at: version.commit, configuration)
        let path = annotations.values.first?.pathFromRoot ?? version.releaseFacts?.path
        guard let path else {
            if annotations.values.isEmpty, let problem = annotations.findings.first {
                throw RegistryError(
                    .invalidFile, problem.message, subject: problem.subject, hints: [problem.hint].compactMap { $0 })
            }
            throw RegistryError(
                .annotationNotFound,
                "nothing says where \(version.artifact) \(version.label) is: no 'path' in dvc.yaml or artifacts.yaml "
                    + "at commit \(version.commit.short)", subject: version.artifact.description,
                hints: [
                    "git model annotate \(version.artifact) --path PATH", "then commit that and register a new version",
                ])
        }
        if path.contains("://") {
            let scheme = path.prefix { $0 != ":" }
            throw RegistryError(
                .notSupportedYet,
                "\(version.artifact) \(version.label) is kept at \(GitURL.redact(path)), which cannot be fetched yet",
                subject: version.artifact.description, hints: ["download it with the tool for \(scheme)"])
        }
        return try SafePath(path)
    }

    private func content(
        at path: SafePath, _ version: Version, _ locator: ArtifactLocator
    ) async throws(RegistryError) -> ArtifactContent {
        let what = "\(version.artifact) \(version.label)"
        switch try await locator.locate(path, at: version.commit) {
        case .file(let id, let size, let isExecutable):
            return ArtifactContent(
                files: [
                    ArtifactFile(path: nil, size: size, isExecutable: isExecutable, digest: ContentDigest(blob: id))
                ],
                isFolder: false)
        case .folder(let tree, let files):
            if let registered = version.releaseFacts?.digest, registered.description.hasPrefix("git:"),
                registered.description != "git:\(tree)"
            {
                throw RegistryError(
                    .digestMismatch, "\(path) is git:\(tree) where the registration says \(registered)",
                    subject: path.description, hints: ["git model history tells who registered the version"])
            }
            return ArtifactContent(files: files, isFolder: true)
        case .lfs(let pointer):
            throw RegistryError(
                .notSupportedYet,
                "\(what) is kept in Git LFS (\(path), sha256:\(pointer.sha256.prefix(12)), \(pointer.size) bytes), which cannot be fetched yet",
                subject: path.description,
                hints: [
                    "git checkout \(version.commit.short) && git lfs pull --include \(path.description.shellQuoted)"
                ])
        case .dvc(_, let file):
            throw RegistryError(
                .notSupportedYet, "\(what) is kept in DVC (\(path), by \(file)), which cannot be fetched yet",
                subject: path.description,
                hints: [
                    "dvc get --rev \(version.commit.short) \(remote?.description ?? ".") \(path.description.shellQuoted)"
                ])
        case .absent:
            throw RegistryError(
                .pathNotFound, "\(path) is not in commit \(version.commit.short), where \(what) should be",
                subject: path.description, hints: ["to see its files: git ls-tree -r \(version.commit.short)"])
        }
    }
}
