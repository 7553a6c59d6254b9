import CLibCurl
import Glibc
import GitTypes

/// What one thread has of libcurl: a transfer, and the connections that outlive it.
final class CurlHandles {
    let easy: UnsafeMutableRawPointer?
    let multi: UnsafeMutableRawPointer?

    /// libcurl asks to be set up once, before the first handle.
    private static let isReady = libcurl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Why there are no handles.
    var failure: Exchange.Failure {
        guard let reason = libcurl_failure() else {
            return Exchange.Failure(kind: .unreachable, detail: "there is no memory", wasSent: false)
        }
        let detail = String(cString: reason).terminalSafe(limit: 160)
        return Exchange.Failure(kind: .libraryMissing, detail: detail, wasSent: false)
    }

    init() {
        easy = Self.isReady ? libcurl_easy_init() : nil
        multi = Self.isReady ? libcurl_multi_init() : nil
    }

    deinit {
        if let easy { libcurl_easy_cleanup(easy) }
        if let multi { libcurl_multi_cleanup(multi) }
    }
}

/// A list of texts as libcurl takes it.
final class CurlList {
    private(set) var head: UnsafeMutablePointer<curl_slist>?

    init(_ lines: [String]) {
        for line in lines { head = libcurl_slist_append(head, line) ?? head }
    }

    deinit { libcurl_slist_free_all(head) }
}
