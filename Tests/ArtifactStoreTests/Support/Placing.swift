import ArtifactStore
import GitTypes
import Glibc
import RegistryCore
import TestSupport

/// Bytes that differ from seed to seed.
func randomBytes(_ count: Int, seed: UInt64 = SeededGenerator.seed) -> [UInt8] {
    var random = SeededGenerator(seed: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count { withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) } }
    return Array(bytes.prefix(count))
}

extension ContentDigest {
    /// The digest of bytes.
    init(_ algorithm: Algorithm, of bytes: [UInt8]) throws {
        let computation = try DigestComputation(algorithm, size: bytes.count)
        bytes.withUnsafeBytes { computation.update($0) }
        self = computation.finish()
    }
}

extension ArtifactFile {
    /// A file that must have these bytes.
    init(
        _ bytes: [UInt8], _ algorithm: ContentDigest.Algorithm = .sha256, path: String? = nil, tellsSize: Bool = true
    ) throws {
        self.init(
            path: try path.map { try SafePath($0) }, size: tellsSize ? bytes.count : nil,
            digest: try ContentDigest(algorithm, of: bytes))
    }
}

/// A target in a sandbox.
struct Target {
    let sandbox: Sandbox
    let name: String

    init(_ sandbox: Sandbox, _ name: String = "model.bin") {
        self.sandbox = sandbox
        self.name = name
        mkdir(folder, 0o700)
    }

    /// The folder that it stands in.
    var folder: String { "\(sandbox.path)/out" }
    /// Where it is when it is complete.
    var path: String { "\(folder)/\(name)" }
    /// Where it is before.
    var temporary: String? { entries.first { $0.hasSuffix(".part") }.map { "\(folder)/\($0)" } }
    /// What stands in the folder.
    var entries: [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Brings an artifact, and says how that ended.
    func bring(
        _ content: ArtifactContent, from source: any ArtifactSource, _ options: PlacementOptions = PlacementOptions()
    ) async -> Result<[ArtifactPlacement.PlacedFile], RegistryError> {
        do throws(RegistryError) {
            return .success(
                try await ArtifactPlacement(output: folder + "/", artifactName: name).place(
                    content, from: source, options))
        } catch {
            return .failure(error)
        }
    }

    func bring(
        _ file: ArtifactFile, from source: any ArtifactSource, _ options: PlacementOptions = PlacementOptions()
    ) async -> Result<[ArtifactPlacement.PlacedFile], RegistryError> {
        await bring(ArtifactContent(file), from: source, options)
    }

    /// Removes everything.
    func clear() throws { try sandbox.succeed("rm -rf out && mkdir out") }
}

extension Result {
    var error: Failure? { if case .failure(let error) = self { error } else { nil } }
    var value: Success? { try? get() }
}

/// What the web server of the tests sends for a size.
func httpContent(_ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 251) }
}
