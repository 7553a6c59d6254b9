import CLibCurl
import Glibc

/// One request and its answer over libcurl, without redirects and without a second try.
///
/// It is performed once, by one thread; only ``cancellation`` may be touched by others.
final class Transfer: @unchecked Sendable {
    /// What is sent, and to whom.
    struct Plan: Sendable {
        var method: OutboundRequest.Method
        var url: OutboundURL
        var headers: OutboundHeaders
        var body: [UInt8]
        var authorization: OutboundAuthorization
        /// Whether addresses of private networks are refused; those of metadata services always are.
        var refusesPrivate: Bool
        /// How long all of it may take; `nil` for as long as bytes come.
        var timeLimit: Duration?
    }

    let plan: Plan
    let policy: OutboundPolicy
    let proxy: String?
    let cancellation = Cancellation()
    private let delivery: Delivery
    private var head = ResponseHead()
    private var hasBegun = false
    private var keptBody: [UInt8] = []
    private var droppedCount = 0
    private var isEnough = false
    private var problem: OutboundError.Kind?
    private(set) var wasSent = false

    /// How much of a body that is not handed over is kept.
    private static let keptLimit = 4096
    /// How much more of it is read, so that the connection can be used again.
    private static let droppedLimit = 64 << 10

    init(plan: Plan, policy: OutboundPolicy, delivery: Delivery) {
        self.plan = plan
        self.policy = policy
        self.delivery = delivery
        self.proxy = policy.proxies.proxy(for: plan.url)
    }

    /// Does it, and returns when it has ended one way or another.
    func perform(with handles: CurlHandles) -> Exchange {
        guard let easy = handles.easy, let multi = handles.multi else {
            return .failed(handles.failure)
        }
        if let refusal = AddressGuard.refusal(of: plan.url, policy: policy, refusesPrivate: plan.refusesPrivate) {
            return .failed(Exchange.Failure(kind: refusal, wasSent: false))
        }
        var message = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        return message.withUnsafeMutableBufferPointer { message in
            // The options refer to the lists, this object and the message; all live until the handle is cleared.
            let options = TransferOptions(self, easy: easy, message: message.baseAddress)
            defer { libcurl_easy_reset(easy) }
            guard let options else {
                return .failed(Exchange.Failure(kind: .malformed, detail: "it cannot be sent as it is", wasSent: false))
            }
            let result = withExtendedLifetime(options) { run(easy, multi) }
            return exchange(of: easy, result, message.baseAddress.map { String(cString: $0) } ?? "")
        }
    }

    /// Runs the transfer until it has ended or is cancelled; `nil` for the latter.
    private func run(_ easy: UnsafeMutableRawPointer, _ multi: UnsafeMutableRawPointer) -> CURLcode? {
        guard libcurl_multi_add_handle(multi, easy) == CURLM_OK else { return CURLE_FAILED_INIT }
        // Taking the handle out before its end closes the connection.
        defer { libcurl_multi_remove_handle(multi, easy) }
        cancellation.wakes(multi)
        defer { cancellation.wakes(nil) }
        while !cancellation.isCancelled {
            var running: Int32 = 0
            guard libcurl_multi_perform(multi, &running) == CURLM_OK else { return CURLE_FAILED_INIT }
            var result = CURLE_OK
            if libcurl_multi_take_result(multi, &result) { return result }
            if running == 0 { return CURLE_FAILED_INIT }
            guard libcurl_multi_poll(multi, 1000) == CURLM_OK else { return CURLE_FAILED_INIT }
        }
        return nil
    }

    private func exchange(of easy: UnsafeMutableRawPointer, _ result: CURLcode?, _ message: String) -> Exchange {
        // A transfer that is cancelled while it hands bytes over ends by an error of libcurl.
        let isCancelled = result != CURLE_OK && cancellation.isCancelled
        guard let result, !isCancelled else { return .failed(Exchange.Failure(kind: .cancelled, wasSent: wasSent)) }
        if result == CURLE_OK || isEnough {
            if problem == nil, head.isSuccess, !hasBegun { problem = begin() }
            if problem == nil, !head.isComplete { problem = .malformed }
        }
        if let problem { return .failed(Exchange.Failure(kind: problem, wasSent: wasSent)) }
        guard result == CURLE_OK || isEnough else {
            return .failed(Exchange.Failure(result, message, of: easy, wasSent: wasSent))
        }
        var address: UnsafePointer<CChar>?
        libcurl_get_text(easy, CURLINFO_PRIMARY_IP, &address)
        let connected = address.flatMap { IPAddress(String(cString: $0)) }
        return .answered(Exchange.Answer(head: head, body: keptBody, address: connected))
    }

    private func begin() -> OutboundError.Kind? {
        hasBegun = true
        return plan.method == .head ? nil : delivery.begin(head)
    }

    /// Takes one line of the head, for libcurl; `false` ends the transfer.
    func take(line: UnsafeRawBufferPointer) -> Bool {
        if head.take(line) { return true }
        problem = .malformed
        return false
    }

    /// Takes bytes of the body, for libcurl; `false` ends the transfer.
    func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        if cancellation.isCancelled { return false }
        guard head.isSuccess else {
            let kept = bytes.prefix(Self.keptLimit - keptBody.count)
            keptBody.append(contentsOf: kept)
            droppedCount += bytes.count - kept.count
            isEnough = droppedCount > Self.droppedLimit
            return !isEnough
        }
        if !hasBegun { problem = begin() }
        if problem == nil { problem = delivery.take(bytes) }
        return problem == nil
    }

    /// Whether a connection may be made to an address, for libcurl.
    func permits(_ address: IPAddress?) -> Bool {
        // A proxy is chosen by the user, wherever it is.
        if proxy != nil { return true }
        guard let refusal = AddressGuard.refusal(of: address, policy: policy, refusesPrivate: plan.refusesPrivate)
        else {
            return true
        }
        problem = refusal
        return false
    }

    /// Says that a connection stands and the request goes out on it, for libcurl; `false` where it must not.
    func sends(to address: IPAddress?) -> Bool {
        // A connection that was kept has not passed through the check of a new one.
        guard permits(address) else { return false }
        // Another address of the host may have been refused before this one was found.
        problem = nil
        wasSent = true
        return true
    }
}
