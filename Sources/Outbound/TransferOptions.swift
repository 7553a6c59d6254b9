import CLibCurl
import Glibc

/// Puts a transfer into a handle of libcurl, and keeps what the handle refers to.
final class TransferOptions {
    private let headers: CurlList
    private let addresses: CurlList
    private let body: UnsafeMutableBufferPointer<UInt8>
    private let easy: UnsafeMutableRawPointer
    private var isAccepted = true

    /// Sets everything; `nil` where libcurl refuses something.
    init?(_ transfer: Transfer, easy: UnsafeMutableRawPointer, message: UnsafeMutablePointer<CChar>?) {
        let plan = transfer.plan
        self.easy = easy
        headers = CurlList(RequestHeaders.lines(of: transfer))
        addresses = CurlList(transfer.policy.resolves.map { "\($0.key):\(plan.url.port):\($0.value)" })
        body = UnsafeMutableBufferPointer.allocate(capacity: plan.body.count)
        _ = body.initialize(from: plan.body)

        libcurl_easy_reset(easy)
        check(libcurl_restrict_to_http(easy))
        check(libcurl_set_pointer(easy, CURLOPT_ERRORBUFFER, message))
        set(CURLOPT_URL, plan.url.secret)
        set(CURLOPT_PATH_AS_IS, 1)
        // Fewer and larger pieces: each costs a write to the disk. Not checked: after a transfer that failed early the
        // handle still has its buffer, of this size, and libcurl refuses to set it.
        _ = libcurl_set_long(easy, CURLOPT_BUFFERSIZE, 64 << 10)
        // Signals are the process's own; names are resolved in threads.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        check(libcurl_set_list(easy, CURLOPT_HTTPHEADER, headers.head))
        check(libcurl_set_list(easy, CURLOPT_RESOLVE, addresses.head))
        setMethod(plan)
        setLimits(transfer)
        setTrust(transfer.policy)
        // Without a value libcurl would read them from the environment.
        set(CURLOPT_PROXY, transfer.proxy ?? "")
        set(CURLOPT_NOPROXY, "")
        setAuthorization(plan.authorization)
        setCallbacks(transfer)
        if !isAccepted { return nil }
    }

    deinit { body.deallocate() }

    private func setMethod(_ plan: Transfer.Plan) {
        switch plan.method {
        case .get: set(CURLOPT_HTTPGET, 1)
        case .head: set(CURLOPT_NOBODY, 1)
        case .post:
            set(CURLOPT_POST, 1)
            check(libcurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            check(libcurl_set_pointer(easy, CURLOPT_POSTFIELDS, body.baseAddress))
            // On a kept connection that turns out to be closed libcurl would send it a second time.
            set(CURLOPT_FRESH_CONNECT, 1)
        }
    }

    private func setLimits(_ transfer: Transfer) {
        let policy = transfer.policy
        set(CURLOPT_CONNECTTIMEOUT_MS, policy.connectTimeLimit.wholeMilliseconds)
        set(CURLOPT_LOW_SPEED_LIMIT, 1)
        set(CURLOPT_LOW_SPEED_TIME, max(1, (policy.stallLimit.wholeMilliseconds + 999) / 1000))
        if let limit = transfer.plan.timeLimit { set(CURLOPT_TIMEOUT_MS, limit.wholeMilliseconds) }
    }

    private func setTrust(_ policy: OutboundPolicy) {
        set(CURLOPT_SSL_VERIFYPEER, policy.verifiesTLS ? 1 : 0)
        set(CURLOPT_SSL_VERIFYHOST, policy.verifiesTLS ? 2 : 0)
        if let file = policy.caFile { set(CURLOPT_CAINFO, file) }
    }

    private func setAuthorization(_ authorization: OutboundAuthorization) {
        switch authorization {
        // A token and a signature are header fields.
        case .none, .bearer, .aws: break
        case .basic(let user, let password):
            check(libcurl_set_authorization(easy, false))
            set(CURLOPT_USERNAME, user)
            set(CURLOPT_PASSWORD, password)
        case .digest(let user, let password):
            check(libcurl_set_authorization(easy, true))
            set(CURLOPT_USERNAME, user)
            set(CURLOPT_PASSWORD, password)
        }
    }

    private func setCallbacks(_ transfer: Transfer) {
        // The transfer outlives the handle's options: its caller holds it while it is performed.
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        for option in [CURLOPT_HEADERDATA, CURLOPT_WRITEDATA, CURLOPT_OPENSOCKETDATA, CURLOPT_PREREQDATA] {
            check(libcurl_set_pointer(easy, option, context))
        }
        check(
            libcurl_set_writer(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                guard let transfer = Transfer.of(context) else { return 0 }
                let isTaken = transfer.take(line: UnsafeRawBufferPointer(start: bytes, count: size * count))
                return isTaken ? size * count : size * count &+ 1
            })
        check(
            libcurl_set_writer(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                guard let transfer = Transfer.of(context) else { return 0 }
                let isTaken = transfer.take(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
                return isTaken ? size * count : size * count &+ 1
            })
        check(
            libcurl_set_socket_opener(easy) { context, _, address in
                guard let transfer = Transfer.of(context), let address else { return CURL_SOCKET_BAD }
                let bytes = libcurl_address_bytes(address)
                let numeric = IPAddress(UnsafeRawBufferPointer(start: bytes, count: Int(address.pointee.addrlen)))
                guard transfer.permits(numeric) else { return CURL_SOCKET_BAD }
                let type = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
                return socket(address.pointee.family, type, address.pointee.protocol)
            })
        check(
            libcurl_set_request_gate(easy) { context, address, _, _, _ in
                guard let transfer = Transfer.of(context), let address else { return CURL_PREREQFUNC_ABORT }
                let isSent = transfer.sends(to: IPAddress(String(cString: address)))
                return isSent ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            })
    }

    private func set(_ option: CURLoption, _ value: Int) { check(libcurl_set_long(easy, option, value)) }

    private func set(_ option: CURLoption, _ value: String) { check(libcurl_set_text(easy, option, value)) }

    private func check(_ code: CURLcode) { if code != CURLE_OK { isAccepted = false } }
}

extension Transfer {
    fileprivate static func of(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }
}

extension Duration {
    /// Its whole milliseconds, at least one, as libcurl counts limits: zero would be none.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(clamping: min(seconds, 1 << 31)) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
