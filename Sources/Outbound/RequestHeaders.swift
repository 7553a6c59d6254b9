/// The header fields that a transfer sends, beside those that libcurl makes.
enum RequestHeaders {
    static func lines(of transfer: Transfer) -> [String] {
        let plan = transfer.plan
        var lines: [String] = []
        for field in plan.headers.fields { lines.append(line(field.name, field.value)) }
        if plan.headers["user-agent"] == nil { lines.append(line("User-Agent", transfer.policy.userAgent)) }
        // Ranges and digests are of the bytes that are stored.
        lines.append("Accept-Encoding: identity")
        switch plan.authorization {
        case .bearer(let token): lines.append(line("Authorization", "Bearer \(token)"))
        case .aws(let credentials, let region, let service):
            let signature = AWSSignature(credentials: credentials, region: region, service: service)
            lines += signature.headers(for: plan, at: .now()).map { line($0.name, $0.value) }
        case .none, .basic, .digest: break
        }
        // Without one libcurl says it is a form; and it would wait for a server's permission to send the body.
        if plan.method == .post {
            if plan.headers["content-type"] == nil { lines.append("Content-Type: application/octet-stream") }
            lines.append("Expect:")
        }
        return lines
    }

    /// The field as libcurl wants it, which takes `name:` for an order to leave it out.
    private static func line(_ name: String, _ value: String) -> String {
        value.isEmpty ? "\(name);" : "\(name): \(value)"
    }

    /// Whether a field can be sent: nothing in it may end its line.
    static func isSendable(_ field: OutboundHeaders.Field) -> Bool {
        let marks = Array("!#$%&'*+-.^_`|~".utf8)
        let isToken = field.name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: marks.contains(byte)
            }
        }
        return isToken && !field.name.isEmpty && isSendable(field.value)
    }

    /// Whether a text can be the value of a field.
    static func isSendable(_ value: String) -> Bool {
        value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }

    /// The fields that go along to another server.
    static func harmless(_ headers: OutboundHeaders) -> OutboundHeaders {
        var kept = OutboundHeaders()
        for field in headers.fields where ["accept", "content-type", "range", "if-range"].contains(field.name) {
            kept.append(field.name, field.value)
        }
        return kept
    }
}
