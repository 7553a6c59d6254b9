import ArtifactStore
import GitTypes
import RegistryCore
import RegistryFiles

extension RegistrySession {
    /// The most files of a folder at a URL.
    private static let listingLimit = 100_000

    /// Where a version's bytes are, and what they must be.
    func delivery(
        of version: Version, _ configuration: RegistryConfiguration, _ request: DownloadRequest
    ) async throws(RegistryError) -> Delivery {
        let label = "\(version.artifact) \(version.label)"
        let annotations = try await annotations(of: version.artifact, at: version.commit, configuration)
        let annotation = annotations.values.first
        let registered = version.releaseFacts?.digest
        guard let path = annotation?.pathFromRoot ?? version.releaseFacts?.path else {
            if annotations.values.isEmpty, let problem = annotations.findings.first {
                throw RegistryError(
                    .invalidFile, problem.message, subject: problem.subject, hints: [problem.hint].compactMap { $0 })
            }
            throw RegistryError(
                .annotationNotFound,
                "nothing says where \(label) is: no 'path' in dvc.yaml or artifacts.yaml "
                    + "at commit \(version.commit.short)", subject: version.artifact.description,
                hints: [
                    "git model annotate \(version.artifact) --path PATH", "then commit that and register a new version",
                ])
        }
        let stores = StoreFactory(environment, jobs: request.jobs, allowsLocalFiles: request.allowsFileURLs)
        if path.contains("://") {
            return try await delivery(
                at: path, stores, digest: registered ?? annotation?.recordedDigest,
                size: version.releaseFacts?.size ?? annotation?.recordedSize)
        }
        let safe = try SafePath(path)
        let home = try await ArtifactLocator(CommitFiles(self)).locate(safe, at: version.commit)
        try refuseOther(home, than: registered, at: safe)
        let builder = DeliveryBuilder(session: self, stores: stores, commit: version.commit, label: label)
        var delivery = try await builder.delivery(of: home, at: safe)
        delivery.registered = registered.flatMap { ContentDigest($0.description) }
        return delivery
    }

    /// Holds the digest of a folder against what the registration says; that of a file is held against its bytes.
    private func refuseOther(
        _ home: ArtifactHome, than registered: ReleaseFacts.Digest?, at path: SafePath
    ) throws(RegistryError) {
        guard let registered else { return }
        let own: ReleaseFacts.Digest?
        switch home {
        case .folder(let tree?, _): own = ReleaseFacts.Digest(.git, tree.description)
        case .folder(nil, let kept):
            guard kept.count == 1, case .dvc(let record) = kept[0].keeper, let md5 = record.output.md5 else { return }
            own = ReleaseFacts.Digest(.md5, md5 + (record.output.isDirectory ? ".dir" : ""))
        case .file, .absent: return
        }
        guard let own, own.algorithm == registered.algorithm, own != registered else { return }
        throw RegistryError(
            .digestMismatch, "\(path) is \(own) where the registration says \(registered)",
            subject: path.description, hints: ["git model history tells who registered the version"])
    }

    /// What is at an address that the artifact's path names.
    private func delivery(
        at address: String, _ stores: StoreFactory, digest: ReleaseFacts.Digest?, size: Int?
    ) async throws(RegistryError) -> Delivery {
        let (store, key) = try stores.store(at: address)
        let source = StoreSource(store, key)
        let registered = digest.flatMap { ContentDigest($0.description) }
        // Neither a query nor who asks whom is part of a name: both may hold secrets.
        let place = address.prefix { $0 != "?" && $0 != "#" }
        let path = place.firstRange(of: "://").map { place[$0.upperBound...] } ?? place
        let name = path.split(separator: "/").dropFirst().last.map(String.init) ?? "artifact"
        // An address that ends in a slash is a folder's; any other one is a file's where there is such a file.
        if registered == nil, let listed = try await store.list(below: key, limit: Self.listingLimit), !listed.isEmpty {
            let files = try listed.map { (object) throws(RegistryError) in
                ArtifactFile(path: try SafePath(object.path), size: object.size, digest: nil)
            }
            return Delivery(
                content: ArtifactContent(files: files, isFolder: true), source: source, registered: nil, name: name)
        }
        let file = ArtifactFile(path: nil, size: size, digest: registered)
        return Delivery(content: ArtifactContent(file), source: source, registered: nil, name: name)
    }
}
