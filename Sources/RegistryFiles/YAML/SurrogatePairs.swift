/// JSON's escapes for scalars beyond U+FFFF: two `\uNNNN` for one, which YAML refuses.
enum SurrogatePairs {
    /// Writes each pair out as the scalar that it stands for. Half a pair stays, and libyaml refuses it.
    static func joined(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(UInt8(ascii: "\\")) else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count else {
                result.append(bytes[position])
                position += 1
                continue
            }
            if let high = unit(bytes, at: position), (0xD800...0xDBFF).contains(high),
                let low = unit(bytes, at: position + 6), (0xDC00...0xDFFF).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
            {
                result += Array(String(scalar).utf8)
                position += 12
            } else {
                result += bytes[position...(position + 1)]
                position += 2
            }
        }
        return result
    }

    private static func unit(_ bytes: [UInt8], at position: Int) -> UInt32? {
        guard position + 6 <= bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return nil }
        let digits = String(decoding: bytes[(position + 2)..<(position + 6)], as: UTF8.self)
        guard digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else { return nil }
        return UInt32(digits, radix: 16)
    }
}
