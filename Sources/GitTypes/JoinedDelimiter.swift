extension StringProtocol {
    /// Whether an ASCII character that is no letter or digit is joined to another scalar, as `/` is to U+0301 behind it
    /// or to U+0600 in front of it.
    ///
    /// Swift takes the two for one character, so that splitting at `/` or looking for `..` and `::` passes over them,
    /// while Git, a shell and the file system see the bytes. A text that somebody else may have chosen is refused.
    public var hasJoinedDelimiter: Bool {
        if utf8.allSatisfy({ $0 < 0x80 }) { return false }
        return contains { character in
            character.unicodeScalars.count > 1
                && character.unicodeScalars.contains { scalar in
                    scalar.isASCII && !scalar.properties.isAlphabetic && !("0"..."9").contains(scalar)
                }
        }
    }
}
