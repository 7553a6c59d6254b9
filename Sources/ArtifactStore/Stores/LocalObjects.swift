import GitTypes
import RegistryCore
import Synchronization

/// Objects in folders of this machine, such as a cache, that are read instead of those of a remote.
///
/// One that is damaged must not stand before a whole one of the remote, so each is read and checked before it is used
/// where there is a remote: that costs little beside a transfer.
final class LocalObjects: Sendable {
    private let folders: [FolderStore]
    private let checks: Bool
    /// What was found of a file, by its path: the error, where it is damaged.
    private let found = Mutex<[String: RegistryError?]>([:])

    /// - Parameter checks: whether there is another place to read from, where one is damaged.
    init(_ folders: [FolderStore], checks: Bool) {
        self.folders = folders
        self.checks = checks
    }

    /// Where an object is, unchecked.
    func folder(of paths: [String]) -> FolderStore? {
        folders.first { folder in paths.contains { folder.holds($0) } }
    }

    /// Where an object is that can be read.
    /// - Returns: the folder, the key in it, and otherwise why a file that is there is not used.
    func find(
        _ digest: ContentDigest, at paths: [String]
    ) async -> (place: (folder: FolderStore, key: ObjectKey)?, damage: RegistryError?) {
        var damage: RegistryError?
        for folder in folders {
            for path in paths where folder.holds(path) {
                let key = ObjectKey(path)
                guard let error = checks ? await check(key, in: folder, digest) : nil else {
                    return ((folder, key), nil)
                }
                damage = damage ?? error
            }
        }
        return (nil, damage)
    }

    private func check(_ key: ObjectKey, in folder: FolderStore, _ digest: ContentDigest) async -> RegistryError? {
        let shown = "\(folder.path)/\(key.path)"
        if let known = found.withLock({ $0[shown] }) { return known }
        var error: RegistryError?
        do throws(RegistryError) {
            let check = try ContentCheck(
                ArtifactFile(path: nil, size: nil, digest: digest), registered: nil, shown: shown)
            let failure = Mutex<RegistryError?>(nil)
            try await folder.read(key, from: 0, to: nil) { bytes in
                do throws(RegistryError) {
                    try check.update(bytes)
                    return true
                } catch {
                    failure.withLock { $0 = error }
                    return false
                }
            }
            if let failure = failure.withLock({ $0 }) { throw failure }
            _ = try check.finish()
        } catch let problem {
            error = problem
        }
        // What was interrupted was not judged.
        if !Task.isCancelled { found.withLock { $0[shown] = .some(error) } }
        return error
    }
}

extension RegistryError {
    /// The error with what was found of a local copy, which would have made the request needless.
    func with(damage: RegistryError?) -> RegistryError {
        guard let damage, let path = damage.subject else { return self }
        return RegistryError(
            code, message, subject: subject,
            hints: hints + ["\(path) is damaged, and was not used: rm \(path.shellQuoted)"], underlying: underlying)
    }
}
