import CLibCrypto

/// What shows that a message comes from somebody who knows a key.
public enum MessageSignature {
    /// HMAC-SHA256 (RFC 2104), 32 bytes.
    public static func hmacSHA256(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &digest, nil)
        return digest
    }
}
