/// What became of one transfer: one answer, or none.
enum Exchange: Sendable {
    /// The server answered to the end, whatever it said.
    case answered(Answer)
    /// There is no whole answer.
    case failed(Failure)

    struct Answer: Sendable {
        let head: ResponseHead
        /// The first bytes of a body that was not handed over.
        let body: [UInt8]
        /// Whom the connection was to: the server or the proxy.
        let address: IPAddress?
    }

    struct Failure: Sendable {
        let kind: OutboundError.Kind
        var detail = ""
        var isTransient = false
        /// Whether the request may have reached the server.
        var wasSent = true
    }

    static let cancelled = Exchange.failed(Failure(kind: .cancelled))
}
