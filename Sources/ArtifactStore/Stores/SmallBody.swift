import Synchronization

/// Collects bytes up to a limit.
final class SmallBody: Sendable {
    private let limit: Int
    private let state = Mutex<[UInt8]?>([])

    init(limit: Int) {
        self.limit = limit
    }

    /// What came; `nil` where it was more than the limit.
    var bytes: [UInt8]? { state.withLock { $0 } }

    func append(_ piece: UnsafeRawBufferPointer) -> Bool {
        state.withLock { bytes in
            guard let count = bytes?.count, count + piece.count <= limit else {
                bytes = nil
                return false
            }
            bytes?.append(contentsOf: piece)
            return true
        }
    }
}

/// Hands on the bytes of a range where the source hands over those from the start.
final class RangeFilter: Sendable {
    private let range: Range<Int>
    private let take: ByteConsumer
    private let position = Atomic(0)

    init(_ offset: Int, _ end: Int?, into take: @escaping ByteConsumer) {
        self.range = offset..<max(offset, end ?? .max)
        self.take = take
    }

    /// Whether more bytes are wanted.
    func append(_ piece: UnsafeRawBufferPointer) -> Bool {
        let start = position.wrappingAdd(piece.count, ordering: .relaxed).oldValue
        let wanted = range.clamped(to: start..<start + piece.count)
        if !wanted.isEmpty {
            let part = UnsafeRawBufferPointer(
                rebasing: piece[(wanted.lowerBound - start)..<(wanted.upperBound - start)])
            if !take(part) { return false }
        }
        return start + piece.count < range.upperBound
    }
}
