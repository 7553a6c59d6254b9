import ArtifactStore
import GitTypes
import RegistryCore
import RegistryFiles

extension DeliveryBuilder {
    /// The most imports of imports that are followed.
    private static let depthLimit = 4

    /// The files of one output of DVC.
    func part(
        of kept: KeptFile, _ record: DVCRecord, _ places: inout DVCPlaces
    ) async throws(RegistryError) -> Part {
        let output = record.output
        if let source = record.source, source.repository != nil {
            if let part = try await importedPart(kept, record, source) { return part }
        }
        let inner = try kept.path.map { text throws(RegistryError) in try SafePath(text) }
        let (source, key) = try await source(for: record, &places)
        if let listed = output.files { return try cloudPart(kept, record, listed, source) }
        let origin = try await origin(of: record)
        guard let md5 = output.md5 else {
            // `dvc import-url --no-download` records where it is, and nothing of the bytes.
            if let origin, !output.isDirectory {
                return Part(source: origin, files: [ArtifactFile(path: inner, size: nil, digest: nil)])
            }
            throw RegistryError(
                .digestUnknown, "\(record.file) has no digest of \(output.path): DVC has not seen it yet",
                subject: output.path, hints: ["dvc commit, then commit \(record.file) and register again"])
        }
        let algorithm: ContentDigest.Algorithm = output.isLegacy ? .md5Text : .md5
        guard output.isDirectory else {
            let file = ArtifactFile(
                path: inner, size: output.isLegacy ? nil : output.size,
                sizeLimit: output.size.map { $0 + $0 / 8 + 4096 },
                isExecutable: output.isExecutable, digest: ContentDigest(algorithm, md5))
            guard let origin else { return Part(source: source, files: [file], key: key) }
            return Part(source: FallbackSource(first: source, second: origin), files: [file])
        }
        let manifest = try await source.manifest(md5: md5, isLegacy: output.isLegacy, of: output.path)
        var files: [ArtifactFile] = []
        let entries = record.inner.map { manifest.entries(at: $0) } ?? manifest.entries
        for entry in entries {
            var path: String? = entry.path
            if let part = record.inner {
                let rest = entry.path.utf8.dropFirst(part.utf8.count + 1)
                path = rest.isEmpty ? nil : String(Substring(rest))
            }
            let below = [kept.path, path].compactMap { $0 }.joined(separator: "/")
            files.append(
                ArtifactFile(
                    path: below.isEmpty ? nil : try SafePath(below),
                    // A listing has no sizes; that of the whole is that of its only file.
                    size: manifest.entries.count == 1 && !output.isLegacy ? output.size : nil, sizeLimit: output.size,
                    digest: ContentDigest(algorithm, entry.md5)))
        }
        if files.isEmpty, let part = record.inner {
            throw RegistryError(
                .pathNotFound, "\(part) is not in \(output.path), which DVC keeps by \(record.file)",
                subject: part, hints: ["dvc list . \(output.path.shellQuoted) -R shows what is"])
        }
        return Part(source: source, files: files, size: record.inner == nil ? output.size : nil, key: key)
    }

    /// Where `dvc import-url` took an output from: what is asked when DVC's own places do not have it.
    private func origin(of record: DVCRecord) async throws(RegistryError) -> StoreSource? {
        guard let source = record.source, source.repository == nil, !record.output.isDirectory else { return nil }
        if source.path.hasPrefix("remote://") {
            let settings = try await DVCSettings(session, at: commit, near: record.output.path)
            let rest = source.path.dropFirst("remote://".count)
            guard let slash = rest.firstIndex(of: "/") else { return nil }
            let store = try settings.store(named: String(rest[..<slash]), stores)
            return StoreSource(store, ObjectKey(String(rest[rest.index(after: slash)...])))
        }
        let isPath = source.path.hasPrefix("/")
        // A file of this machine is looked at only where that is allowed; DVC's own places may have it all the same.
        if isPath || source.path.hasPrefix("file://"), !stores.allowsLocalFiles { return nil }
        guard isPath || source.path.contains("://") else { return nil }
        let (store, key) = try stores.store(at: isPath ? "file://\(source.path)" : source.path)
        return StoreSource(store, key)
    }

