/// The rules of `git check-ref-format` for a full ref name, on bytes: a repository's names need not be UTF-8.
enum ReferenceName {
    /// Whether Git accepts the name: no control character, space or one of `~^:?*[\`, no `..` or `@{`, no part
    /// that is empty, starts with a dot or ends with `.lock`, and no dot at the end.
    static func isValid(_ name: UnsafeRawBufferPointer) -> Bool {
        var previous = UInt8(ascii: "/")
        var partStart = 0
        for index in 0..<name.count {
            let byte = name[index]
            if isPlain(byte) {
                previous = byte
                continue
            }
            switch byte {
            case 0...0x20, 0x7F, UInt8(ascii: "~"), UInt8(ascii: "^"), UInt8(ascii: ":"), UInt8(ascii: "?"),
                UInt8(ascii: "*"), UInt8(ascii: "["), UInt8(ascii: "\\"):
                return false
            case UInt8(ascii: "."):
                if previous == UInt8(ascii: ".") || previous == UInt8(ascii: "/") { return false }
            case UInt8(ascii: "{"):
                if previous == UInt8(ascii: "@") { return false }
            case UInt8(ascii: "/"):
                if previous == UInt8(ascii: "/") || endsWithLock(name[partStart..<index]) { return false }
                partStart = index + 1
            default: break
            }
            previous = byte
        }
        return previous != UInt8(ascii: ".") && previous != UInt8(ascii: "/") && !endsWithLock(name[partStart...])
    }

    /// Whether a byte is allowed wherever it stands: whatever is printable but `*?:./[\\^~{`, and what is not ASCII. Most are,
    /// and one look at a word of bits tells, where the list of a hundred thousand names would ask a dozen questions of each
    /// byte.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte >> 6 {
        case 0: 0x7BFF_3BFE_0000_0000 as UInt64 >> UInt64(byte) & 1 != 0
        case 1: 0x37FF_FFFF_A7FF_FFFF as UInt64 >> UInt64(byte & 63) & 1 != 0
        default: true
        }
    }

    private static func endsWithLock(_ part: Slice<UnsafeRawBufferPointer>) -> Bool {
        part.last == UInt8(ascii: "k") && part.suffix(5).elementsEqual(".lock".utf8)
    }
}
