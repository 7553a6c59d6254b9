/// What was known of a version when it was registered, as the trailers of its tag keep it.
///
/// An empty text counts as absent: Git has no trailer without a value.
public struct ReleaseFacts: Hashable, Sendable {
    /// The digest of the artifact's bytes.
    public struct Digest: Hashable, Sendable, CustomStringConvertible {
        /// How the digits were made.
        public enum Algorithm: String, CaseIterable, Hashable, Sendable {
            /// SHA-256 of the bytes: 64 digits. Git LFS uses it too.
            case sha256
            /// MD5 as DVC takes it: 32 digits, and `.dir` behind those of a folder's listing.
            case md5
            /// The id of Git's blob or tree: 40 digits.
            case git
        }

        /// How the digits were made.
        public let algorithm: Algorithm
        /// Lower-case hexadecimal digits, with `.dir` behind those of a folder of DVC.
        public let value: String

        /// Creates a digest; `nil` where the digits are not those of the algorithm.
        public init?(_ algorithm: Algorithm, _ value: some StringProtocol) {
            var digits = value.utf8[...]
            if algorithm == .md5, value.hasSuffix(".dir") { digits = digits.dropLast(4) }
            let count =
                switch algorithm {
                case .sha256: 64
                case .md5: 32
                case .git: 40
                }
            guard digits.count == count,
                digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
            else { return nil }
            self.algorithm = algorithm
            self.value = String(value)
        }

        /// Reads `sha256:…`, `md5:…` or `git:…`; `nil` for anything else.
        public init?(_ text: some StringProtocol) {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let algorithm = Algorithm(rawValue: String(parts[0])) else { return nil }
            self.init(algorithm, parts[1])
        }

        /// `sha256:…`, `md5:…` or `git:…`.
        public var description: String { "\(algorithm.rawValue):\(value)" }
    }

    /// A number that a model was judged by.
    public struct Metric: Hashable, Sendable {
        /// Its name, dotted: `test.auc`.
        public let name: String
        /// Its value, as the file of metrics writes it.
        public let value: String

        /// Creates a metric.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Where the artifact is: relative to the root of the repository, or a URL.
    public var path: String?
    /// `model`, `dataset` or another type.
    public var type: String?
    /// The digest of its bytes.
    public var digest: Digest?
    /// The number of its bytes; negative counts as absent.
    public var size: Int?
    /// Its metrics, at most ``MessageTrailers/metricLimit``.
    public var metrics: [Metric]
    /// Where it comes from, in the words of whoever registered it: a run, a URL.
    public var source: String?

    /// Creates facts.
    public init(
        path: String? = nil, type: String? = nil, digest: Digest? = nil, size: Int? = nil, metrics: [Metric] = [],
        source: String? = nil
    ) {
        self.path = path
        self.type = type
        self.digest = digest
        self.size = size
        self.metrics = metrics
        self.source = source
    }
}
