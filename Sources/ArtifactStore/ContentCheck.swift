import RegistryCore

/// Holds bytes that pass by against what was registered: their number, and their digest.
final class ContentCheck {
    private let file: ArtifactFile
    private let shown: String
    private let own: DigestComputation
    private let sha256: DigestComputation
    private var count = 0

    init(_ file: ArtifactFile, shown: String) throws(RegistryError) {
        self.file = file
        self.shown = shown
        do {
            self.own = try DigestComputation(file.digest.algorithm, size: file.size)
            self.sha256 = try DigestComputation(.sha256, size: file.size)
        } catch {
            throw RegistryError(
                .internalFault, "OpenSSL cannot compute \(file.digest.algorithm.rawValue) digests",
                hints: ["check the OpenSSL configuration of this machine"])
        }
    }

    /// Takes bytes in; refuses the first one too many.
    func update(_ bytes: UnsafeRawBufferPointer) throws(RegistryError) {
        count += bytes.count
        if count > file.size {
            throw mismatch("\(shown) is longer than the \(file.size) bytes that were registered")
        }
        own.update(bytes)
        sha256.update(bytes)
    }

    /// Takes bytes in that are held in an array.
    func update(_ bytes: ArraySlice<UInt8>) throws(RegistryError) {
        let result = bytes.withUnsafeBytes { buffer in
            Result { () throws(RegistryError) in try update(buffer) }
        }
        try result.get()
    }

    /// Ends the check.
    /// - Returns: the SHA-256 of the bytes.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/digestMismatch`` and both digests.
    func finish(registered: ContentDigest?) throws(RegistryError) -> ContentDigest {
        if count < file.size {
            throw mismatch("\(shown) has \(count) bytes where \(file.size) were registered")
        }
        let found = own.finish()
        if found != file.digest { throw mismatch("\(shown) is \(found) where \(file.digest) was registered") }
        let sha256 = sha256.finish()
        if let registered, registered != sha256, registered != found {
            let same = registered.algorithm == .sha256 ? sha256 : found
            throw mismatch("\(shown) is \(same) where the registration says \(registered)")
        }
        return sha256
    }

    private func mismatch(_ message: String) -> RegistryError {
        RegistryError(
            .digestMismatch, message, subject: shown,
            hints: ["to check the repository: git fsck", "to see who registered it: git model history"])
    }
}
