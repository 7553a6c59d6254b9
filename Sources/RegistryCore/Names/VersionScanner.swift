/// Reads the parts of a version from left to right, without copying anything: a registry has a version in most of its
/// tags.
struct VersionScanner<Bytes: Collection<UInt8>> {
    private var rest: Bytes.SubSequence
    /// Whether a number had more than 18 digits.
    private(set) var hasOversizedNumber = false

    init(_ bytes: Bytes) {
        self.rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// Steps over one byte where it is the next.
    mutating func skip(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// A decimal number without leading zeros; `nil` where there is none. Of a longer one the last 18 digits.
    mutating func number() -> UInt64? {
        let digits = rest.prefix(while: NameGrammar.isDigit)
        guard let first = digits.first, first != UInt8(ascii: "0") || digits.count == 1 else { return nil }
        if digits.count > 18 { hasOversizedNumber = true }
        rest = rest[digits.endIndex...]
        return digits.reduce(0) { ($0 % (VersionScanner<[UInt8]>.limit / 10)) * 10 + UInt64($1 - UInt8(ascii: "0")) }
    }

    /// Steps over dot-separated words of letters, digits and `-`; `false` where one is empty, or is a number with a
    /// leading zero.
    mutating func identifiers(allowsLeadingZeros: Bool) -> Bool {
        repeat {
            let word = rest.prefix { NameGrammar.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
            guard let first = word.first else { return false }
            let isNumber = word.allSatisfy(NameGrammar.isDigit)
            if !allowsLeadingZeros, isNumber, first == UInt8(ascii: "0"), word.count > 1 { return false }
            rest = rest[word.endIndex...]
        } while skip(UInt8(ascii: "."))
        return true
    }
}

extension VersionScanner where Bytes == [UInt8] {
    /// The first number that has more than 18 digits.
    static var limit: UInt64 { 1_000_000_000_000_000_000 }

    /// SemVer's order of two parts: numbers by value and before words, words by ASCII.
    static func precedes(_ left: Substring, _ right: Substring) -> Bool {
        let areNumbers = (left.utf8.allSatisfy(NameGrammar.isDigit), right.utf8.allSatisfy(NameGrammar.isDigit))
        switch areNumbers {
        case (true, true):
            let lengths = (left.utf8.count, right.utf8.count)
            return lengths.0 == lengths.1 ? left < right : lengths.0 < lengths.1
        case (false, false): return left.utf8.lexicographicallyPrecedes(right.utf8)
        default: return areNumbers.0
        }
    }
}
