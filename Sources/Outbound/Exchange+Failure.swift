import CLibCurl
import GitTypes

extension Exchange.Failure {
    /// Reads what libcurl ended with.
    init(_ code: CURLcode, _ message: String, of easy: UnsafeMutableRawPointer, wasSent: Bool) {
        // libcurl's words may quote the server's, or the address of a proxy.
        let words = message.isEmpty ? String(cString: libcurl_easy_strerror(code)) : message
        let detail = GitURL.redact(words).terminalSafe(limit: 160)
        self =
            switch code {
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: Self(kind: .unresolvedHost, isTransient: true)
            case CURLE_COULDNT_CONNECT, CURLE_PROXY:
                Self(kind: .unreachable, detail: detail, isTransient: true)
            case CURLE_OPERATION_TIMEDOUT: Self(kind: .timedOut, detail: detail, isTransient: true)
            case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2,
                CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND:
                Self(kind: .cut, detail: detail, isTransient: true)
            // A connection that is cut in the middle of the greeting ends so too.
            case CURLE_SSL_CONNECT_ERROR: Self(kind: .tls, detail: detail, isTransient: true)
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
                CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ENGINE_INITFAILED:
                Self(kind: .tls, detail: detail)
            default: Self(kind: .malformed, detail: detail)
            }
        self.wasSent = wasSent
    }
}
