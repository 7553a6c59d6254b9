import RegistryCore

/// Holds bytes that pass by against what was registered: their number, and their digest.
///
/// Whoever hands one from task to task does so under a lock, as ``IncomingFile`` does.
final class ContentCheck: @unchecked Sendable {
    private let file: ArtifactFile
    private let registered: ContentDigest?
    private let shown: String
    private let computations: [DigestComputation]
    private var count = 0

    /// - Parameter registered: what the registration says, where it is more than the source knows.
    init(_ file: ArtifactFile, registered: ContentDigest?, shown: String) throws(RegistryError) {
        self.file = file
        self.registered = registered
        self.shown = shown
        var algorithms: [ContentDigest.Algorithm] = []
        switch file.digest?.algorithm {
        case nil, .git: algorithms = [.sha256]
        // What DVC 1 and 2 wrote is the one or the other, and nothing tells which.
        case .md5Text: algorithms = [.md5]
        default: break
        }
        for digest in [file.digest, registered] {
            if let algorithm = digest?.algorithm, !algorithms.contains(algorithm) { algorithms.append(algorithm) }
        }
        do {
            self.computations = try algorithms.map { algorithm throws(DigestComputation.Unavailable) in
                try DigestComputation(algorithm, size: file.size ?? 0)
            }
        } catch {
            let names = algorithms.map(\.rawValue).joined(separator: " and ")
            throw RegistryError(
                .internalFault, "OpenSSL cannot compute \(names) digests",
                hints: ["check the OpenSSL configuration of this machine"])
        }
    }

    /// Takes bytes in; refuses the first one too many.
    func update(_ bytes: UnsafeRawBufferPointer) throws(RegistryError) {
        count += bytes.count
        if count > file.mostBytes {
            throw mismatch("\(shown) is longer than the \(file.mostBytes) bytes that were registered")
        }
        for computation in computations { computation.update(bytes) }
    }

    /// Ends the check.
    /// - Returns: the digest of the bytes: SHA-256 where the file is in Git or nothing was recorded, otherwise the one
    ///   that was.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/digestMismatch`` and both digests.
    func finish() throws(RegistryError) -> ContentDigest {
        if let size = file.size, count < size {
            throw mismatch("\(shown) has \(count) bytes where \(size) were registered")
        }
        let found = computations.map { $0.finish() }
        func value(_ algorithm: ContentDigest.Algorithm) -> String? {
            found.first { $0.algorithm == algorithm }?.hexadecimal
        }
        if let digest = file.digest {
            let values =
                digest.algorithm == .md5Text ? [value(.md5Text), value(.md5)] : [value(digest.algorithm)]
            if !values.contains(digest.hexadecimal) {
                let first = values.compactMap { $0 }.first ?? ""
                throw mismatch("\(shown) is \(digest.algorithm.rawValue):\(first) where \(digest) was registered")
            }
        }
        if let registered, let own = value(registered.algorithm), own != registered.hexadecimal,
            // DVC 1 and 2 wrote MD5s of both kinds under one name.
            !(registered.algorithm == .md5 && registered.hexadecimal == file.digest?.hexadecimal)
        {
            throw mismatch(
                "\(shown) is \(registered.algorithm.rawValue):\(own) where the registration says \(registered)")
        }
        return value(.sha256).map { ContentDigest(.sha256, $0) } ?? file.digest ?? found[0]
    }

    private func mismatch(_ message: String) -> RegistryError {
        let isOfGit = file.digest?.algorithm == .git
        return RegistryError(
            .digestMismatch, message, subject: shown,
            hints: [
                "to see who registered it: git model history",
                isOfGit
                    ? "to check the repository: git fsck"
                    : "the store has other bytes than were registered: push those again, or register a new version",
            ])
    }
}