    /// The files of a folder in a remote that keeps versions: the commit lists them itself.
    private func cloudPart(
        _ kept: KeptFile, _ record: DVCRecord, _ listed: [DVCCloudFile], _ source: DVCSource
    ) throws(RegistryError) -> Part {
        var files: [ArtifactFile] = []
        for file in listed {
            var path: String? = file.path
            if let inner = record.inner {
                guard file.path == inner || file.path.utf8.starts(with: "\(inner)/".utf8) else { continue }
                let rest = file.path.utf8.dropFirst(inner.utf8.count + 1)
                path = rest.isEmpty ? nil : String(Substring(rest))
            }
            let below = [kept.path, path].compactMap { $0 }.joined(separator: "/")
            files.append(
                ArtifactFile(
                    path: below.isEmpty ? nil : try SafePath(below), size: file.size, sizeLimit: record.output.size,
                    isExecutable: file.isExecutable, digest: file.md5.map { ContentDigest(.md5, $0) }))
        }
        return Part(source: source, files: files, size: record.inner == nil ? record.output.size : nil)
    }

    private func source(
        for record: DVCRecord, _ places: inout DVCPlaces
    ) async throws(RegistryError) -> (DVCSource, key: String?) {
        let folder = record.output.path.lastIndex(of: "/").map { String(record.output.path[..<$0]) } ?? ""
        let settings: DVCSettings
        if let known = places.settings[folder] {
            settings = known
        } else {
            settings = try await DVCSettings(session, at: commit, near: record.output.path)
            places.settings[folder] = settings
        }
        let key = "\(settings.root)\n\(record.output.remote ?? "")"
        // Versions of the cloud belong to one output alone.
        if !record.output.cloud.isEmpty || record.output.files != nil {
            return (try settings.source(for: record, stores), nil)
        }
        if let source = places.sources[key] { return (source, key) }
        let source = try settings.source(for: record, stores)
        places.sources[key] = source
        return (source, key)
    }

    /// An output of `dvc import`: its bytes are in the repository that it came from.
    /// - Returns: `nil` where this repository's own store should be asked.
    private func importedPart(
        _ kept: KeptFile, _ record: DVCRecord, _ source: DVCFile.Source
    ) async throws(RegistryError) -> Part? {
        // What is in the cache here need not be fetched from elsewhere.
        let settings = try await DVCSettings(session, at: commit, near: record.output.path)
        if let md5 = record.output.md5, settings.isCached(md5, record.output) { return nil }
        guard let address = source.repository, let revision = source.lockedRevision ?? source.revision else {
            return nil
        }
        guard depth < Self.depthLimit else {
            throw RegistryError(
                .storeNotConfigured,
                "\(record.output.path) is an import of an import, more than \(Self.depthLimit) deep",
                subject: record.output.path, hints: ["dvc import it from where it is made"])
        }
        let other = try await stores.importing(from: address, of: record.output.path, session)
        guard let revision = try? Revision(revision) else { return nil }
        let otherCommit = try await other.commit(revision)
        let builder = DeliveryBuilder(
            session: other, stores: stores, commit: otherCommit, label: label,
            depth: depth + 1)
        let path = [source.path, record.inner].compactMap { $0 }.joined(separator: "/")
        let safe = try SafePath(path)
        let home = try await ArtifactLocator(CommitFiles(other)).locate(safe, at: otherCommit)
        let delivery = try await builder.delivery(of: home, at: safe)
        let files = try delivery.content.files.map { (file) throws(RegistryError) -> ArtifactFile in
            let below = [kept.path, file.path?.description].compactMap { $0 }.joined(separator: "/")
            return ArtifactFile(
                path: below.isEmpty ? nil : try SafePath(below), size: file.size, sizeLimit: file.sizeLimit,
                isExecutable: file.isExecutable, digest: file.digest)
        }
        return Part(source: RenamedSource(delivery, files), files: files, size: delivery.content.size)
    }
}

/// What was found for the outputs before: their settings by folder, and what reads their remotes.
struct DVCPlaces {
    var settings: [String: DVCSettings] = [:]
    var sources: [String: DVCSource] = [:]
}

/// The files of another delivery under paths of this one.
private struct RenamedSource: ArtifactSource {
    private let base: any ArtifactSource
    private let originals: [ArtifactFile: ArtifactFile]

    init(_ delivery: Delivery, _ renamed: [ArtifactFile]) {
        base = delivery.source
        originals = Dictionary(zip(renamed, delivery.content.files), uniquingKeysWith: { first, _ in first })
    }

    var name: String { base.name }
    var readsRanges: Bool { base.readsRanges }

    var credentials: String? { base.credentials }

    func find(_ file: ArtifactFile) async throws(RegistryError) -> String {
        try await base.find(originals[file] ?? file)
    }

    func readsParts(of file: ArtifactFile) async throws(RegistryError) -> Bool {
        try await base.readsParts(of: originals[file] ?? file)
    }

    func read(
        _ file: ArtifactFile, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        try await base.read(originals[file] ?? file, from: offset, to: end, into: take)
    }
}
