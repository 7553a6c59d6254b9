import ArtifactStore
import GitTypes
public import RegistryCore

extension Registry {
    /// Brings the bytes of a version, wherever they are kept.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/stageEmpty``, ``ErrorCode/versionInactive``,
    ///   ``ErrorCode/annotationNotFound``, ``ErrorCode/pathNotFound``, ``ErrorCode/unsafePath``,
    ///   ``ErrorCode/targetExists`` or ``ErrorCode/digestMismatch``; and, where a store is asked,
    ///   ``ErrorCode/storeNotConfigured``, ``ErrorCode/credentialsMissing``, ``ErrorCode/accessDenied``,
    ///   ``ErrorCode/objectNotFound``, ``ErrorCode/remoteUnreachable``, ``ErrorCode/transferFailed``,
    ///   ``ErrorCode/programMissing``, ``ErrorCode/addressRefused`` or ``ErrorCode/digestUnknown``.
    public func download(
        _ selector: Selector, _ request: DownloadRequest = DownloadRequest()
    ) async throws(RegistryError) -> DownloadReceipt {
        let session = try await RegistrySession(location, environment)
        return try await session.download(selector, request)
    }
}

extension RegistrySession {
    func download(
        _ selector: Selector, _ request: DownloadRequest
    ) async throws(RegistryError) -> DownloadReceipt {
        let snapshot = try await snapshot(.artifact(selector.artifact))
        let version = try snapshot.state.version(of: selector, allowsInactive: request.isForced)
        let delivery = try await delivery(of: version, snapshot.configuration, request)
        let placement = try ArtifactPlacement(output: request.output, artifactName: delivery.name)
        let isDryRun = request.isDryRun || request.checksOnly
        func receipt(_ files: [DownloadReceipt.File]) -> DownloadReceipt {
            DownloadReceipt(
                artifact: selector.artifact, version: version.label, stage: selector.stage,
                stages: version.activeStages().map(\.stage),
                commit: version.commit, target: placement.target, source: delivery.source.name,
                credentials: delivery.source.credentials, size: delivery.content.size, files: files, isDryRun: isDryRun)
        }
        let options = options(delivery, request)
        let isInPlace = request.isDryRun ? try placement.isInPlace(delivery.content, options) : false
        let plan = receipt(
            delivery.content.files.map { file in
                DownloadReceipt.File(
                    target: placement.target(of: file), size: file.size, digest: file.digest?.description,
                    source: delivery.source.name(of: file), isUnchanged: isInPlace)
            })
        request.observer.onStart(plan)
        if request.checksOnly { return receipt(try await check(delivery, placement, jobs: options.jobs)) }
        if request.isDryRun { return plan }
        return receipt(try await place(delivery, placement, options, request.observer))
    }

    private func options(_ delivery: Delivery, _ request: DownloadRequest) -> PlacementOptions {
        var options = PlacementOptions()
        options.registered = delivery.content.isFolder ? nil : delivery.registered
        options.replaces = request.isForced
        options.verifies = request.verifies
        options.jobs = min(max(request.jobs, 1), 64)
        let announce = environment.announce
        options.onWait = { announce("another download of the same content is under way: waiting for \($0)") }
        return options
    }

    private func place(
        _ delivery: Delivery, _ placement: ArtifactPlacement, _ options: PlacementOptions, _ observer: DownloadObserver
    ) async throws(RegistryError) -> [DownloadReceipt.File] {
        var options = options
        options.progress = DownloadProgress { observer.onFile($0.path, $0.size, $0.digest.description) }
        let progress = options.progress
        let ticker = Task {
            while !Task.isCancelled {
                observer.onProgress(DownloadStatus(progress.reading))
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        let placed: [ArtifactPlacement.PlacedFile]
        do throws(RegistryError) {
            placed = try await placement.place(delivery.content, from: delivery.source, options)
        } catch {
            // Nobody hears of it any more once the failure is told.
            ticker.cancel()
            await ticker.value
            throw error
        }
        ticker.cancel()
        await ticker.value
        observer.onProgress(DownloadStatus(progress.reading))
        return zip(delivery.content.files, placed).map { file, placed in
            DownloadReceipt.File(
                target: placed.path, size: placed.size, digest: placed.digest.description,
                source: delivery.source.name(of: file), isUnchanged: placed.isUnchanged)
        }
    }

    /// Asks for every file whether it can be had.
    private func check(
        _ delivery: Delivery, _ placement: ArtifactPlacement, jobs: Int
    ) async throws(RegistryError) -> [DownloadReceipt.File] {
        let source = delivery.source
        let files = delivery.content.files
        let found = await concurrently(files, limit: jobs) { file -> Result<String, RegistryError> in
            do throws(RegistryError) {
                return .success(try await source.find(file))
            } catch {
                return .failure(error)
            }
        }
        let failures = found.compactMap { result in if case .failure(let error) = result { error } else { nil } }
        if let first = failures.first {
            guard failures.count > 1 else { throw first }
            throw RegistryError(
                first.code,
                "\(failures.count) of \(files.count) files cannot be had, the first because: \(first.message)",
                subject: first.subject, hints: first.hints, underlying: first.underlying)
        }
        return try zip(files, found).map { (file, place) throws(RegistryError) in
            DownloadReceipt.File(
                target: placement.target(of: file), size: file.size, digest: file.digest?.description,
                source: try place.get(), isUnchanged: false)
        }
    }
}

extension DownloadStatus {
    fileprivate init(_ reading: DownloadProgress.Reading) {
        self.init()
        (fileCount, byteCount) = (reading.fileCount, reading.byteCount)
        (filesDone, bytesDone, bytesResumed) = (reading.filesDone, reading.bytesDone, reading.bytesResumed)
    }
}

extension ArtifactPlacement {
    /// Where a file will stand.
    fileprivate func target(of file: ArtifactFile) -> String { file.path.map { "\(target)/\($0)" } ?? target }
}
