import GitTypes
import Glibc
public import RegistryCore

/// Puts an artifact where a person wants it: whole and checked, or not at all.
///
/// Bytes are written under a temporary name beside the target, checked, flushed to the disk and renamed. Nothing is
/// ever written through a link that stands inside the target, and what is there already is replaced only on demand.
/// What an interrupted download of the same content left under the temporary name is gone on with, where the source
/// can be read from the middle.
public struct ArtifactPlacement: Sendable {
    /// A file that stands where it should.
    public struct PlacedFile: Hashable, Sendable {
        /// Its path, as the target was named.
        public let path: String
        /// Its bytes.
        public let size: Int
        /// Its SHA-256, or the digest that its store knows it by.
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
        guard let output else {
            (self.folder, self.name) = (".", try Self.checked(artifactName))
            return
        }
        let slash = output.lastIndex(of: "/")
        let last = slash.map { String(output[output.index(after: $0)...]) } ?? output
        if output.isEmpty || output == "-" {
            throw RegistryError(
                .invalidArguments, "the output path '\(output)' names no file or folder", subject: output,
                hints: [output.isEmpty ? "leave -o out to download here" : "-o ./- writes a file of that name"])
        }
        if output.utf8.contains(0) || last.utf8.count > 200 {
            let reason =
                output.utf8.contains(0)
                ? "it holds a NUL byte" : "its last part is longer than 200 bytes, and the temporary name needs room"
            throw RegistryError(
                .unsafePath, "the output path '\(output)' cannot be used: \(reason)", subject: output,
                hints: ["choose another with -o"])
        }
        if last.isEmpty || last == "." || last == ".." || isFolder(output) {
            (self.folder, self.name) = (output, try Self.checked(artifactName))
        } else {
            self.folder = slash.map { $0 == output.startIndex ? "/" : String(output[..<$0]) } ?? "."
            self.name = last
        }
    }

    /// The name that an address or a repository gives an artifact, if it is one part of a path and stays where it is.
    private static func checked(_ artifactName: String) throws(RegistryError) -> String {
        if let path = try? SafePath(artifactName), path.components == [artifactName] { return artifactName }
        throw RegistryError(
            .unsafePath, "the artifact has no name of its own that a file can have: '\(artifactName)'",
            subject: artifactName, hints: ["-o PATH gives it one"])
    }

    /// The whole target, for people.
    public var target: String { path(of: name) }

    /// Brings an artifact to the target.
    /// - Returns: the files, in the order of the content.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/targetExists``, ``ErrorCode/digestMismatch``,
    ///   ``ErrorCode/digestUnknown``, ``ErrorCode/inputOutput``, or what the source throws. Then nothing stands under
    ///   the target's name that did not before.
    public func place(
        _ content: ArtifactContent, from source: any ArtifactSource, _ options: PlacementOptions = PlacementOptions()
    ) async throws(RegistryError) -> [PlacedFile] {
        if options.verifies, options.registered == nil, let file = content.files.first(where: { $0.digest == nil }) {
            let shown = file.path.map { "\(target)/\($0)" } ?? target
            throw RegistryError(
                .digestUnknown, "nothing says what the bytes of \(shown) must be: no digest was recorded",
                subject: shown,
                hints: [
                    "--no-verify takes whatever \(source.name) has now",
                    "to record it, write 'meta: {sha256: DIGEST}' beside the artifact's path and register again",
                ])
        }
        let created = try createFolders(folder)
        do throws(RegistryError) {
            return try await place(content, from: source, inFolder: options)
        } catch {
            // The innermost first; where something is kept in one, it stays.
            for path in created.reversed() { rmdir(path) }
            throw error
        }
    }

