import CLibCrypto
import GitTypes

/// A digest that is fed piece by piece, by OpenSSL's EVP.
public final class DigestComputation {
    private let algorithm: ContentDigest.Algorithm
    private let context: OpaquePointer
    private var lineEnds: LineEndNormaliser?

    /// OpenSSL cannot compute the digest.
    public struct Unavailable: Error {}

    /// Starts a digest.
    /// - Parameter size: how many bytes will come; only the id of a blob depends on it.
    /// - Throws: ``Unavailable`` where the library lacks the algorithm or memory.
    public init(_ algorithm: ContentDigest.Algorithm, size: Int) throws(Unavailable) {
        guard let context = EVP_MD_CTX_new() else { throw Unavailable() }
        self.algorithm = algorithm
        self.context = context
        self.lineEnds = algorithm == .md5Text ? LineEndNormaliser() : nil
        let type =
            switch algorithm {
            case .sha256: EVP_sha256()
            case .md5, .md5Text: EVP_md5()
            case .git: EVP_sha1()
            }
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
        if lineEnds == nil {
            EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        } else {
            let context = context
            lineEnds?.update(bytes) { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        }
    }

    /// Ends the digest. Nothing may be added afterwards.
    public func finish() -> ContentDigest {
        let context = context
        lineEnds?.finish { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        var bytes = [UInt8](repeating: 0, count: 64)
        var length: UInt32 = 0
        EVP_DigestFinal_ex(context, &bytes, &length)
        return ContentDigest(algorithm, bytes.prefix(Int(length)).hexadecimal)
    }
}
