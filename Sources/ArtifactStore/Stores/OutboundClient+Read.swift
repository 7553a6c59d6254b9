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

    /// The bytes of what a request for reading is about, without reading more than the first of them.
    /// - Returns: `nil` where it is there and the server does not tell.
    func size(of request: OutboundRequest) async throws(OutboundError) -> Int? {
        var request = request
        request.method = .head
        do throws(OutboundError) {
            let response = try await send(request, limit: 0)
            return response.headers["content-length"].flatMap { Int($0) }
        } catch {
            // Some servers do not know HEAD, an address that was signed for reading does not hold for it, and a refusal
            // of it has no body that says why.
            guard [.status(400), .status(403), .status(405), .status(501)].contains(error.kind) else { throw error }
        }
        request.method = .get
        request.length = 1
        do throws(OutboundError) {
            let range = try await download(request, limit: 1) { _ in true }.headers["content-range"]
            return range?.split(separator: "/").last.flatMap { Int($0) }
        } catch {
            switch error.kind {
            case .rangeIgnored, .tooLong, .encoded: return nil
            // There is no first byte.
            case .status(416): return 0
            default: throw error
            }
        }
    }
}
