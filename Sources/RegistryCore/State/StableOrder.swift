extension Sequence {
    /// Sorts by a key, keeping the order of elements whose keys are equal. The result of GTO depends on it, and
    /// `sorted(by:)` does not promise it.
    func stablySorted(by precedes: (Element, Element) -> Bool) -> [Element] {
        enumerated().sorted { left, right in
            if precedes(left.element, right.element) { return true }
            return precedes(right.element, left.element) ? false : left.offset < right.offset
        }.map(\.element)
    }

    /// Sorts by time, newest first. Equal times come out in reverse of their order, as GTO's `sorted(…)[::-1]` has it.
    func newestFirst(by seconds: (Element) -> Int64) -> [Element] {
        stablySorted { seconds($0) < seconds($1) }.reversed()
    }
}
