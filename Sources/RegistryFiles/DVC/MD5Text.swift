/// An MD5 as DVC writes it.
enum MD5Text {
    /// Whether a text is 32 lower-case hexadecimal digits. It becomes part of a path and of a URL, so nothing else may
    /// pass.
    static func isDigest(_ text: some StringProtocol) -> Bool {
        var text = String(text)
        return text.withUTF8 { bytes in
            guard bytes.count == 32, let start = bytes.baseAddress else { return false }
            // A pointer, for a listing has 100,000 of them.
            for place in 0..<32 {
                let byte = start[place]
                guard (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66) else { return false }
            }
            return true
        }
    }

    /// The digits of an id of DVC's store, and whether it is a folder's: `….dir`. `nil` where it is none.
    static func split(_ id: String) -> (digits: String, isDirectory: Bool)? {
        let isDirectory = id.utf8.count == 36 && id.hasSuffix(".dir")
        let digits = isDirectory ? String(id.utf8.prefix(32)) ?? "" : id
        return isDigest(digits) ? (digits, isDirectory) : nil
    }
}
