import GitTypes

/// One request of a caller: its redirects, its tries and the pauses between them.
struct OutboundCall {
    let request: OutboundRequest
    let policy: OutboundPolicy
    let pool: TransferPool
    let delivery: Delivery
    /// Whether a further try goes on where the last one ended.
    let isContinuing: Bool
    /// Called before a try that begins anew.
    let restart: @Sendable () -> Void

    /// How many tries there are, whatever comes; each so many bytes earn a further one.
    private static let freeTries = 100
    private static let bytesOfATry = 65_536

    /// Runs it to its end.
    func run() async throws(OutboundError) -> OutboundResponse {
        try check()
        var tries = 0
        var allTries = 0
        while true {
            let before = delivery.received
            let failure: Follower.Failure
            switch await Follower(call: self).follow() {
            case .success(let response): return response
            case .failure(let stopped): failure = stopped
            }
            // Bytes that came are a step ahead, however small; but a server that gives out one at a time has no end.
            tries = isContinuing && delivery.received > before ? 1 : tries + 1
            allTries += 1
            guard tries < policy.attempts, allTries < Self.freeTries + delivery.received / Self.bytesOfATry,
                mayRepeat(after: failure)
            else { throw failure.error }
            guard await pause(number: tries, asked: failure.retryAfter) else {
                throw OutboundError(.cancelled, failure.error.url)
            }
            if !isContinuing {
                delivery.restart()
                restart()
            }
        }
    }

    private func check() throws(OutboundError) {
        func refuse(_ detail: String) -> OutboundError { OutboundError(.malformed, request.url, detail: detail) }
        guard request.headers.fields.allSatisfy({ RequestHeaders.isSendable($0) }) else {
            throw refuse("a header field cannot be sent")
        }
        guard request.offset >= 0, request.length.map({ $0 > 0 && $0 <= Int.max - request.offset }) ?? true else {
            throw refuse("the range is none")
        }
        let secrets: [String] =
            switch request.effectiveAuthorization {
            case .none: []
            case .basic(let user, let password), .digest(let user, let password): [user, password]
            case .bearer(let token): [token]
            case .aws(let keys, let region, let service):
                [keys.accessKeyID, keys.secretAccessKey, keys.sessionToken ?? "", region, service]
            }
        guard secrets.allSatisfy({ RequestHeaders.isSendable($0) }) else {
            throw refuse("the authorization holds a control character")
        }
    }

    private func mayRepeat(after failure: Follower.Failure) -> Bool {
        guard failure.error.isTransient else { return false }
        if request.method != .post { return true }
        // A server that is busy says that it did nothing.
        return !failure.wasSent || [.status(429), .status(503)].contains(failure.error.kind)
    }

    /// Waits before a further try; `false` where the task is cancelled.
    private func pause(number: Int, asked: Duration?) async -> Bool {
        let doubled = policy.firstPause * (1 << min(number - 1, 16))
        let chance = Double.random(in: 0.5...1)
        let own = min(doubled, policy.longestPause) * chance
        let pause = max(own, min(asked ?? .zero, policy.longestPause))
        return (try? await Task.sleep(for: pause)) != nil
    }
}
