import ArtifactStore
import GitTypes
import LibGit2
import RegistryCore
import RegistryFiles

/// Finds what `.dvc` files and `dvc.lock`s of a commit say of a path.
struct DVCRecordReader {
    private static let byteLimit = 8 << 20
    /// The most `.dvc` files of one folder that are looked at for a path that none is named after.
    private static let fileLimit = 1000

    private let files: CommitFiles
    private let commit: ObjectID

    init(_ files: CommitFiles, _ commit: ObjectID) {
        self.files = files
        self.commit = commit
    }

    /// What DVC keeps at a path, or a folder of DVC's that holds it.
    func record(holding path: SafePath) async throws(RegistryError) -> DVCRecord? {
        var problem: RegistryError?
        for length in stride(from: path.components.count, to: 0, by: -1) {
            // `dvc add x` writes x.dvc; x may be a folder that holds the path.
            let pointer = path.components.prefix(length).joined(separator: "/") + ".dvc"
            if let record = try await records(inFile: pointer, problem: &problem).holding(path) { return record }
        }
        for length in stride(from: path.components.count - 1, through: 0, by: -1) {
            let folder = path.components.prefix(length).joined(separator: "/")
            let lock = folder.isEmpty ? "dvc.lock" : "\(folder)/dvc.lock"
            if let record = try await records(inFile: lock, problem: &problem).holding(path) { return record }
            for file in try await pointers(in: folder) {
                if let record = try await records(inFile: file, problem: &problem).holding(path) { return record }
            }
        }
        // Only where nothing else says: one that cannot be read may be about anything.
        if let problem { throw problem }
        return nil
    }

    /// What DVC keeps below a folder.
    /// - Parameter names: files of the folder that may say so, relative to it, beside the `dvc.lock`s above it.
    func records(below path: SafePath, files names: [String] = []) async throws(RegistryError) -> [KeptFile] {
        var problem: RegistryError?
        var found: [String: DVCRecord] = [:]
        var candidates = names.filter { $0.hasSuffix(".dvc") || $0 == "dvc.lock" || $0.hasSuffix("/dvc.lock") }
            .map { "\(path)/\($0)" }
        for length in stride(from: path.components.count - 1, through: 0, by: -1) {
            let folder = path.components.prefix(length).joined(separator: "/")
            candidates.append(folder.isEmpty ? "dvc.lock" : "\(folder)/dvc.lock")
        }
        for file in candidates {
            for record in try await records(inFile: file, problem: &problem) where record.output.isInCache {
                if record.output.path.utf8.starts(with: "\(path)/".utf8) { found[record.output.path] = record }
            }
        }
        return found.values.sorted { $0.output.path < $1.output.path }.map { record in
            let inner = String(Substring(record.output.path.utf8.dropFirst(path.description.utf8.count + 1)))
            return KeptFile(path: inner, isExecutable: record.output.isExecutable, keeper: .dvc(record))
        }
    }

    private func pointers(in folder: String) async throws(RegistryError) -> [String] {
        let tree: ObjectID
        if folder.isEmpty {
            tree = try files.commit(commit).tree
        } else {
            guard let entry = try await files.entry(at: folder, of: commit), entry.mode == .tree else { return [] }
            tree = entry.id
        }
        let entries = try await files.entries(ofTree: tree).filter { $0.mode == .file && $0.name.hasSuffix(".dvc") }
        try await files.fetch(entries.prefix(Self.fileLimit).map(\.id))
        return entries.prefix(Self.fileLimit).map { folder.isEmpty ? $0.name : "\(folder)/\($0.name)" }
    }

    /// What one file says; nothing where it is not there. Why it cannot be read goes into `problem`.
    private func records(
        inFile path: String, problem: inout RegistryError?
    ) async throws(RegistryError) -> [DVCRecord] {
        guard let bytes = try await files.file(at: path, of: commit, limit: Self.byteLimit) else { return [] }
        do throws(RegistryError) {
            guard path.hasSuffix(".dvc") else {
                let lock = try DVCLock.parse(bytes, file: path, pipeline: try await pipeline(beside: path))
                problem = problem ?? lock.problems.first
                return lock.outputs.map { DVCRecord(output: $0, file: path) }
            }
            let file = try DVCFile.parse(bytes, file: path)
            problem = problem ?? file.problems.first
            return file.outputs.map { DVCRecord(output: $0, file: path, source: file.sources.first) }
        } catch {
            guard error.code == .invalidFile || error.code == .tooLarge else { throw error }
            problem = problem ?? error
            return []
        }
    }

    /// The working folders of the stages are in the `dvc.yaml` beside the lock alone.
    private func pipeline(beside lock: String) async throws(RegistryError) -> DVCPipeline? {
        let path = String(lock.dropLast("dvc.lock".count)) + "dvc.yaml"
        guard let bytes = try await files.file(at: path, of: commit, limit: Self.byteLimit) else { return nil }
        return try? DVCPipeline.parse(bytes, file: path)
    }
}

extension [DVCRecord] {
    /// The record whose output is at a path or holds it.
    fileprivate func holding(_ path: SafePath) -> DVCRecord? {
        guard let (output, inner) = map(\.output).filter(\.isInCache).output(holding: path.description) else {
            return nil
        }
        var record = first { $0.output == output }
        record?.inner = inner
        return record
    }
}
