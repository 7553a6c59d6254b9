import GitTypes
import LibGit2
import RegistryCore
import RegistryFiles

/// Reads what `dvc.yaml` and `artifacts.yaml` say at a commit.
struct MetadataReader {
    /// The most bytes of such a file.
    static let fileLimit = 1 << 20

    private let files: CommitFiles
    private let configuration: RegistryConfiguration

    init(_ files: CommitFiles, _ configuration: RegistryConfiguration) {
        self.files = files
        self.configuration = configuration
    }

    /// What was read: the annotations, and what could not be.
    struct Annotations {
        var values: [ArtifactAnnotation] = []
        var findings: [Finding] = []
    }

    /// The annotations at a commit, GTO's file first.
    /// - Parameter folders: the folders whose `dvc.yaml` is read beside the root's.
    func annotations(
        at commit: ObjectID, folders: some Sequence<String>
    ) async throws(RegistryError) -> Annotations {
        let paths = Self.paths(configuration) + Set(folders).sorted().map { "\($0)/dvc.yaml" }
        return try await Self.annotations(in: paths) { path async throws(RegistryError) in
            try await files.file(at: path, of: commit, limit: Self.fileLimit)
        }
    }

    /// The files that describe artifacts of any folder.
    static func paths(_ configuration: RegistryConfiguration) -> [String] {
        [configuration.annotationsFile, "dvc.yaml"]
    }

    /// The annotations in some files.
    /// - Parameter file: gives a file's bytes; `nil` where there is none.
    static func annotations(
        in paths: [String], file: (String) async throws(RegistryError) -> [UInt8]?
    ) async throws(RegistryError) -> Annotations {
        var result = Annotations()
        for path in paths {
            do throws(RegistryError) {
                guard let bytes = try await file(path) else { continue }
                let parsed = try AnnotationFile.parse(bytes, file: path)
                result.values += parsed.annotations
                result.findings += parsed.problems.map { finding($0, path) }
            } catch {
                guard error.code == .invalidFile || error.code == .tooLarge || error.code == .invalidName else {
                    throw error
                }
                result.findings.append(finding(error, path))
            }
        }
        return result
    }

    /// The commits with what their files say; one that is not here, as in a shallow clone, is left out.
    func facts(
        of commits: Set<ObjectID>, folders: Set<String>
    ) async throws(RegistryError) -> [ObjectID: CommitFacts] {
        var facts: [ObjectID: CommitFacts] = [:]
        try await files.fetch(commits)
        try await files.fetch(commits.compactMap { try? files.commit($0).tree })
        for id in commits.sorted() {
            let record: CommitRecord
            do throws(RegistryError) { record = try files.commit(id) } catch { continue }
            facts[id] = CommitFacts(
                id: id, author: record.author, committer: record.committer, time: record.committerTime,
                message: record.message, annotations: try await annotations(at: id, folders: folders).values)
        }
        return facts
    }

    private static func finding(_ error: RegistryError, _ path: String) -> Finding {
        Finding(.unreadableFile, subject: path, message: error.message, hint: error.hints.first)
    }
}
