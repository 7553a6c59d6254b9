import ArtifactStore
import GitTypes
import LibGit2
import RegistryCore
import RegistryFiles

/// Finds out where a path of a commit is kept.
struct ArtifactLocator {
    /// The most files of a folder.
    private static let fileLimit = 100_000

    let files: CommitFiles

    init(_ files: CommitFiles) {
        self.files = files
    }

    /// - Throws: ``RegistryError`` with code ``ErrorCode/unsafePath`` where a link or a submodule is on the way.
    func locate(_ path: SafePath, at commit: ObjectID) async throws(RegistryError) -> ArtifactHome {
        for length in 1..<max(path.components.count, 1) {
            let above = path.components.prefix(length).joined(separator: "/")
            if try await files.entry(at: above, of: commit)?.mode == .symlink { throw Self.link(above) }
        }
        let outputs = DVCRecordReader(files, commit)
        guard let entry = try await files.entry(at: path.description, of: commit) else {
            if let record = try await outputs.record(holding: path) {
                let isFolder = record.inner == nil && record.output.isDirectory
                let file = KeptFile(isExecutable: record.output.isExecutable, keeper: .dvc(record))
                return isFolder ? .folder(nil, [file]) : .file(file)
            }
            let below = try await outputs.records(below: path)
            return below.isEmpty ? .absent : .folder(nil, below)
        }
        switch entry.mode {
        case .symlink: throw Self.link(path.description)
        case .submodule:
            throw RegistryError(
                .unsafePath, "\(path) is a submodule", subject: path.description,
                hints: ["register the artifact in the submodule's own repository"])
        case .tree:
            var content: [KeptFile] = []
            try await list(entry.id, below: "", of: path, into: &content)
            return .folder(entry.id, try await adding(outputs, to: content, of: path))
        case .file, .executable:
            return .file(
                KeptFile(isExecutable: entry.mode == .executable, keeper: try await keeper(entry.id, path.description)))
        }
    }

    /// Git's own file, or what the pointer in its place tells.
    private func keeper(_ id: ObjectID, _ path: String) async throws(RegistryError) -> Keeper {
        let size = try await files.size(of: id)
        if size < LFSPointer.byteLimit {
            let bytes = try await files.blob(id, limit: LFSPointer.byteLimit, file: path)
            if let pointer = LFSPointer.parse(bytes) { return .lfs(pointer) }
        }
        return .git(id, size: size)
    }

    /// A folder of the commit with what DVC keeps in it; the files that say so are not part of the artifact.
    private func adding(
        _ outputs: DVCRecordReader, to content: [KeptFile], of path: SafePath
    ) async throws(RegistryError) -> [KeptFile] {
        let names = content.compactMap(\.path)
        let isTold = names.contains { $0.hasSuffix(".dvc") || $0 == "dvc.lock" || $0.hasSuffix("/dvc.lock") }
        let kept = try await isTold ? outputs.records(below: path, files: names) : outputs.records(below: path)
        if kept.isEmpty { return content }
        let tellers = Set(
            kept.compactMap { kept in if case .dvc(let record) = kept.keeper { record.file } else { nil } })
        let present = Set(names)
        return content.filter { !tellers.contains("\(path)/\($0.path ?? "")") || !($0.path ?? "").hasSuffix(".dvc") }
            + kept.filter { !present.contains($0.path ?? "") }
    }

    /// All files below a tree, by path.
    private func list(
        _ tree: ObjectID, below prefix: String, of path: SafePath, into content: inout [KeptFile]
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
                    KeptFile(
                        path: inner, isExecutable: entry.mode == .executable,
                        keeper: try await keeper(entry.id, "\(path)/\(inner)")))
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

    private static func link(_ path: String) -> RegistryError {
        RegistryError(
            .unsafePath, "\(path) is a symbolic link", subject: path,
            hints: ["commit the file itself: links are not followed, for they may lead anywhere"])
    }
}
