import CLibCrypto
import GitTypes
import Glibc

/// Signature version 4 of Amazon Web Services, in header fields.
struct AWSSignature {
    let credentials: AWSCredentials
    let region: String
    let service: String

    /// A moment as a signature writes it.
    struct Moment {
        /// Such as `20150830T123600Z`.
        let stamp: String
        var day: Substring { stamp.prefix(8) }

        init(stamp: String) { self.stamp = stamp }

        /// The time of the system's clock.
        static func now() -> Moment {
            var seconds = time(nil)
            var parts = tm()
            gmtime_r(&seconds, &parts)
            func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
            let day = "\(parts.tm_year + 1900)\(two(parts.tm_mon + 1))\(two(parts.tm_mday))"
            return Moment(stamp: "\(day)T\(two(parts.tm_hour))\(two(parts.tm_min))\(two(parts.tm_sec))Z")
        }
    }

    /// The fields that make a request a signed one.
    func headers(for plan: Transfer.Plan, at moment: Moment) -> [(name: String, value: String)] {
        let bodyDigest = Self.sha256(plan.body).hexadecimal
        var added = [(name: "x-amz-date", value: moment.stamp)]
        // S3 wants the digest in a field; the other services compute it themselves.
        if service == "s3" { added.append((name: "x-amz-content-sha256", value: bodyDigest)) }
        if let token = credentials.sessionToken { added.append((name: "x-amz-security-token", value: token)) }

        var signed = added + [(name: "host", value: Self.hostHeader(plan.url))]
        for field in plan.headers.fields
        where field.name.hasPrefix("x-amz-") || ["content-type", "range"].contains(field.name) {
            signed.append((name: field.name, value: field.value))
        }
        signed.sort { $0.name < $1.name }
        let names = signed.map(\.name).joined(separator: ";")
        let canonical = [
            plan.method.rawValue, path(plan.url), Self.query(plan.url),
            signed.map { "\($0.name):\(Self.collapsed($0.value))\n" }.joined(), names, bodyDigest,
        ].joined(separator: "\n")

        let scope = "\(moment.day)/\(region)/\(service)/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(moment.stamp)\n\(scope)\n\(Self.sha256(Array(canonical.utf8)).hexadecimal)"
        var key = Array("AWS4\(credentials.secretAccessKey)".utf8)
        for part in [String(moment.day), region, service, "aws4_request"] {
            key = MessageSignature.hmacSHA256(key, Array(part.utf8))
        }
        let signature = MessageSignature.hmacSHA256(key, Array(text.utf8)).hexadecimal
        let value =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
        return added + [(name: "Authorization", value: value)]
    }

    /// The path: S3 takes it as it is sent, the others encode what is sent once more.
    private func path(_ url: OutboundURL) -> String {
        url.path.split(separator: "/", omittingEmptySubsequences: false)
            .map { service == "s3" ? Self.normalised($0) : String($0).percentEncoded }.joined(separator: "/")
    }

    /// The query, sorted by name and value.
    private static func query(_ url: OutboundURL) -> String {
        let items = (url.query ?? "").split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: normalised(parts[0]), value: parts.count > 1 ? normalised(parts[1]) : "")
        }
        return items.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
            .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    /// The host as libcurl sends it: with the port where it is not the scheme's own.
    static func hostHeader(_ url: OutboundURL) -> String {
        let host = url.host.contains(":") ? "[\(url.host)]" : url.host
        return url.port == (url.scheme == "https" ? 443 : 80) ? host : "\(host):\(url.port)"
    }

    /// The text in the one form of percent-encoding that is signed, however it is written in the address.
    private static func normalised(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes.percentEncoded
    }

    /// The value with runs of spaces as one, and none around.
    private static func collapsed(_ value: String) -> String {
        value.split(separator: " ").joined(separator: " ")
    }

    private static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
        return digest
    }
}
