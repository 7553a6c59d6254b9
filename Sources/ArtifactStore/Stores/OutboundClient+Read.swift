import Outbound
import Synchronization

extension OutboundClient {
    /// Hands over the bytes of a range. A server that does not know ranges sends all, of which the range is handed on.
    func read(
        _ request: OutboundRequest, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(OutboundError) {
        var request = request
        request.offset = offset
        request.length = end.map { $0 - offset }
        // A server without ranges may also be found out in the middle, when a connection was cut.
        let handedOn = Atomic(0)
        do throws(OutboundError) {
            _ = try await download(request) { piece in
                handedOn.add(piece.count, ordering: .relaxed)
                return take(piece)
            }
        } catch {
            guard error.kind == .rangeIgnored else { throw error }
            (request.offset, request.length) = (0, nil)
            let filter = RangeFilter(offset + handedOn.load(ordering: .relaxed), end, into: take)
            _ = try await download(request) { filter.append($0) }
        }
    }
}
