/// A version as GTO writes it: `v` and a SemVer 2.0.0 version, `v1.2.0`, `v2.0.0-rc.1+cuda12`.
///
/// Two versions are equal when their texts are; they are ordered by SemVer precedence, which ignores what follows `+`.
/// Numbers have no upper bound: they are kept as digits, so that no tag of a repository can overflow anything.
public struct SemanticVersion: Hashable, Sendable, CustomStringConvertible {
    /// The text with its `v`.
    public let description: String
    private let core: [DecimalNumber]
    private let prerelease: [PrereleaseIdentifier]

    /// The version that the first registration gets: `v0.0.1`.
    public static let first = SemanticVersion(core: [.zero, .zero, DecimalNumber.zero.successor])

    /// The part of a version that a bump raises.
    public enum Part: String, CaseIterable, Sendable {
        /// The first number.
        case major
        /// The second number.
        case minor
        /// The third number.
        case patch
    }

    /// Checks a version that a person gave; the `v` may be left out.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidVersion``: also where a number has more than 18
    ///   digits, which other tools could not read.
    public init(_ text: some StringProtocol) throws(RegistryError) {
        let whole = text.hasPrefix("v") ? String(text) : "v\(text)"
        guard let version = SemanticVersion(asTagged: whole) else {
            throw RegistryError(
                .invalidVersion, "'\(text)' is not a valid version: it must be a semantic version such as v1.0.0",
                subject: String(text), hints: ["three numbers without leading zeros: v1.0.0, v2.1.0-rc.1"])
        }
        if version.hasOversizedNumber || whole.utf8.count > 200 {
            throw RegistryError(
                .invalidVersion,
                "'\(text)' is not a valid version: a number of it has more than 18 digits, or it is too long",
                subject: String(text), hints: ["use a smaller number"])
        }
        self = version
    }

    /// Reads a version as GTO reads it; `nil` where GTO finds none. Digits are ASCII: GTO's `\d` lets others into its
    /// parser but not into its sorting.
    init?(asTagged text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.first == UInt8(ascii: "v") else { return nil }
        var rest = bytes[1...]
        if let plus = rest.firstIndex(of: UInt8(ascii: "+")) {
            let build = rest[(plus + 1)...]
            guard Self.identifiers(of: build) != nil else { return nil }
            rest = rest[..<plus]
        }
        var prerelease: [PrereleaseIdentifier] = []
        if let dash = rest.firstIndex(of: UInt8(ascii: "-")) {
            guard let identifiers = Self.identifiers(of: rest[(dash + 1)...]) else { return nil }
            for identifier in identifiers {
                guard let parsed = PrereleaseIdentifier(identifier) else { return nil }
                prerelease.append(parsed)
            }
            rest = rest[..<dash]
        }
        let numbers = rest.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard numbers.count == 3 else { return nil }
        var core: [DecimalNumber] = []
        for number in numbers {
            guard let parsed = DecimalNumber(number) else { return nil }
            core.append(parsed)
        }
        self.description = String(text)
        self.core = core
        self.prerelease = prerelease
    }

    private init(core: [DecimalNumber]) {
        self.core = core
        self.prerelease = []
        self.description = "v" + core.map(\.digits).joined(separator: ".")
    }

    /// The version with one part raised, the lower ones zero, and neither pre-release nor build: `v1.0.0-rc.1` has the
    /// next patch `v1.0.1`, as GTO has it.
    public func bumped(_ part: Part) -> SemanticVersion {
        switch part {
        case .major: SemanticVersion(core: [core[0].successor, .zero, .zero])
        case .minor: SemanticVersion(core: [core[0], core[1].successor, .zero])
        case .patch: SemanticVersion(core: [core[0], core[1], core[2].successor])
        }
    }

    /// Whether SemVer puts this version before the other. Neither may come first: `v1.0.0+a` and `v1.0.0+b`.
    public func precedes(_ other: SemanticVersion) -> Bool {
        for (left, right) in zip(core, other.core) where left != right { return left < right }
        if prerelease.isEmpty || other.prerelease.isEmpty { return !prerelease.isEmpty && other.prerelease.isEmpty }
        for (left, right) in zip(prerelease, other.prerelease) where left != right { return left < right }
        return prerelease.count < other.prerelease.count
    }

    /// Whether a number of it has more than 18 digits.
    public var hasOversizedNumber: Bool { core.contains { $0.digits.utf8.count > 18 } }

    /// The dot-separated parts of a pre-release or build text; `nil` where one is empty or holds a foreign character.
    private static func identifiers(of bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let areWords = parts.allSatisfy { part in
            !part.isEmpty && part.allSatisfy { NameGrammar.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
        return areWords ? parts : nil
    }

    /// Two versions are the same when their texts are.
    public static func == (left: SemanticVersion, right: SemanticVersion) -> Bool {
        left.description == right.description
    }

    /// Hashes the text.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(description)
    }
}

/// A whole number of any size, as its decimal digits without leading zeros.
private struct DecimalNumber: Hashable, Comparable, Sendable {
    let digits: String

    static let zero = DecimalNumber(digits: "0")

    private init(digits: String) {
        self.digits = digits
    }

    /// `nil` for an empty text, a leading zero, or anything but digits.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard let first = bytes.first, bytes.allSatisfy(NameGrammar.isDigit),
            first != UInt8(ascii: "0") || bytes.count == 1
        else { return nil }
        self.digits = String(decoding: bytes, as: UTF8.self)
    }

    var successor: DecimalNumber {
        var bytes = Array(digits.utf8)
        for position in bytes.indices.reversed() {
            if bytes[position] != UInt8(ascii: "9") {
                bytes[position] += 1
                return DecimalNumber(digits: String(decoding: bytes, as: UTF8.self))
            }
            bytes[position] = UInt8(ascii: "0")
        }
        return DecimalNumber(digits: "1" + String(decoding: bytes, as: UTF8.self))
    }

    static func < (left: DecimalNumber, right: DecimalNumber) -> Bool {
        let lengths = (left.digits.utf8.count, right.digits.utf8.count)
        return lengths.0 == lengths.1 ? left.digits < right.digits : lengths.0 < lengths.1
    }
}

/// One part of a pre-release: numbers come before words, numbers by value, words by ASCII.
private enum PrereleaseIdentifier: Hashable, Comparable, Sendable {
    case number(DecimalNumber)
    case word(String)

    init?(_ bytes: ArraySlice<UInt8>) {
        if bytes.allSatisfy(NameGrammar.isDigit) {
            guard let number = DecimalNumber(bytes) else { return nil }
            self = .number(number)
        } else {
            self = .word(String(decoding: bytes, as: UTF8.self))
        }
    }

    static func < (left: PrereleaseIdentifier, right: PrereleaseIdentifier) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left < right
        case (.word(let left), .word(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
        case (.number, .word): true
        case (.word, .number): false
        }
    }
}
