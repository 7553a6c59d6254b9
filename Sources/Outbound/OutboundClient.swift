/// Sends requests over HTTP and HTTPS, on threads of its own.
///
/// Connections are kept and used again. When the calling task is cancelled the transfer ends at once.
/// ```swift
/// let client = OutboundClient(policy: OutboundPolicy(userAgent: "git-model/1.0.0", environment: environment))
/// let response = try await client.send(OutboundRequest(.get, url), limit: 1 << 20)
/// ```
public final class OutboundClient: Sendable {
    /// What it may do, and how long it tries.
    public let policy: OutboundPolicy
    private let pool: TransferPool

    /// Creates a client that has not connected to anything.
    /// - Parameter connections: how many transfers there are at a time, 1 to 64; further ones wait.
    public init(policy: OutboundPolicy, connections: Int = 8) {
        self.policy = policy
        self.pool = TransferPool(size: min(max(connections, 1), 64))
    }

    deinit { pool.shutDown() }

    /// Ends all transfers and closes all connections. What is asked for afterwards is refused as cancelled.
    public func shutdown() { pool.shutDown() }

    /// Sends a request and returns the answer with its body.
    ///
    /// It is tried again after a failure that may pass, a `POST` only where the server did not get it or says so.
    /// - Parameter limit: how many bytes the body may have.
    /// - Throws: ``OutboundError``, also where the status is not 200 to 299.
    public func send(_ request: OutboundRequest, limit: Int) async throws(OutboundError) -> OutboundResponse {
        let body = BodyBuffer()
        let delivery = Delivery(offset: request.offset, length: request.length, limit: limit) { piece in
            body.append(piece)
            return true
        }
        let call = OutboundCall(
            request: request, policy: policy, pool: pool, delivery: delivery, isContinuing: false,
            restart: { body.removeAll() })
        let response = try await call.run()
        return OutboundResponse(
            status: response.status, headers: response.headers, body: body.take(), byteCount: response.byteCount,
            url: response.url)
    }

    /// Sends a request and hands the answer's body over in pieces, in order, as they come.
    ///
    /// After a failure that may pass it goes on with the first byte that is missing: no byte is handed over twice.
    /// - Parameters:
    ///   - limit: how many bytes the body may have; the first so many are handed over also where there are more.
    ///   - consume: takes a piece, which is valid for the call only, on one of the client's threads. Where it returns
    ///     `false` the transfer ends.
    /// - Throws: ``OutboundError``, also where the status is not 200 to 299.
    public func download(
        _ request: OutboundRequest, limit: Int? = nil,
        into consume: @escaping @Sendable (UnsafeRawBufferPointer) -> Bool
    ) async throws(OutboundError) -> OutboundResponse {
        let delivery = Delivery(
            offset: request.offset, length: request.length, limit: limit ?? .max, consume: consume)
        // What was sent with a body is not continued: the server would do its work again.
        let call = OutboundCall(
            request: request, policy: policy, pool: pool, delivery: delivery, isContinuing: true, restart: {})
        return try await call.run()
    }
}
