import Glibc

/// The text of a JSON string, read from behind its opening quote.
struct JSONString {
    /// The text; `nil` where it is refused.
    var text: String?
    /// The bytes up to the closing quote, or up to what is refused.
    var length: Int
    /// Why it is refused.
    var problem = ""

    static func read(_ start: UnsafePointer<UInt8>, count: Int) -> JSONString {
        var length = 0
        // One look at each byte finds all that is out of the ordinary; most strings have nothing of it.
        while length < count {
            let byte = start[length]
            if byte == UInt8(ascii: "\"") { return JSONString(text: copy(start, count: length), length: length) }
            if byte == UInt8(ascii: "\\") || byte < 0x20 || byte > 0x7F { break }
            length += 1
        }
        return unusual(start, count: count)
    }

    /// A text of bytes that are known to be ASCII or UTF-8.
    static func copy(_ start: UnsafePointer<UInt8>, count: Int) -> String {
        String(unsafeUninitializedCapacity: count) { buffer in
            if let target = buffer.baseAddress { memcpy(target, start, count) }
            return count
        }
    }

    private static func unusual(_ start: UnsafePointer<UInt8>, count: Int) -> JSONString {
        var bytes: [UInt8] = []
        var position = 0
        while position < count {
            let byte = start[position]
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    return JSONString(length: 0, problem: "the text is not UTF-8")
                }
                return JSONString(text: text, length: position)
            case UInt8(ascii: "\\"):
                guard let (scalar, length) = escape(start + position, count: count - position) else {
                    return JSONString(length: position, problem: "this is no escape of JSON")
                }
                bytes += Array(String(scalar).utf8)
                position += length
            case 0..<0x20:
                return JSONString(length: position, problem: "there is a control character in a text")
            default:
                bytes.append(byte)
                position += 1
            }
        }
        return JSONString(length: count, problem: "the text is not closed")
    }

    /// The scalar of an escape and its bytes, the backslash included.
    private static func escape(
        _ start: UnsafePointer<UInt8>, count: Int
    ) -> (scalar: Unicode.Scalar, length: Int)? {
        guard count >= 2 else { return nil }
        switch start[1] {
        case UInt8(ascii: "\""): return ("\"", 2)
        case UInt8(ascii: "\\"): return ("\\", 2)
        case UInt8(ascii: "/"): return ("/", 2)
        case UInt8(ascii: "b"): return ("\u{8}", 2)
        case UInt8(ascii: "f"): return ("\u{C}", 2)
        case UInt8(ascii: "n"): return ("\n", 2)
        case UInt8(ascii: "r"): return ("\r", 2)
        case UInt8(ascii: "t"): return ("\t", 2)
        case UInt8(ascii: "u"): break
        default: return nil
        }
        guard let first = unit(start, count: count) else { return nil }
        if let scalar = Unicode.Scalar(first) { return (scalar, 6) }
        guard first < 0xDC00, count >= 12, let second = unit(start + 6, count: count - 6),
            (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { return nil }
        return (scalar, 12)
    }

    /// The 16 bits of `\uNNNN`.
    private static func unit(_ start: UnsafePointer<UInt8>, count: Int) -> UInt32? {
        guard count >= 6, start[0] == UInt8(ascii: "\\"), start[1] == UInt8(ascii: "u") else { return nil }
        var value: UInt32 = 0
        for place in 2..<6 {
            switch start[place] {
            case 0x30...0x39: value = value << 4 | UInt32(start[place] - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(start[place] - 0x41 + 10)
            case 0x61...0x66: value = value << 4 | UInt32(start[place] - 0x61 + 10)
            default: return nil
            }
        }
        return value
    }
}
