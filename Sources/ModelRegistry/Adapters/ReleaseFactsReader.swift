import ArtifactStore
import GitTypes
import LibGit2
import RegistryCore
import RegistryFiles

/// Finds out what is released: the facts that a registration's trailers carry.
///
/// A digest that a pointer names (LFS, `.dvc`, `dvc.lock`) is read; one of bytes that are in Git is computed for a file
/// and is the tree's id for a folder. What cannot be told is left out: a registration never fails for it.
struct ReleaseFactsReader {
    /// The most bytes of a blob that is read to compute its SHA-256; a larger one is named by its Git id.
    private static let digestLimit = 1 << 30

    private let session: RegistrySession
    private let files: CommitFiles
    private let configuration: RegistryConfiguration

    init(_ session: RegistrySession, _ configuration: RegistryConfiguration) {
        self.session = session
        self.files = CommitFiles(session)
        self.configuration = configuration
    }

    /// - Returns: the facts, and whether the artifact's path leads to nothing that the commit knows of.
    func facts(
        of artifact: ArtifactName, at commit: ObjectID
    ) async throws(RegistryError) -> (ReleaseFacts, isAbsent: Bool) {
        var facts = ReleaseFacts()
        facts.source = sourceURL
        let annotation = try await session.annotations(of: artifact, at: commit, configuration).values.first
        facts.type = annotation?.type
        facts.metrics = try await metrics(of: artifact, at: commit)
        guard let text = annotation?.pathFromRoot else { return (facts, false) }
        if text.contains("://") {
            facts.path = text
            // Nothing is fetched to register it: what the file says of its digest is believed.
            facts.digest = annotation?.recordedDigest
            facts.size = annotation?.recordedSize
            return (facts, false)
        }
        guard let path = try? SafePath(text) else { return (facts, false) }
        facts.path = text
        do throws(RegistryError) {
            let isThere = try await addContent(at: path, of: commit, to: &facts)
            return (facts, isAbsent: !isThere)
        } catch {
            // A link, a pointer that cannot be read: the version is registered without a digest.
            guard [.unsafePath, .invalidFile, .tooLarge, .invalidName].contains(error.code) else { throw error }
            return (facts, false)
        }
    }

    /// - Returns: whether anything is there.
    private func addContent(
        at path: SafePath, of commit: ObjectID, to facts: inout ReleaseFacts
    ) async throws(RegistryError) -> Bool {
        if session.isPartialClone, let entry = try await files.entry(at: path.description, of: commit) {
            // Registering must not download the model: what is not here is named by Git's own id.
            if entry.mode == .tree || !files.has(entry.id) {
                if entry.mode == .symlink || entry.mode == .submodule { return true }
                facts.digest = ReleaseFacts.Digest(.git, entry.id.description)
                return true
            }
        }
        let kept = try await ArtifactLocator(files).locate(path, at: commit)
        switch kept {
        case .file(let file):
            switch file.keeper {
            case .git(let id, let size):
                facts.size = size
                facts.digest = try await digest(of: id, size: size, path.description)
            case .lfs(let pointer):
                facts.size = pointer.size
                facts.digest = ReleaseFacts.Digest(.sha256, pointer.sha256)
            case .dvc(let record): addOutput(record, to: &facts)
            }
        case .folder(let tree?, let content):
            facts.size = Self.size(of: content)
            facts.digest = ReleaseFacts.Digest(.git, tree.description)
        case .folder(nil, let content):
            if content.count == 1, content[0].path == nil, case .dvc(let record) = content[0].keeper {
                addOutput(record, to: &facts)
            }
        case .absent: return false
        }
        return true
    }

    private func addOutput(_ record: DVCRecord, to facts: inout ReleaseFacts) {
        // A part of a folder has no digest of its own in the commit.
        guard record.inner == nil, let md5 = record.output.md5 else { return }
        facts.size = record.output.size
        facts.digest = ReleaseFacts.Digest(.md5, md5 + (record.output.isDirectory ? ".dir" : ""))
    }

    /// The bytes of a folder's files, those of Git LFS and DVC included; `nil` where one is not known.
    private static func size(of content: [KeptFile]) -> Int? {
        var sum = 0
        for file in content {
            switch file.keeper {
            case .git(_, let size): sum += size
            case .lfs(let pointer): sum += pointer.size
            case .dvc(let record):
                guard let size = record.output.size else { return nil }
                sum += size
            }
        }
        return sum
    }

    private func digest(
        of id: ObjectID, size: Int, _ path: String
    ) async throws(RegistryError) -> ReleaseFacts.Digest? {
        let ofGit = ReleaseFacts.Digest(.git, id.description)
        guard size <= Self.digestLimit, let computation = try? DigestComputation(.sha256, size: size) else {
            return ofGit
        }
        let bytes = try await files.blob(id, limit: Self.digestLimit, file: path)
        bytes.withUnsafeBytes { computation.update($0) }
        return ReleaseFacts.Digest(.sha256, computation.finish().hexadecimal)
    }

    /// The numbers of the metrics files that the artifact's `dvc.yaml` names.
    private func metrics(
        of artifact: ArtifactName, at commit: ObjectID
    ) async throws(RegistryError) -> [ReleaseFacts.Metric] {
        let folder = artifact.folder.map { "\($0)/" } ?? ""
        let limit = MetadataReader.fileLimit
        guard let bytes = try await files.file(at: "\(folder)dvc.yaml", of: commit, limit: limit),
            let pipeline = try? DVCPipeline.parse(bytes, file: "\(folder)dvc.yaml")
        else { return [] }
        var metrics: [ReleaseFacts.Metric] = []
        for path in pipeline.metrics where metrics.count < MessageTrailers.metricLimit {
            guard let safe = try? SafePath(path),
                let bytes = try await files.file(at: safe.description, of: commit, limit: limit)
            else { continue }
            metrics += ((try? MetricsFile.flatten(bytes, file: path)) ?? []).map {
                ReleaseFacts.Metric($0.name, $0.value)
            }
        }
        return Array(metrics.prefix(MessageTrailers.metricLimit))
    }

    /// The address of `origin`, where it is one that others can use; without its password.
    private var sourceURL: String? {
        let address = session.remote?.secret ?? (try? session.repository.remoteURL(.origin))
        guard let address, let url = try? GitURL(address), url.scheme != "file" else { return nil }
        return url.description
    }
}
