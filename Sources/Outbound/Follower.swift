import GitTypes

/// One try of a request, through its redirects.
struct Follower {
    /// Why a try did not succeed.
    struct Failure: Error {
        let error: OutboundError
        var wasSent = true
        var retryAfter: Duration?
    }

    let call: OutboundCall

    func follow() async -> Result<OutboundResponse, Failure> {
        let request = call.request
        var headers = request.headers
        for field in call.delivery.rangeHeaders { headers.append(field.name, field.value) }
        var plan = Transfer.Plan(
            method: request.method, url: request.url, headers: headers, body: request.body,
            authorization: request.effectiveAuthorization, refusesPrivate: false,
            timeLimit: call.isContinuing ? nil : call.policy.requestTimeLimit)
        var redirects = 0
        while true {
            let transfer = Transfer(plan: plan, policy: call.policy, delivery: call.delivery)
            let answer: Exchange.Answer
            switch await call.pool.run(transfer) {
            case .answered(let answered): answer = answered
            case .failed(let failure):
                let error = OutboundError(
                    failure.kind, plan.url, detail: failure.detail, isTransient: failure.isTransient)
                return .failure(Failure(error: error, wasSent: failure.wasSent))
            }
            guard let location = answer.head.location else { return conclude(answer, plan.url) }
            redirects += 1
            guard redirects <= call.policy.mostRedirects else {
                return .failure(Failure(error: OutboundError(.tooManyRedirects, plan.url)))
            }
            if redirects == 1 { plan.refusesPrivate = !isPrivate(answer, transfer) }
            guard let next = Self.redirected(plan, status: answer.head.status, to: location) else {
                return .failure(Failure(error: OutboundError(.redirectRefused, plan.url)))
            }
            plan = next
        }
    }

    /// Whether the first server is in a private network, and may lead to others there.
    private func isPrivate(_ answer: Exchange.Answer, _ transfer: Transfer) -> Bool {
        // Behind a proxy only an address that stands in the URL says where the server is.
        let address = transfer.proxy == nil ? answer.address : IPAddress(transfer.plan.url.host)
        return address.map { AddressGuard.isPrivate($0, policy: call.policy) } ?? false
    }

    private func conclude(_ answer: Exchange.Answer, _ url: OutboundURL) -> Result<OutboundResponse, Failure> {
        let head = answer.head
        if head.isSuccess || call.delivery.isWhole(head) {
            return .success(
                OutboundResponse(
                    status: head.isSuccess ? head.status : 206, headers: head.headers, body: [],
                    byteCount: call.delivery.received, url: url))
        }
        let isTransient =
            [408, 429].contains(head.status) || (head.status >= 500 && ![501, 505].contains(head.status))
        let said = OutboundError.Failure(status: head.status, headers: head.headers, body: answer.body)
        let error = OutboundError(.status(head.status), url, failure: said, isTransient: isTransient)
        return .failure(Failure(error: error, retryAfter: head.retryAfter))
    }

    /// What is sent to where a redirect leads; `nil` where nothing may be sent there.
    static func redirected(_ plan: Transfer.Plan, status: Int, to location: String) -> Transfer.Plan? {
        guard let url = try? plan.url.resolving(location) else { return nil }
        if plan.url.scheme == "https", url.scheme != "https" { return nil }
        var next = plan
        next.url = url
        if plan.method == .post {
            if status == 303 {
                next.method = .get
                next.body = []
            } else if url.host != plan.url.host {
                return nil
            }
        }
        if !url.hasSameOrigin(as: plan.url) {
            next.authorization = .none
            next.headers = RequestHeaders.harmless(plan.headers)
        }
        return next
    }
}
