import ArtifactStore
import GitTypes
import LibGit2
import RegistryCore
import RegistryFiles

/// Where the bytes of an artifact are kept.
enum ArtifactHome {
    /// A file of the commit.
    case file(ObjectID, size: Int, isExecutable: Bool)
    /// A folder of the commit, with all its files.
    case folder(ObjectID, [ArtifactFile])
    /// Git LFS; the commit has the pointer.
    case lfs(LFSPointer)
    /// DVC; the commit has a `.dvc` file or a `dvc.lock`.
    case dvc(DVCOutput, file: String)
    /// None of these.
    case absent
}

/// Finds out where a path of a commit is kept.
struct ArtifactLocator {
    /// The most files of a folder.
    private static let fileLimit = 100_000
    private static let pointerLimit = 1024

    private let files: CommitFiles

    init(_ files: CommitFiles) {
        self.files = files
    }

    /// - Throws: ``RegistryError`` with code ``ErrorCode/unsafePath`` where a link or a submodule is on the way.
    func locate(_ path: SafePath, at commit: ObjectID) async throws(RegistryError) -> ArtifactHome {
        for length in 1..<max(path.components.count, 1) {
            let above = path.components.prefix(length).joined(separator: "/")
            if try await files.entry(at: above, of: commit)?.mode == .symlink { throw Self.link(above) }
        }
        guard let entry = try await files.entry(at: path.description, of: commit) else {
            return try await dvcOutput(path, at: commit)
        }
        switch entry.mode {
        case .symlink: throw Self.link(path.description)
        case .submodule:
            throw RegistryError(
                .unsafePath, "\(path) is a submodule", subject: path.description,
                hints: ["register the artifact in the submodule's own repository"])
        case .tree:
            var content: [ArtifactFile] = []
            try await list(entry.id, below: "", of: path, into: &content)
            return .folder(entry.id, content)
        case .file, .executable:
            let size = try await files.size(of: entry.id)
            if size < Self.pointerLimit {
                let bytes = try await files.blob(entry.id, limit: Self.pointerLimit, file: path.description)
                if let pointer = LFSPointer.parse(bytes) { return .lfs(pointer) }
            }
            return .file(entry.id, size: size, isExecutable: entry.mode == .executable)
        }
    }

    /// All files below a tree, by path.
    private func list(
        _ tree: ObjectID, below prefix: String, of path: SafePath, into content: inout [ArtifactFile]
    ) async throws(RegistryError) {
        let entries = try await files.entries(ofTree: tree)
        try await files.fetch(entries.filter { $0.mode != .submodule }.map(\.id))
        for entry in entries {
            // A forged tree can hold a name with a slash in it.
            let inner = try prefix + Self.fileName(entry.name, in: path)
            switch entry.mode {
            case .symlink: throw Self.link("\(path)/\(inner)")
            case .submodule:
                throw RegistryError(
                    .unsafePath, "\(path)/\(inner) is a submodule", subject: path.description,
                    hints: ["register the artifact in the submodule's own repository"])
            case .tree: try await list(entry.id, below: inner + "/", of: path, into: &content)
            case .file, .executable:
                if content.count == Self.fileLimit {
                    throw RegistryError(
                        .tooLarge, "\(path) has more than \(Self.fileLimit) files", subject: path.description,
                        hints: ["register an archive of the folder"])
                }
                content.append(
                    ArtifactFile(
                        path: try SafePath(inner), size: try await files.size(of: entry.id),
                        isExecutable: entry.mode == .executable, digest: ContentDigest(blob: entry.id)))
            }
        }
    }

    /// The name of a tree's entry, which must be one part of a path.
    private static func fileName(_ name: String, in path: SafePath) throws(RegistryError) -> String {
        let safe = try SafePath(name)
        guard safe.components.count == 1, safe.description.utf8.elementsEqual(name.utf8) else {
            throw RegistryError(
                .unsafePath, "\(path) has an entry that is no file name: '\(name)'", subject: path.description,
                hints: ["git fsck checks the repository"])
        }
        return name
    }

    /// What a `.dvc` file beside the path, or the `dvc.lock` of a folder above it, says.
    private func dvcOutput(_ path: SafePath, at commit: ObjectID) async throws(RegistryError) -> ArtifactHome {
        let limit = 8 << 20
        let pointer = "\(path).dvc"
        if let bytes = try await files.file(at: pointer, of: commit, limit: limit),
            let output = try DVCFile.parse(bytes, file: pointer).outputs.first(where: { $0.path == path.description })
        {
            return .dvc(output, file: pointer)
        }
        for length in stride(from: path.components.count - 1, through: 0, by: -1) {
            let lock = (path.components.prefix(length) + ["dvc.lock"]).joined(separator: "/")
            guard let bytes = try await files.file(at: lock, of: commit, limit: limit) else { continue }
            if let output = try DVCLock.parse(bytes, file: lock).outputs.first(where: { $0.path == path.description }) {
                return .dvc(output, file: lock)
            }
        }
        return .absent
    }

    private static func link(_ path: String) -> RegistryError {
        RegistryError(
            .unsafePath, "\(path) is a symbolic link", subject: path,
            hints: ["commit the file itself: links are not followed, for they may lead anywhere"])
    }
}
