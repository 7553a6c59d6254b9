import Glibc
public import RegistryCore

/// Puts an artifact where a person wants it: whole and checked, or not at all.
///
/// Bytes are written under a temporary name beside the target, checked, flushed to the disk and renamed. Nothing is
/// ever written through a link that stands inside the target, and what is there already is replaced only on demand.
public struct ArtifactPlacement: Sendable {
    /// A file that stands where it should.
    public struct PlacedFile: Hashable, Sendable {
        /// Its path, as the target was named.
        public let path: String
        /// Its bytes.
        public let size: Int
        /// Its SHA-256.
        public let digest: ContentDigest
        /// Whether it stood there already.
        public let isUnchanged: Bool
    }

    /// The folder that the target stands in, as the person named it.
    public let folder: String
    /// The target's name in that folder.
    public let name: String

    /// Chooses the target.
    /// - Parameters:
    ///   - output: what the person named: a folder that exists or ends in a slash, or a new name; `nil` is the current
    ///     folder.
    ///   - artifactName: the name that the artifact has by itself.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/unsafePath``.
    public init(output: String?, artifactName: String) throws(RegistryError) {
        guard let output, !output.isEmpty else {
            (self.folder, self.name) = (".", artifactName)
            return
        }
        let slash = output.lastIndex(of: "/")
        let last = slash.map { String(output[output.index(after: $0)...]) } ?? output
        if output.utf8.contains(0) || last.utf8.count > 200 {
            throw RegistryError(
                .unsafePath, "the output path '\(output)' cannot be used", subject: output,
                hints: ["choose another with -o"])
        }
        if last.isEmpty || last == "." || last == ".." || isFolder(output) {
            (self.folder, self.name) = (output, artifactName)
        } else {
            self.folder = slash.map { $0 == output.startIndex ? "/" : String(output[..<$0]) } ?? "."
            self.name = last
        }
    }

    /// The whole target, for people.
    public var target: String {
        folder == "." ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    /// Brings an artifact to the target.
    /// - Parameters:
    ///   - registered: the SHA-256 that the registration of a single file names; checked beside the source's own digest.
    ///   - replaces: replaces what is there.
    /// - Returns: the files, in the order of the content.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/targetExists``, ``ErrorCode/digestMismatch``,
    ///   ``ErrorCode/inputOutput``, or what the source throws. Then nothing was changed.
    public func place(
        _ content: ArtifactContent, from source: some ArtifactSource, registered: ContentDigest? = nil,
        replaces: Bool = false
    ) async throws(RegistryError) -> [PlacedFile] {
        try createFolders(folder)
        let parent = try FileDescriptor.openFolder(folder)
        let placement = PlacementFolder(parent, shown: target)
        if let present = try placement.filesInPlace(content, named: name, registered: registered) { return present }
        if !replaces, placement.exists(name) { throw targetExists }

        let temporary = ".\(name.prefix(80)).\(String(UInt64.random(in: .min ... .max), radix: 36)).part"
        do throws(RegistryError) {
            let placed = try await placement.write(content, from: source, named: temporary, registered: registered)
            if !(try placement.move(temporary, to: name, replaces: replaces)) { throw targetExists }
            return placed
        } catch {
            placement.removeAll(temporary)
            throw error
        }
    }

    private var targetExists: RegistryError {
        RegistryError(
            .targetExists, "\(target) exists already and has other content", subject: target,
            hints: ["--force replaces it", "-o PATH puts the artifact elsewhere"])
    }
}

/// Whether a path leads to a folder, links followed.
private func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Creates a folder and those above it, as `mkdir -p` does.
private func createFolders(_ path: String) throws(RegistryError) {
    if isFolder(path) { return }
    let above = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    if !above.isEmpty, above != path { try createFolders(above) }
    if path.hasSuffix("/") { return }
    if mkdir(path, 0o777) != 0, errno != EEXIST { throw fileError("create", path) }
}
