/// "Did you mean": the known name that is nearest to one that is not known.
public enum Suggestion {
    /// The nearest of `known`, where one is near enough to be a slip of the fingers; `nil` otherwise.
    ///
    /// Nearness is the optimal string alignment distance (insert, delete, replace, swap neighbours), case aside; at
    /// most a third of the length, at least one. Of the first 10,000 names.
    public static func closest(to text: String, in known: some Sequence<String>) -> String? {
        let wanted = Array(text.lowercased().unicodeScalars.prefix(100))
        var best: (name: String, distance: Int)?
        for name in known.prefix(10_000) where name != text {
            let candidate = Array(name.lowercased().unicodeScalars.prefix(100))
            let limit = max(1, max(wanted.count, candidate.count) / 3)
            guard abs(wanted.count - candidate.count) <= limit else { continue }
            let distance = distance(wanted, candidate)
            if distance <= limit, distance < best?.distance ?? .max { best = (name, distance) }
        }
        return best?.name
    }

    /// The hint that names the nearest, or no hint.
    public static func hints(for text: String, in known: some Sequence<String>) -> [String] {
        closest(to: text, in: known).map { ["did you mean '\($0)'?"] } ?? []
    }

    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for (row, leftScalar) in left.enumerated() {
            var current = [row + 1]
            for (column, rightScalar) in right.enumerated() {
                let replaced = previous[column] + (leftScalar == rightScalar ? 0 : 1)
                var best = Swift.min(replaced, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, leftScalar == right[column - 1], left[row - 1] == rightScalar {
                    best = Swift.min(best, beforePrevious[column - 1] + 1)
                }
                current.append(best)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
