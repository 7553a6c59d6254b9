/// How a large file is cut into parts.
enum FilePart {
    /// The parts of a range, without what is there already. All but the first after a gap start at a multiple of the
    /// size, so that two of them do not share a block of the disk.
    /// - Parameter present: ranges in order.
    static func all(of range: Range<Int>, without present: [Range<Int>], _ size: Int) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var next = range.lowerBound
        for gapEnd in present.map(\.lowerBound) + [range.upperBound] {
            while next < gapEnd {
                let end = min((next / size + 1) * size, gapEnd)
                parts.append(next..<end)
                next = end
            }
            if let after = present.first(where: { $0.lowerBound == gapEnd }) { next = after.upperBound }
        }
        return parts
    }
}
