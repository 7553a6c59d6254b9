import GitTypes
public import Outbound
public import RegistryCore

/// Files of a web server, below an address.
public struct WebStore: ObjectStore {
    private let base: OutboundURL
    private let authorization: OutboundAuthorization
    private let headers: OutboundHeaders
    private let client: OutboundClient
    /// What mends missing or wrong credentials.
    private let credentialHints: [String]

    /// Creates the store.
    public init(
        _ base: OutboundURL, authorization: OutboundAuthorization = .none, headers: OutboundHeaders = [:],
        client: OutboundClient, credentialHints: [String] = []
    ) {
        self.base = base
        self.authorization = authorization
        self.headers = headers
        self.client = client
        self.credentialHints = credentialHints
    }

    /// The place for people, without secrets.
    public var name: String { base.description }
    /// How it lets us in, for people; `nil` where it needs nothing.
    public var credentials: String? {
        switch authorization {
        case .none: headers.fields.isEmpty ? nil : "the header \(headers)"
        case .basic(let user, _), .digest(let user, _): "user \(user) with a password"
        default: "\(authorization)"
        }
    }
    /// Whether bytes can be read from the middle on.
    public var readsRanges: Bool { true }

    /// Whether parts can be read side by side.
    public func readsParts(of key: ObjectKey) async throws(RegistryError) -> Bool {
        var request = try request(.get, key)
        request.length = 1
        let response = try await wording(key) { () async throws(OutboundError) in
            try await client.download(request, limit: 1) { _ in true }
        }
        return response?.status == 206
    }

    /// Hands over bytes, in order, until there are no more or no more are wanted.
    public func read(
        _ key: ObjectKey, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        let request = try request(.get, key)
        try await wording(key) { () async throws(OutboundError) in
            try await client.read(request, from: offset, to: end, into: take)
        }
    }

    /// The bytes of an object, without reading it.
    public func size(of key: ObjectKey) async throws(RegistryError) -> Int? {
        let request = try request(.head, key)
        let response = try await wording(key) { () async throws(OutboundError) in
            try await client.send(request, limit: 0)
        }
        return response.flatMap { $0.headers["content-length"] }.flatMap { Int($0) }
    }

    /// The objects below a folder; `nil` where there is no telling.
    public func list(below folder: ObjectKey, limit: Int) async throws(RegistryError) -> [StoredObject]? { nil }

    private func request(_ method: OutboundRequest.Method, _ key: ObjectKey) throws(RegistryError) -> OutboundRequest {
        do throws(MalformedValue) {
            let components = key.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            let url = key.path.isEmpty ? base : try base.appending(path: components)
            return OutboundRequest(method, url, headers: headers, authorization: authorization)
        } catch {
            throw RegistryError(error, code: .addressRefused)
        }
    }

    @discardableResult
    private func wording<Value>(
        _ key: ObjectKey, _ body: () async throws(OutboundError) -> Value
    ) async throws(RegistryError) -> Value? {
        do throws(OutboundError) {
            return try await body()
        } catch {
            if error.kind == .stopped { return nil }
            throw RegistryError(error, hasCredentials: authorization != .none, credentialHints: credentialHints)
        }
    }
}
