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
        switch login {
        case .none: headers.fields.isEmpty ? nil : "the header \(headers)"
        case .basic(let user, _), .digest(let user, _): "user \(user) with a password"
        default: "\(login)"
        }
    }
    /// Whether bytes can be read from the middle on.
    public var readsRanges: Bool { true }

    /// Whether parts can be read side by side.
    public func readsParts(of key: ObjectKey) async throws(RegistryError) -> Bool {
        var request = try request(key)
        request.length = 1
        let response = try await wording(key) { () async throws(OutboundError) -> OutboundResponse? in
            do throws(OutboundError) {
                return try await client.download(request, limit: 1) { _ in true }
            } catch {
                // A server without ranges sends all, or what is packed, and what it sends is read in one go.
                guard [.rangeIgnored, .tooLong, .encoded].contains(error.kind) else { throw error }
                return nil
            }
        }
        return response??.status == 206
    }

    /// Hands over bytes, in order, until there are no more or no more are wanted.
    public func read(
        _ key: ObjectKey, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        let request = try request(key)
        try await wording(key) { () async throws(OutboundError) in
            try await client.read(request, from: offset, to: end, into: take)
        }
    }

    /// The bytes of an object, without reading it.
    public func size(of key: ObjectKey) async throws(RegistryError) -> Int? {
        let request = try request(key)
        return try await wording(key) { () async throws(OutboundError) in
            try await client.size(of: request)
        } ?? nil
    }

    /// The objects below a folder; `nil` where there is no telling.
    public func list(below folder: ObjectKey, limit: Int) async throws(RegistryError) -> [StoredObject]? { nil }

    /// Who asks: the user and the password of the address where nothing else was said.
    private var login: OutboundAuthorization { authorization == .none ? base.authorization : authorization }

    private var hasCredentials: Bool { login != .none || !headers.fields.isEmpty }

    private func request(_ key: ObjectKey) throws(RegistryError) -> OutboundRequest {
        do throws(MalformedValue) {
            let components = key.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            let url = key.path.isEmpty ? base : try base.appending(path: components)
            return OutboundRequest(.get, url, headers: headers, authorization: authorization)
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
            throw RegistryError(error, hasCredentials: hasCredentials, credentialHints: credentialHints)
        }
    }
}
