import GitTypes
public import Outbound
public import RegistryCore
import Synchronization

/// Objects of a bucket of Amazon S3, or of a server that speaks its protocol.
public struct S3Store: ObjectStore {
    /// Where a bucket is.
    public struct Location: Hashable, Sendable {
        /// The bucket's name.
        public var bucket: String
        /// What all keys start with, without slashes around it; may be empty.
        public var prefix: String
        /// The region, such as `eu-west-1`.
        public var region: String
        /// The server, where it is not Amazon's.
        public var endpoint: OutboundURL?

        /// Creates a location.
        public init(bucket: String, prefix: String = "", region: String, endpoint: OutboundURL? = nil) {
            self.bucket = bucket
            self.prefix = prefix
            self.region = region
            self.endpoint = endpoint
        }
    }

    private let location: Location
    private let keys: AWSCredentials?
    private let credentialsName: String?
    private let client: OutboundClient
    private let credentialHints: [String]
    /// The bucket's region: the configuration's, until the server names another one.
    private let region: Region

    /// Creates the store.
    /// - Parameters:
    ///   - credentials: `nil` reads without a signature, as anybody may read a public bucket.
    ///   - credentialsName: where they were found, for people.
    ///   - credentialHints: what mends missing or wrong credentials.
    public init(
        _ location: Location, credentials: AWSCredentials?, credentialsName: String?, client: OutboundClient,
        credentialHints: [String] = []
    ) {
        self.location = location
        self.keys = credentials
        self.credentialsName = credentialsName
        self.client = client
        self.credentialHints = credentialHints
        self.region = Region(location.region)
    }

    /// The place for people, without secrets.
    public var name: String {
        "s3://" + [location.bucket, location.prefix].filter { !$0.isEmpty }.joined(separator: "/")
    }
    /// How it lets us in, for people; `nil` where it needs nothing.
    public var credentials: String? { credentialsName }
    /// Whether bytes can be read from the middle on.
    public var readsRanges: Bool { true }
    /// Whether parts can be read side by side.
    public func readsParts(of key: ObjectKey) async throws(RegistryError) -> Bool { true }

    /// Hands over bytes, in order, until there are no more or no more are wanted.
    public func read(
        _ key: ObjectKey, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        try await ask(key) { (request) async throws(OutboundError) in
            try await client.read(request, from: offset, to: end, into: take)
        }
    }

    /// The bytes of an object, without reading it.
    public func size(of key: ObjectKey) async throws(RegistryError) -> Int? {
        try await ask(key) { (request) async throws(OutboundError) in
            try await client.size(of: request)
        } ?? nil
    }

    /// The objects below a folder; `nil` where there is no telling.
    public func list(below folder: ObjectKey, limit: Int) async throws(RegistryError) -> [StoredObject]? {
        let path = [location.prefix, folder.path].filter { !$0.isEmpty }.joined(separator: "/")
        let prefix = path.isEmpty || path.hasSuffix("/") ? path : path + "/"
        var objects: [StoredObject] = []
        var continuation: String?
        repeat {
            // In the order of their names: they are signed so.
            let query =
                (continuation.map { [("continuation-token", $0)] } ?? [])
                + [("encoding-type", "url"), ("list-type", "2"), ("prefix", prefix)]
            let response = try await ask(nil, query: query) { (request) async throws(OutboundError) in
                try await client.send(request, limit: 8 << 20)
            }
            let page = S3Listing(response?.body ?? [])
            for object in page.objects where object.path.hasPrefix(prefix) && !object.path.hasSuffix("/") {
                if objects.count == limit {
                    throw RegistryError(.tooLarge, "\(name) has more than \(limit) objects", subject: name)
                }
                objects.append(StoredObject(path: String(object.path.dropFirst(prefix.count)), size: object.size))
            }
            continuation = page.continuation
        } while continuation != nil
        return objects
    }

    /// Makes a request, and makes it again where the server says that the bucket is in another region.
    @discardableResult
    private func ask<Value>(
        _ key: ObjectKey?, query: [(String, String)] = [],
        _ send: (OutboundRequest) async throws(OutboundError) -> Value
    ) async throws(RegistryError) -> Value? {
        var mayChange = true
        while true {
            let tried = region.name
            let request = try request(key, query: query, region: tried)
            do throws(OutboundError) {
                return try await send(request)
            } catch {
                if error.kind == .stopped { return nil }
                if mayChange, let named = error.failure?.headers["x-amz-bucket-region"], named != tried {
                    region.change(to: named)
                    mayChange = false
                    continue
                }
                // Without the right to list a bucket a missing object is forbidden, not missing.
                let hints = credentialHints + ["where s3:ListBucket is not allowed, a missing object is refused, too"]
                throw RegistryError(error, hasCredentials: keys != nil, credentialHints: hints)
            }
        }
    }

    private func request(
        _ key: ObjectKey?, query: [(String, String)], region: String
    ) throws(RegistryError) -> OutboundRequest {
        let path = [location.prefix, key?.path ?? ""].filter { !$0.isEmpty }.joined(separator: "/")
        var components = key == nil ? [] : path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        do throws(MalformedValue) {
            var root: OutboundURL
            if let endpoint = location.endpoint {
                root = endpoint
                components.insert(location.bucket, at: 0)
            } else if location.bucket.contains(".") {
                // The certificate of *.s3.amazonaws.com does not hold for a name with dots.
                root = try OutboundURL("https://s3.\(region).amazonaws.com")
                components.insert(location.bucket, at: 0)
            } else {
                root = try OutboundURL("https://\(location.bucket).s3.\(region).amazonaws.com")
            }
            if !components.isEmpty { root = try root.appending(path: components) }
            let query = query + (key?.versionID.map { [("versionId", $0)] } ?? [])
            if !query.isEmpty { root = try root.with(query: query.map { (name: $0.0, value: $0.1) }) }
            return OutboundRequest(
                .get, root,
                authorization: keys.map { .aws($0, region: region, service: "s3") } ?? .none)
        } catch {
            throw RegistryError(error, code: .addressRefused)
        }
    }

    /// A region that a server may correct.
    private final class Region: Sendable {
        private let current: Mutex<String>

        init(_ name: String) { current = Mutex(name) }

        var name: String { current.withLock { $0 } }

        /// Takes a region over from a server, where it is made of what regions are made of.
        func change(to name: String) {
            let isPlain = name.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
            }
            if isPlain, !name.isEmpty, name.utf8.count <= 40 { current.withLock { $0 = name } }
        }
    }
}
