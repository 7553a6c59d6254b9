/// The status and header fields of an answer, read line by line within bounds.
struct ResponseHead: Sendable {
    private(set) var status = 0
    private(set) var headers = OutboundHeaders()
    /// Whether the empty line behind the fields has come.
    private(set) var isComplete = false
    private var byteCount = 0

    /// The most bytes of all lines, those of preliminary answers included.
    private static let mostBytes = 64 << 10
    /// The most fields of one answer.
    private static let mostFields = 100

    /// Takes one line with its line end; `false` where it is not HTTP or too much.
    mutating func take(_ line: UnsafeRawBufferPointer) -> Bool {
        byteCount += line.count
        guard byteCount <= Self.mostBytes else { return false }
        let text = line.last == UInt8(ascii: "\n") ? line.dropLast() : line[...]
        let bytes = text.last == UInt8(ascii: "\r") ? text.dropLast() : text
        if bytes.starts(with: "HTTP/".utf8) {
            // A preliminary answer, or one that asked for authorization, was before this one.
            let words = bytes.split(separator: UInt8(ascii: " "))
            guard words.count > 1, let number = Int(String(decoding: words[1], as: UTF8.self)) else { return false }
            self = ResponseHead(status: number, byteCount: byteCount)
            return (100...599).contains(number)
        }
        // Fields behind the body say nothing that is used.
        if isComplete { return true }
        if bytes.isEmpty {
            isComplete = true
            return true
        }
        guard headers.fields.count < Self.mostFields, let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            colon > bytes.startIndex, !bytes[..<colon].contains(where: { $0 <= 0x20 || $0 >= 0x7F })
        else { return false }
        let name = String(decoding: bytes[..<colon], as: UTF8.self)
        let value = String(decoding: bytes[bytes.index(after: colon)...], as: UTF8.self)
        headers.append(name, String(value.trimmingSpaces))
        return true
    }

    init() {}

    private init(status: Int, byteCount: Int) {
        self.status = status
        self.byteCount = byteCount
    }

    var isSuccess: Bool { (200...299).contains(status) }

    /// Where it redirects to; `nil` where it does not.
    var location: String? { [301, 302, 303, 307, 308].contains(status) ? headers["location"] : nil }

    /// Whether the content comes as it is stored.
    var isPlain: Bool {
        headers.fields.allSatisfy { field in
            switch field.name {
            case "content-encoding": ["", "identity"].contains(field.value.lowercased())
            case "transfer-encoding": ["", "identity", "chunked"].contains(field.value.lowercased())
            default: true
            }
        }
    }

    var contentLength: Int? { headers["content-length"].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } }

    var contentRange: ContentRange? { headers["content-range"].flatMap { ContentRange($0) } }

    /// How long the server asks to wait, where it says so in seconds.
    var retryAfter: Duration? {
        headers["retry-after"].flatMap { Int($0) }.flatMap { $0 >= 0 ? .seconds(min($0, 86_400)) : nil }
    }

    /// What names this content, as `If-Range` may send it back; `nil` where nothing does for sure.
    var validator: String? {
        if let tag = headers["etag"], tag.hasPrefix("\""), tag.utf8.allSatisfy({ $0 > 0x1F && $0 != 0x7F }) {
            return tag
        }
        return headers["last-modified"].flatMap { $0.utf8.allSatisfy { $0 > 0x1F && $0 != 0x7F } ? $0 : nil }
    }
}

/// The value of `Content-Range` for bytes (RFC 9110, 14.4).
struct ContentRange: Hashable {
    /// The bytes that come; `nil` in an answer that refuses the range.
    let range: ClosedRange<Int>?
    /// How many there are in all; `nil` where the server does not know.
    let total: Int?

    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        total = Int(parts[1])
        if total == nil, parts[1] != "*" { return nil }
        if parts[0] == "*" {
            range = nil
            return
        }
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first >= 0, first <= last, last < .max else {
            return nil
        }
        if let total, last >= total { return nil }
        range = first...last
    }
}

extension String {
    /// The text without spaces and tabs around it.
    var trimmingSpaces: Substring {
        var rest = self[...].drop { $0 == " " || $0 == "\t" }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return rest
    }
}
