import ArtifactStore
import GitTypes
import Glibc
import LibGit2
public import RegistryCore
import RegistryFiles

extension Registry {
    /// Describes an artifact in `dvc.yaml` or `artifacts.yaml` of the working tree; the rest of the file stays as it is.
    /// - Parameters:
    ///   - changes: what to write; `nil` takes the artifact out of the file.
    ///   - file: `dvc.yaml`, a path that ends in it, or GTO's file; `nil` is the file that has the artifact, else the
    ///     `dvc.yaml` of its folder, else GTO's file where only that exists.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/notSupportedYet`` without a working tree,
    ///   ``ErrorCode/invalidFile``, ``ErrorCode/typeNotAllowed``, ``ErrorCode/pathNotFound``,
    ///   ``ErrorCode/annotationNotFound`` or ``ErrorCode/inputOutput``.
    public func annotate(
        _ artifact: ArtifactName, _ changes: AnnotationChanges?, file: String?, isDryRun: Bool = false
    ) async throws(RegistryError) -> AnnotationReceipt {
        let session = try await RegistrySession(location, environment)
        return try await session.annotate(artifact, changes, file: file, isDryRun: isDryRun)
    }
}

extension RegistrySession {
    func annotate(
        _ artifact: ArtifactName, _ changes: AnnotationChanges?, file: String?, isDryRun: Bool
    ) async throws(RegistryError) -> AnnotationReceipt {
        guard let root = repository.workingDirectory, remote == nil else {
            throw RegistryError(
                .notSupportedYet, "annotations are written in a working tree, and this repository has none",
                hints: ["clone it, annotate there, commit and push"])
        }
        try refuseInsideHook()
        let (configuration, configurationError) = try await configuration(at: try head(), CommitFiles(self))
        if let configurationError { throw configurationError }
        let file = try annotationFile(for: artifact, named: file, configuration, root)
        let original = try Self.readFile("\(root)/\(file)", limit: MetadataReader.fileLimit, shown: file)
        let edited: [UInt8]
        if let changes {
            try check(changes, for: artifact, file: file, configuration, root)
            edited = try AnnotationEdit.setting(changes.annotation(of: artifact, file: file), in: original, file: file)
        } else {
            guard let original else {
                throw RegistryError(
                    .annotationNotFound, "\(file) does not exist, so \(artifact) is not described in it",
                    subject: artifact.description, hints: ["git model describe \(artifact)"])
            }
            edited = try AnnotationEdit.removing(artifact, in: original, file: file)
        }
        if !isDryRun, edited != original { try Self.replaceFile("\(root)/\(file)", edited, shown: file) }
        return AnnotationReceipt(file: file)
    }

    private func annotationFile(
        for artifact: ArtifactName, named: String?, _ configuration: RegistryConfiguration, _ root: String
    ) throws(RegistryError) -> String {
        let own = artifact.folder.map { "\($0)/dvc.yaml" } ?? "dvc.yaml"
        let gto = configuration.annotationsFile
        if let named {
            guard named == own || named == gto && artifact.folder == nil else {
                throw RegistryError(
                    .invalidArguments,
                    "\(artifact) can be described in \(own)\(artifact.folder == nil ? " or \(gto)" : "") only",
                    subject: named, hints: ["leave out --file"])
            }
            return named
        }
        if artifact.folder != nil { return own }
        func has(_ file: String) throws(RegistryError) -> Bool? {
            guard let bytes = try Self.readFile("\(root)/\(file)", limit: MetadataReader.fileLimit, shown: file) else {
                return nil
            }
            return try AnnotationFile.parse(bytes, file: file).annotations.contains { $0.name == artifact }
        }
        let (inOwn, inGTO) = (try has(own), try has(gto))
        if inOwn == true { return own }
        if inGTO == true { return gto }
        return inOwn == nil && inGTO != nil ? gto : own
    }

    private func check(
        _ changes: AnnotationChanges, for artifact: ArtifactName, file: String, _ configuration: RegistryConfiguration,
        _ root: String
    ) throws(RegistryError) {
        if let type = changes.type {
            let type = try NameGrammar.checked(type, as: "type", example: "'model' or 'dataset'")
            if let allowed = configuration.allowedTypes, !allowed.contains(type) {
                throw RegistryError(
                    .typeNotAllowed,
                    "type \(type) is not allowed: \(configuration.file ?? "the configuration") allows "
                        + allowed.joined(separator: ", "),
                    subject: type,
                    hints: Suggestion.hints(for: type, in: allowed)
                        + ["add it to 'types' in \(configuration.file ?? "the configuration")"])
            }
        }
        for label in changes.labels { _ = try NameGrammar.checked(label, as: "label", example: "'nlp' or 'tabular'") }
        guard let path = changes.path else {
            if changes.mustExist {
                throw RegistryError(
                    .invalidArguments, "--must-exist needs a path", hints: ["add --path PATH, or leave it out"])
            }
            return
        }
        if path.contains("://") { return }
        let fromRoot = try SafePath(changes.annotation(of: artifact, file: file).pathFromRoot ?? path)
        var status = stat()
        if changes.mustExist, stat("\(root)/\(fromRoot)", &status) != 0 {
            throw RegistryError(
                .pathNotFound, "\(fromRoot) is not in the working tree", subject: path,
                hints: ["check the path, or leave out --must-exist"])
        }
    }
}

extension AnnotationChanges {
    fileprivate func annotation(of artifact: ArtifactName, file: String) -> ArtifactAnnotation {
        ArtifactAnnotation(
            name: artifact, type: type, path: path, isVirtual: !mustExist, labels: labels, summary: summary ?? "",
            file: file)
    }
}
