public import RegistryCore

/// Several sources that each have some of an artifact's files.
public struct CombinedSource: ArtifactSource {
    private let sources: [any ArtifactSource]
    private let indices: [ArtifactFile: Int]

    /// Creates the source.
    /// - Parameter parts: the sources with the files that each has.
    public init(_ parts: [(source: any ArtifactSource, files: [ArtifactFile])]) {
        self.sources = parts.map(\.source)
        var indices: [ArtifactFile: Int] = [:]
        for (index, part) in parts.enumerated() {
            for file in part.files { indices[file] = index }
        }
        self.indices = indices
    }

    public var name: String { sources.map(\.name).joined(separator: " and ") }
    public var readsRanges: Bool { sources.allSatisfy(\.readsRanges) }

    public var credentials: String? {
        let all = sources.compactMap(\.credentials)
        return all.isEmpty ? nil : all.joined(separator: " and ")
    }

    public func find(_ file: ArtifactFile) async throws(RegistryError) -> String {
        guard let index = indices[file] else { return name }
        return try await sources[index].find(file)
    }

    public func readsParts(of file: ArtifactFile) async throws(RegistryError) -> Bool {
        guard let index = indices[file] else { return false }
        return try await sources[index].readsParts(of: file)
    }

    public func read(
        _ file: ArtifactFile, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        guard let index = indices[file] else {
            throw RegistryError(
                .internalFault, "no source has \(file.path?.description ?? "the file")",
                hints: ["report this at the project's page"])
        }
        try await sources[index].read(file, from: offset, to: end, into: take)
    }
}
