/// The word that someone may have meant: for "did you mean" hints.
public enum Suggestion {
    /// Finds the candidate nearest to a text, the first of several that are equally near; `nil` where none is near.
    ///
    /// Near is, by the longer of both words: one edit up to 4 bytes, two up to 8, three beyond, and always less than
    /// half of it. An edit adds, drops or changes a byte or swaps two neighbours (optimal string alignment); case does not count.
    /// Texts over 100 bytes are near to nothing, so the time is bounded whatever a file holds.
    public static func closest(to text: some StringProtocol, in candidates: some Sequence<String>) -> String? {
        let wanted = Array(text.lowercased().utf8)
        guard !wanted.isEmpty, wanted.count <= 100 else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in candidates {
            let word = Array(candidate.lowercased().utf8)
            let longest = max(word.count, wanted.count)
            guard longest <= 100 else { continue }
            let distance = distance(wanted, word)
            let limit = longest <= 4 ? 1 : longest <= 8 ? 2 : 3
            guard distance <= limit, 2 * distance < longest, distance < best?.distance ?? .max else { continue }
            best = (candidate, distance)
        }
        return best?.word
    }

    /// The hint that names the nearest candidate; none where none is near.
    public static func hints(for text: String, in candidates: some Sequence<String>) -> [String] {
        closest(to: text, in: candidates).map { ["did you mean '\($0)'?"] } ?? []
    }

    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 1..<(left.count + 1) {
            var current = [row]
            for column in 1..<(right.count + 1) {
                let cost = left[row - 1] == right[column - 1] ? 0 : 1
                var best = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + cost)
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    best = min(best, beforeLast[column - 2] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
