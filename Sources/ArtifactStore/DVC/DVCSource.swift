import GitTypes
public import RegistryCore
public import RegistryFiles

/// Files that DVC keeps: looked for in the cache of this machine first, then in the remote.
public struct DVCSource: ArtifactSource {
    /// The remote, as the configuration names it and as it is read.
    public struct Remote: Sendable {
        /// The name in the configuration.
        public let name: String
        /// What reads it.
        public let store: any ObjectStore

        /// Creates a remote.
        public init(name: String, store: any ObjectStore) {
            self.name = name
            self.store = store
        }
    }

    /// The most bytes of a folder's listing.
    private static let manifestLimit = 64 << 20

    private let caches: LocalObjects
    private let remote: Remote?
    /// Why there is no remote, where there is none.
    private let whyNoRemote: RegistryError
    /// What the object is kept under, where it is not its digest: by digest.
    private let keys: [String: ObjectKey]

    /// Creates the source.
    /// - Parameters:
    ///   - caches: folders with objects of DVC, the nearest first.
    ///   - whyNoRemote: what is thrown where no cache has an object and there is no remote to ask.
    ///   - keys: paths in a remote that keeps files under their own names (`version_aware`), by MD5.
    public init(
        caches: [FolderStore], remote: Remote?, whyNoRemote: RegistryError, keys: [String: ObjectKey] = [:]
    ) {
        self.caches = LocalObjects(caches, checks: remote != nil)
        self.remote = remote
        // Told once for each of many files.
        self.name = remote.map { "the DVC remote '\($0.name)' (\($0.store.name))" } ?? "the DVC cache"
        self.whyNoRemote = whyNoRemote
        self.keys = keys
    }

    /// The place for people, without secrets.
    public let name: String
    /// Whether bytes can be read from the middle on.
    public var readsRanges: Bool { remote?.store.readsRanges ?? true }

    /// How it lets us in, for people; `nil` where it needs nothing.
    public var credentials: String? { remote?.store.credentials }

    /// Where a file can be had; no byte of it is read.
    public func find(_ file: ArtifactFile) async throws(RegistryError) -> String {
        return try await find(try digest(of: file, .md5, .md5Text), isDirectory: false)
    }

    /// Whether parts can be read side by side.
    public func readsParts(of file: ArtifactFile) async throws(RegistryError) -> Bool {
        guard let digest = file.digest, let remote,
            await caches.find(digest, at: Self.paths(digest, isDirectory: false)).place == nil
        else { return false }
        for key in candidates(digest) {
            do throws(RegistryError) {
                return try await remote.store.readsParts(of: key)
            } catch {
                if error.code != .objectNotFound { throw error }
            }
        }
        return false
    }

    /// Hands over bytes, in order, until there are no more or no more are wanted.
    public func read(
        _ file: ArtifactFile, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        try await read(try digest(of: file, .md5, .md5Text), isDirectory: false, from: offset, to: end, into: take)
    }

    /// The files of a folder, by its listing, which is held against its own MD5.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/digestMismatch`` or ``ErrorCode/invalidFile``, and as
    ///   ``read(_:from:to:into:)``.
    public func manifest(md5: String, isLegacy: Bool, of path: String) async throws(RegistryError) -> DVCManifest {
        let buffer = SmallBody(limit: Self.manifestLimit)
        let digest = ContentDigest(isLegacy ? .md5Text : .md5, md5)
        try await read(digest, isDirectory: true, from: 0, to: nil) { buffer.append($0) }
        guard let bytes = buffer.bytes else {
            throw RegistryError(.tooLarge, "the listing of \(path) is larger than \(Self.manifestLimit) bytes")
        }
        let shown = "the listing of \(path)"
        let check = try ContentCheck(
            ArtifactFile(path: nil, size: nil, digest: ContentDigest(.md5, md5)), registered: nil, shown: shown)
        try bytes.withUnsafeBytes { buffer in
            Result { () throws(RegistryError) in try check.update(buffer) }
        }.get()
        _ = try check.finish()
        return try DVCManifest.parse(bytes, file: shown)
    }

    private func find(_ digest: ContentDigest, isDirectory: Bool) async throws(RegistryError) -> String {
        if let cache = caches.folder(of: Self.paths(digest, isDirectory: isDirectory)) {
            return "the DVC cache \(cache.path)"
        }
        guard let remote else { throw whyNoRemote }
        for key in candidates(digest, isDirectory: isDirectory) {
            do throws(RegistryError) {
                _ = try await remote.store.size(of: key)
                return name
            } catch {
                if error.code != .objectNotFound { throw error }
            }
        }
        throw missing(digest)
    }

    private func read(
        _ digest: ContentDigest, isDirectory: Bool, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        // What a folder's listing must be is the MD5 of its bytes as they are.
        let expected = isDirectory ? ContentDigest(.md5, digest.hexadecimal) : digest
        let (place, damage) = await caches.find(expected, at: Self.paths(digest, isDirectory: isDirectory))
        if let place {
            do throws(RegistryError) {
                return try await place.folder.read(place.key, from: offset, to: end, into: take)
            } catch {
                if error.code != .objectNotFound { throw error }
            }
        }
        guard let remote else { throw whyNoRemote }
        for key in candidates(digest, isDirectory: isDirectory) {
            do throws(RegistryError) {
                return try await remote.store.read(key, from: offset, to: end, into: take)
            } catch {
                if error.code != .objectNotFound { throw error.with(damage: damage) }
            }
        }
        throw missing(digest).with(damage: damage)
    }

    private func missing(_ digest: ContentDigest) -> RegistryError {
        let place = remote == nil ? "DVC's store" : name
        return RegistryError(
            .objectNotFound, "\(place) does not have \(digest.hexadecimal)", subject: digest.hexadecimal,
            hints: ["where it was made: dvc push" + (remote.map { " -r \($0.name.shellQuoted)" } ?? "")])
    }

    private func candidates(_ digest: ContentDigest, isDirectory: Bool = false) -> [ObjectKey] {
        (keys[digest.hexadecimal].map { [$0] } ?? [])
            + Self.paths(digest, isDirectory: isDirectory).map { ObjectKey($0) }
    }

    private static func paths(_ digest: ContentDigest, isDirectory: Bool) -> [String] {
        DVCObjectPath.candidates(
            md5: digest.hexadecimal, isDirectory: isDirectory, isLegacy: digest.algorithm == .md5Text
        ).map(\.description)
    }
}
