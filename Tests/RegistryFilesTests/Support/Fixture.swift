/// A file of `Fixtures`, which a real tool wrote; the scripts beside them record them again.
enum Fixture {
    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return try GitOracle.read("/\(folder)/Fixtures/\(name)")
    }

    /// The lines of a table, split at tabs.
    static func rows(_ name: String) throws -> [[String]] {
        try bytes(name).split(separator: 0x0A).map { line in
            line.split(separator: 0x09, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// The bytes of `6869`.
    static func bytes(hex: String) -> [UInt8] {
        let digits = Array(hex.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).map { place in
            UInt8(String(decoding: digits[place...(place + 1)], as: UTF8.self), radix: 16) ?? 0
        }
    }
}
