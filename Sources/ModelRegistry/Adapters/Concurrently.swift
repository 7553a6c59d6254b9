/// Does a piece of work for each item, at most `limit` at a time.
/// - Returns: the values in the order of the items.
func concurrently<Item: Sendable, Value: Sendable>(
    _ items: [Item], limit: Int, _ work: @escaping @Sendable (Item) async -> Value
) async -> [Value] {
    await withTaskGroup(of: (Int, Value).self) { group in
        var values = [Value?](repeating: nil, count: items.count)
        var next = 0
        func startNext() {
            let (index, item) = (next, items[next])
            next += 1
            group.addTask { (index, await work(item)) }
        }
        while next < min(max(1, limit), items.count) { startNext() }
        while let (index, value) = await group.next() {
            values[index] = value
            if next < items.count { startNext() }
        }
        return values.compactMap { $0 }
    }
}
