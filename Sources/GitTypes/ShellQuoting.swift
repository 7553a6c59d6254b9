extension String {
    /// The text as one word of a POSIX shell, as Python's `shlex.quote` writes it.
    ///
    /// Works on bytes: to a shell a quote is a quote, whatever combining mark follows it.
    public var shellQuoted: String {
        let isPlain =
            !isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "@%+=:,./-_".utf8.contains(byte)
                }
            }
        if isPlain { return self }
        var bytes: [UInt8] = [UInt8(ascii: "'")]
        for byte in utf8 {
            if byte == UInt8(ascii: "'") { bytes += Array("'\"'\"'".utf8) } else { bytes.append(byte) }
        }
        bytes.append(UInt8(ascii: "'"))
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension TagName {
    /// The name as one word of a POSIX shell: Git allows quotes, `;` and `$` in names.
    public var shellQuoted: String { description.shellQuoted }
}

extension RefName {
    /// The name as one word of a POSIX shell: Git allows quotes, `;` and `$` in names.
    public var shellQuoted: String { description.shellQuoted }
}
