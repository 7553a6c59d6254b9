/// Collects the beginning and the end of a stream in bounded memory.
struct OutputBuffer {
    private let firstLimit: Int
    private let lastLimit: Int
    private(set) var output = CapturedOutput()

    init(first: Int, last: Int) {
        self.firstLimit = max(0, first)
        self.lastLimit = max(0, last)
    }

    /// Takes the next piece of the stream.
    mutating func append(_ piece: UnsafeRawBufferPointer) {
        let room = min(firstLimit - output.bytes.count, piece.count)
        output.bytes.append(contentsOf: piece[..<room])
        let rest = piece[room...]
        guard lastLimit > 0 else {
            output.droppedCount += rest.count
            return
        }
        output.tail.append(contentsOf: rest)
        // Trimmed only when it has doubled, so that a byte is moved once on average, however small the pieces are.
        if output.tail.count > 2 * lastLimit { trimTail() }
    }

    /// Ends the stream.
    mutating func finish() -> CapturedOutput {
        if output.tail.count > lastLimit { trimTail() }
        return output
    }

    private mutating func trimTail() {
        let excess = output.tail.count - lastLimit
        output.tail.removeFirst(excess)
        output.droppedCount += excess
    }
}
