import Glibc

extension String {
    /// Compares two texts by their bytes, as Git compares names; Swift's own order takes two spellings of `é` for one.
    ///
    /// Sorting a registry compares names by the million, and the views of a text take several times as long.
    /// - Returns: less than zero where this one comes first, zero where both are the same bytes.
    public func compareBytes(with other: String) -> Int {
        let order = other.utf8.withContiguousStorageIfAvailable { compareBytes(with: UnsafeRawBufferPointer($0)) }
        return order ?? Array(other.utf8).withUnsafeBytes { compareBytes(with: $0) }
    }

    /// Compares a text with bytes, as ``compareBytes(with:)`` does with another text's.
    func compareBytes(with bytes: UnsafeRawBufferPointer) -> Int {
        let order = utf8.withContiguousStorageIfAvailable { Self.compare(UnsafeRawBufferPointer($0), bytes) }
        return order ?? Array(utf8).withUnsafeBytes { Self.compare($0, bytes) }
    }

    private static func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        guard let first = left.baseAddress, let second = right.baseAddress else { return left.count - right.count }
        let order = memcmp(first, second, Swift.min(left.count, right.count))
        return order == 0 ? left.count - right.count : Int(order)
    }
}
