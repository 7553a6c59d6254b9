import GitTypes
import Glibc
import RegistryCore

/// The name that an artifact has while it arrives, held against other processes that bring the same one.
struct TemporaryName: Sendable {
    let name: String
    /// Whether a later download of the same content to the same place finds it again.
    let isLasting: Bool
    /// Whether another process had it first.
    let hasWaited: Bool
    /// What stands there, open for as long as the name is ours.
    private let held: OpenFile

    /// Reserves the name for a content. Where another process holds it, it is waited for.
    /// - Parameters:
    ///   - content: `nil` where nothing says what it must be.
    ///   - quietWait: how long it is waited for before that is told.
    ///   - onWait: hears of the name that is waited for, once.
    static func reserve(
        for content: ArtifactContent?, isFolder: Bool, named target: String, in placement: PlacementFolder,
        quietWait: Duration, onWait: (String) -> Void
    ) async throws(RegistryError) -> TemporaryName {
        guard let key = content.flatMap({ key(of: $0) }) else { return try random(isFolder, target, placement) }
        let name = name(target, key)
        var hasWaited = false
        var silenceEnds: ContinuousClock.Instant? = .now + quietWait
        while true {
            if Task.isCancelled { throw IncomingFile.interrupted(placement.shown) }
            let file = try placement.createTemporary(name, isFolder: isFolder)
            if flock(file.number, LOCK_EX | LOCK_NB) == 0 {
                // The process before us may have given the file its final name since we opened it.
                if file.stands(at: name, in: placement.folder) {
                    return TemporaryName(name: name, isLasting: true, hasWaited: hasWaited, held: file)
                }
            } else if errno == EWOULDBLOCK || errno == EINTR {
                hasWaited = true
                if let end = silenceEnds, .now >= end {
                    onWait(name)
                    silenceEnds = nil
                }
                do { try await Task.sleep(for: .milliseconds(50)) } catch {
                    throw IncomingFile.interrupted(placement.shown)
                }
            } else {
                // A file system without locks.
                placement.removeAll(name)
                return try random(isFolder, target, placement)
            }
        }
    }

    /// Whether nothing else took the place of what was reserved.
    func isHeld(in placement: PlacementFolder) -> Bool { held.stands(at: name, in: placement.folder) }

    private static func random(
        _ isFolder: Bool, _ target: String, _ placement: PlacementFolder
    ) throws(RegistryError) -> TemporaryName {
        let name = name(target, String(UInt64.random(in: .min ... .max), radix: 36))
        let file = try placement.createTemporary(name, isFolder: isFolder)
        return TemporaryName(name: name, isLasting: false, hasWaited: false, held: file)
    }

    /// Hidden, recognisable, and at most 255 bytes, which is what file systems take.
    private static func name(_ target: String, _ key: String) -> String {
        var start = target
        while start.utf8.count > 200 { start.removeLast() }
        return ".\(start).\(key).part"
    }

    /// Tells contents apart; `nil` where something of the content is not known.
    private static func key(of content: ArtifactContent) -> String? {
        guard let computation = try? DigestComputation(.sha256, size: 0) else { return nil }
        for file in content.files {
            guard let digest = file.digest else { return nil }
            let line = "\(file.path?.description ?? "") \(file.isExecutable) \(digest)\n"
            Array(line.utf8).withUnsafeBytes { computation.update($0) }
        }
        return String(computation.finish().hexadecimal.prefix(16))
    }
}
