import ArtifactStore
import GitTypes
import LibGit2
import Outbound
import RegistryCore
import RegistryFiles

/// Turns where bytes are kept into what reads them.
struct DeliveryBuilder {
    let session: RegistrySession
    let stores: StoreFactory
    let commit: ObjectID
    /// What messages call the thing: `churn v1.2.0`.
    let label: String
    /// How many imports lead here: one of them may name another.
    var depth = 0

    /// - Throws: ``RegistryError`` with code ``ErrorCode/pathNotFound`` where the commit has nothing at the path, and
    ///   whatever keeps a folder from being listed.
    func delivery(of home: ArtifactHome, at path: SafePath) async throws(RegistryError) -> Delivery {
        let parts: [Part]
        var isFolder = true
        switch home {
        case .absent:
            throw RegistryError(
                .pathNotFound, "\(path) is not in commit \(commit.short), where \(label) should be",
                subject: path.description, hints: ["to see its files: git ls-tree -r \(commit.short)"])
        case .file(let kept):
            isFolder = false
            parts = try await self.parts([kept], of: path)
        case .folder(_, let kept):
            parts = try await self.parts(kept, of: path)
        }
        let all = parts.flatMap(\.files)
        // A path into a folder of DVC may name a file or a folder: its listing tells.
        if all.contains(where: { $0.path != nil }) { isFolder = true }
        if let twice = Self.repeatedPath(all) {
            throw RegistryError(
                .unsafePath, "\(path) has '\(twice)' twice", subject: path.description,
                hints: ["remove it from Git or from DVC"])
        }
        // A size that was recorded for the whole is one only where nothing else is in the folder.
        let size = parts.count == 1 ? parts[0].size : nil
        return Delivery(
            content: ArtifactContent(files: all, isFolder: isFolder, size: size),
            source: parts.count == 1 ? parts[0].source : CombinedSource(parts.map { ($0.source, $0.files) }),
            registered: nil, name: path.name)
    }

    /// Files that one source has.
    struct Part {
        let source: any ArtifactSource
        var files: [ArtifactFile]
        /// The bytes of all, where they are known for all together only.
        var size: Int?
        /// What tells sources apart: files of one source make one part.
        var key: String?
    }

    private func parts(_ kept: [KeptFile], of path: SafePath) async throws(RegistryError) -> [Part] {
        var ofGit: [ArtifactFile] = []
        var ofLFS: [ArtifactFile] = []
        var pointers: [LFSPointer] = []
        var ofDVC: [(KeptFile, DVCRecord)] = []
        for file in kept {
            let inner = try file.path.map { text throws(RegistryError) in try SafePath(text) }
            switch file.keeper {
            case .git(let id, let size):
                ofGit.append(
                    ArtifactFile(
                        path: inner, size: size, isExecutable: file.isExecutable, digest: ContentDigest(blob: id)))
            case .lfs(let pointer):
                if let filter = pointer.extensions.first {
                    throw RegistryError(
                        .notSupportedYet, "\(inner ?? path) went through '\(filter.name)' before Git LFS stored it",
                        subject: path.description, hints: ["git lfs pull --include \(path.description.shellQuoted)"])
                }
                pointers.append(pointer)
                ofLFS.append(
                    ArtifactFile(
                        path: inner, size: pointer.size, isExecutable: file.isExecutable,
                        digest: ContentDigest(.sha256, pointer.sha256)))
            case .dvc(let record): ofDVC.append((file, record))
            }
        }
        var parts: [Part] = []
        if !ofGit.isEmpty || kept.isEmpty {
            let ids = ofGit.compactMap { $0.digest.flatMap { ObjectID($0.hexadecimal) } }
            try await CommitFiles(session).fetch(ids)
            parts.append(Part(source: GitArtifactSource(session), files: ofGit))
        }
        if !ofLFS.isEmpty {
            parts.append(Part(source: try await lfsSource(pointers), files: ofLFS))
        }
        // One source for each remote that is meant, whatever the number of files.
        var places = DVCPlaces()
        for (file, record) in ofDVC {
            let part = try await part(of: file, record, &places)
            if let key = part.key, let known = parts.firstIndex(where: { $0.key == key }) {
                parts[known].files += part.files
                parts[known].size = nil
            } else {
                parts.append(part)
            }
        }
        return parts
    }

    private static func repeatedPath(_ files: [ArtifactFile]) -> String? {
        var seen = Set<String>()
        for file in files {
            if let path = file.path?.description, !seen.insert(path).inserted { return path }
        }
        return nil
    }
}
