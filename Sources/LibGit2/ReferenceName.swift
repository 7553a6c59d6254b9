/// The rules of `git check-ref-format` for a full ref name, on bytes: a repository's names need not be UTF-8.
enum ReferenceName {
    /// Whether Git accepts the name: no control character, space or one of `~^:?*[\`, no `..` or `@{`, no part
    /// that is empty, starts with a dot or ends with `.lock`, and no dot at the end.
    static func isValid(_ name: UnsafeRawBufferPointer) -> Bool {
        var previous = UInt8(ascii: "/")
        var partStart = 0
        for index in 0..<name.count {
            let byte = name[index]
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

    private static func endsWithLock(_ part: Slice<UnsafeRawBufferPointer>) -> Bool {
        part.last == UInt8(ascii: "k") && part.suffix(5).elementsEqual(".lock".utf8)
    }
}
