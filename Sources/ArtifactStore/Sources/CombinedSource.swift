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

    /// The place for people, without secrets.
    public var name: String { Self.joined(sources.map(\.name)) ?? "nowhere" }

    /// Where one of the files comes from.
    public func name(of file: ArtifactFile) -> String { indices[file].map { sources[$0].name(of: file) } ?? name }

    /// Whether bytes can be read from the middle on.
    public var readsRanges: Bool { sources.allSatisfy(\.readsRanges) }

    /// How it lets us in, for people; `nil` where it needs nothing.
    public var credentials: String? {
        Self.joined(sources.compactMap(\.credentials))
    }

    /// Each of some texts once; of many only the first ones.
    private static func joined(_ texts: [String]) -> String? {
        var seen = Set<String>()
        let different = texts.filter { seen.insert($0).inserted }
        let more = different.count > 3 ? " and \(different.count - 3) more places" : ""
        return different.isEmpty ? nil : different.prefix(3).joined(separator: " and ") + more
    }

    /// Where a file can be had; no byte of it is read.
    public func find(_ file: ArtifactFile) async throws(RegistryError) -> String {
        guard let index = indices[file] else { return name }
        return try await sources[index].find(file)
    }

    /// Whether parts can be read side by side.
    public func readsParts(of file: ArtifactFile) async throws(RegistryError) -> Bool {
        guard let index = indices[file] else { return false }
        return try await sources[index].readsParts(of: file)
    }

    /// Hands over bytes, in order, until there are no more or no more are wanted.
    public func read(
        _ file: ArtifactFile, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        guard let index = indices[file] else {
            throw RegistryError(
                .internalFault, "no source has \(file.path?.description ?? "the file")",
                hints: ["report this at the project's page"])
        }
        // Without ranges of all of them the end is a bound for those that copy the whole first, and for no other.
        let isRange = readsRanges || !sources[index].readsRanges
        try await sources[index].read(file, from: offset, to: isRange ? end : nil, into: take)
    }
}
