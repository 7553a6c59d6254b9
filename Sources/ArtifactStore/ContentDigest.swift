import CLibCrypto
public import GitTypes

/// What bytes must have been to be the ones that were registered: an algorithm and the digest that it gives.
public struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
    /// How a digest is computed.
    public enum Algorithm: String, CaseIterable, Hashable, Sendable {
        /// SHA-256 of the bytes.
        case sha256
        /// The id of the Git blob: SHA-1 of `blob SIZE`, a NUL byte and the bytes.
        case git
    }

    /// How it was computed.
    public let algorithm: Algorithm
    /// The digest in lower-case hexadecimal digits.
    public let hexadecimal: String

    /// Creates a digest that was computed elsewhere.
    public init(_ algorithm: Algorithm, _ hexadecimal: String) {
        self.algorithm = algorithm
        self.hexadecimal = hexadecimal
    }

    /// The digest of a blob by its id.
    public init(blob id: ObjectID) {
        self.init(.git, id.description)
    }

    /// Reads `sha256:…` or `git:…`; `nil` for another algorithm.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let algorithm = Algorithm(rawValue: String(parts[0])) else { return nil }
        self.init(algorithm, parts[1].lowercased())
    }

    /// `sha256:` or `git:` and the digits.
    public var description: String { "\(algorithm.rawValue):\(hexadecimal)" }
}

/// A digest that is fed piece by piece, by OpenSSL's EVP.
public final class DigestComputation {
    private let algorithm: ContentDigest.Algorithm
    private let context: OpaquePointer

    /// OpenSSL cannot compute the digest.
    public struct Unavailable: Error {}

    /// Starts a digest.
    /// - Parameter size: how many bytes will come; a blob's id depends on it.
    /// - Throws: ``Unavailable`` where the library lacks the algorithm or memory.
    public init(_ algorithm: ContentDigest.Algorithm, size: Int) throws(Unavailable) {
        guard let context = EVP_MD_CTX_new() else { throw Unavailable() }
        self.algorithm = algorithm
        self.context = context
        let type = algorithm == .sha256 ? EVP_sha256() : EVP_sha1()
        guard EVP_DigestInit_ex(context, type, nil) == 1 else { throw Unavailable() }
        if algorithm == .git {
            var header = Array("blob \(size)".utf8)
            header.append(0)
            header.withUnsafeBytes { update($0) }
        }
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes.
    public func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// Ends the digest. Nothing may be added afterwards.
    public func finish() -> ContentDigest {
        var bytes = [UInt8](repeating: 0, count: 64)
        var length: UInt32 = 0
        EVP_DigestFinal_ex(context, &bytes, &length)
        return ContentDigest(algorithm, bytes.prefix(Int(length)).hexadecimal)
    }
}
