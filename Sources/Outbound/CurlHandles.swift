import CLibCurl
import Glibc

/// What one thread has of libcurl: a transfer, and the connections that outlive it.
final class CurlHandles {
    let easy: UnsafeMutableRawPointer?
    let multi: UnsafeMutableRawPointer?

    /// libcurl asks to be set up once, before the first handle.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    init() {
        easy = Self.isReady ? curl_easy_init() : nil
        multi = Self.isReady ? curl_multi_init() : nil
    }

    deinit {
        if let easy { curl_easy_cleanup(easy) }
        if let multi { curl_multi_cleanup(multi) }
    }
}

/// A list of texts as libcurl takes it.
final class CurlList {
    private(set) var head: UnsafeMutablePointer<curl_slist>?

    init(_ lines: [String]) {
        for line in lines { head = curl_slist_append(head, line) ?? head }
    }

    deinit { curl_slist_free_all(head) }
}
