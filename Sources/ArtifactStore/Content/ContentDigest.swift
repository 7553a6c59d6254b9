public import GitTypes

/// What bytes must have been to be the ones that were registered: an algorithm and the digest that it gives.
public struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
    /// How a digest is computed.
    public enum Algorithm: String, CaseIterable, Hashable, Sendable {
        /// SHA-256 of the bytes.
        case sha256
        /// MD5 of the bytes, as DVC takes it.
        case md5
        /// MD5 as DVC 1 and 2 took it: of a text's bytes after CRLF became LF, of anything else's as they are.
        case md5Text = "md5-dos2unix"
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

    /// Reads `sha256:…`, `md5:…` or `git:…`; `nil` for another algorithm, and for a folder's.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, !parts[1].hasSuffix(".dir"), let algorithm = Algorithm(rawValue: String(parts[0]))
        else { return nil }
        self.init(algorithm, parts[1].lowercased())
    }

    /// The name of the algorithm, a colon, and the digits.
    public var description: String { "\(algorithm.rawValue):\(hexadecimal)" }
}
