import Outbound

extension OutboundClient {
    /// Hands over the bytes of a range. A server that does not know ranges sends all, of which the range is handed on.
    func read(
        _ request: OutboundRequest, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(OutboundError) {
        var request = request
        request.offset = offset
        request.length = end.map { $0 - offset }
        do throws(OutboundError) {
            _ = try await download(request, into: take)
        } catch {
            guard error.kind == .rangeIgnored else { throw error }
            (request.offset, request.length) = (0, nil)
            let filter = RangeFilter(offset, end, into: take)
            _ = try await download(request) { filter.append($0) }
        }
    }
}
