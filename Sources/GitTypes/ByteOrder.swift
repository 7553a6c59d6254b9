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
        let order = utf8.withContiguousStorageIfAvailable { UnsafeRawBufferPointer($0).compareBytes(with: bytes) }
        return order ?? Array(utf8).withUnsafeBytes { $0.compareBytes(with: bytes) }
    }
}

extension UnsafeRawBufferPointer {
    /// Compares bytes as ``Swift/String/compareBytes(with:)`` does.
    public func compareBytes(with other: UnsafeRawBufferPointer) -> Int {
        guard let first = baseAddress, let second = other.baseAddress else { return count - other.count }
        let order = memcmp(first, second, Swift.min(count, other.count))
        return order == 0 ? count - other.count : Int(order)
    }
}
