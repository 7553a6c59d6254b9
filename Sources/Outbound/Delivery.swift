/// Hands the bytes of one content over, across the transfers that it takes to get them.
///
/// It is used by one transfer at a time.
final class Delivery: @unchecked Sendable {
    /// How many bytes were handed over.
    private(set) var received = 0
    /// The first byte that was asked for.
    private let offset: Int
    private let length: Int?
    private let limit: Int
    private let consume: (UnsafeRawBufferPointer) -> Bool
    private var validator: String?
    private var total: Int?

    init(
        offset: Int, length: Int?, limit: Int, consume: @escaping @Sendable (UnsafeRawBufferPointer) -> Bool
    ) {
        self.offset = offset
        self.length = length
        self.limit = max(limit, 0)
        self.consume = consume
    }

    /// The header fields that ask for what is missing.
    var rangeHeaders: [(name: String, value: String)] {
        let first = offset + received
        guard first > 0 || length != nil else { return [] }
        let last = length.map { "\(offset + $0 - 1)" } ?? ""
        var headers = [(name: "Range", value: "bytes=\(first)-\(last)")]
        if received > 0, let validator { headers.append((name: "If-Range", value: validator)) }
        return headers
    }

    /// Forgets what was handed over, to begin again.
    func restart() {
        received = 0
        validator = nil
        total = nil
    }

    /// Whether the server refused to go on because nothing is missing: it had not said how much there is.
    func isWhole(_ head: ResponseHead) -> Bool {
        guard received > 0, head.status == 416, let range = head.contentRange, range.range == nil else { return false }
        return range.total == offset + received && (head.validator == nil || head.validator == validator)
    }

    /// Checks that the answer brings what was asked for.
    func begin(_ head: ResponseHead) -> OutboundError.Kind? {
        guard head.isPlain else { return .encoded }
        let first = offset + received
        var end: Int?
        if first > 0 || length != nil {
            guard head.status == 206, let range = head.contentRange?.range, range.lowerBound == first else {
                return isOther(head) ? .changed : .rangeIgnored
            }
            if let length, range.upperBound >= offset + length { return .rangeIgnored }
            end = head.contentRange?.total
        } else {
            // A part that nobody asked for is not the whole.
            if head.status == 206 { return .rangeIgnored }
            end = head.contentLength
        }
        if received > 0, isOther(head) || (total != nil && end != nil && total != end) { return .changed }
        validator = head.validator
        total = end ?? total
        if let coming = head.contentLength, coming > limit - received { return .tooLong }
        return nil
    }

    /// Hands bytes over, as far as there may be so many.
    func take(_ bytes: UnsafeRawBufferPointer) -> OutboundError.Kind? {
        let room = min(bytes.count, limit - received)
        if room > 0 {
            received += room
            if !consume(UnsafeRawBufferPointer(rebasing: bytes[..<room])) { return .stopped }
        }
        return room < bytes.count ? .tooLong : nil
    }

    private func isOther(_ head: ResponseHead) -> Bool {
        guard received > 0, let validator, let other = head.validator else { return false }
        return other != validator
    }
}