    private func place(
        _ content: ArtifactContent, from source: any ArtifactSource, inFolder options: PlacementOptions
    ) async throws(RegistryError) -> [PlacedFile] {
        let placement = PlacementFolder(try OpenFile.openFolder(folder), shown: target)
        let expected = options.verifies ? content : nil
        if let present = try placement.filesInPlace(expected, named: name, registered: options.registered) {
            return present
        }
        let wasThere = placement.exists(name)
        if wasThere, !options.replaces {
            throw targetExists(try placement.difference(expected, named: name, registered: options.registered))
        }
        if wasThere, let path = placement.repository(in: name) { throw holdsRepository(path) }

        let temporary = try await TemporaryName.reserve(
            for: expected, isFolder: content.isFolder, named: name, in: placement, quietWait: options.quietWait
        ) { options.onWait(path(of: $0)) }
        if temporary.hasWaited,
            let present = try placement.filesInPlace(expected, named: name, registered: options.registered)
        {
            placement.removeAll(temporary.name)
            return present
        }
        options.progress.start(content)
        do throws(RegistryError) {
            let placed = try await placement.write(content, from: source, named: temporary.name, options)
            guard temporary.isHeld(in: placement) else { throw targetAppeared }
            if try placement.move(temporary.name, to: name, replaces: options.replaces) { return placed }
            throw wasThere ? targetExists("has other content") : targetAppeared
        } catch {
            throw keepOrRemove(temporary, placement, source, content, error)
        }
    }

    /// After a failure: what can be gone on with stays, anything else goes.
    private func keepOrRemove(
        _ temporary: TemporaryName, _ placement: PlacementFolder, _ source: any ArtifactSource,
        _ content: ArtifactContent, _ error: RegistryError
    ) -> RegistryError {
        // A file of a folder that was wrong is empty by now, and the others are what they should be.
        let bytes = placement.byteCount(of: temporary.name)
        let isWrong = error.code == .digestMismatch
        guard source.readsRanges, temporary.isLasting, bytes > 0, !isWrong || content.isFolder else {
            placement.removeAll(temporary.name)
            return error
        }
        let whole = content.size.map { " of \($0)" } ?? ""
        let again = "run the same command again"
        let others = error.hints.filter { !$0.hasPrefix(again) }.map { hint in
            hint.hasSuffix(" and \(again)") ? String(hint.dropLast(" and \(again)".count)) : hint
        }
        return RegistryError(
            error.code, error.message, subject: error.subject,
            hints: others + [
                "\(isWrong ? "when that is mended, " : "")\(again) to go on: \(bytes)\(whole) bytes are kept in "
                    + path(of: temporary.name).shellQuoted
            ], underlying: error.underlying)
    }

    /// A name beside the target, for people.
    private func path(of name: String) -> String {
        folder == "." ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    func targetExists(_ difference: String) -> RegistryError {
        RegistryError(
            .targetExists, "\(target) exists already and \(difference)", subject: target,
            hints: ["--force replaces it", "-o PATH puts the artifact elsewhere"])
    }

    /// Something came to stand there while the bytes were on their way.
    private var targetAppeared: RegistryError {
        RegistryError(
            .inputOutput, "cannot write \(target): something was put there meanwhile", subject: target,
            hints: ["look at what it is, and run the same command again"])
    }

    /// Even on demand a repository, with all its history, is not taken for an old version of a model.
    func holdsRepository(_ path: String) -> RegistryError {
        let what = path == name ? "is a Git repository" : "holds the Git repository \(self.path(of: path))"
        return RegistryError(
            .targetExists, "\(target) \(what) and is not replaced", subject: target,
            hints: ["-o PATH puts the artifact elsewhere"])
    }
}

/// Whether a path leads to a folder, links followed.
private func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Creates a folder and those above it, as `mkdir -p` does.
/// - Returns: those that were not there, the outermost first. Where it fails, none of them stays.
private func createFolders(_ path: String) throws(RegistryError) -> [String] {
    if isFolder(path) { return [] }
    let above = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let created = !above.isEmpty && above != path ? try createFolders(above) : []
    if path.hasSuffix("/") { return created }
    if mkdir(path, 0o777) == 0 { return created + [path] }
    if errno == EEXIST { return created }
    let error = fileError("create", path)
    for path in created.reversed() { rmdir(path) }
    throw error
}
