/// A version as GTO writes it: `v` and a SemVer 2.0.0 version, `v1.2.0`, `v2.0.0-rc.1+cuda12`.
///
/// Two versions are equal when their texts are; they are ordered by SemVer precedence, which ignores what follows `+`.
/// Numbers have no upper bound: one of more than 18 digits is compared as digits, so that no tag of a repository can
/// overflow anything.
public struct SemanticVersion: Hashable, Sendable, CustomStringConvertible {
    /// The text with its `v`.
    public let description: String
    /// The three numbers; of one that has more than 18 digits the last 18.
    private let core: Core
    /// Whether a number of it has more than 18 digits. None of ours has: other tools could not read it.
    public let hasOversizedNumber: Bool
    private let hasPrerelease: Bool

    private struct Core: Hashable, Sendable {
        var major: UInt64
        var minor: UInt64
        var patch: UInt64
    }

    /// The version that the first registration gets: `v0.0.1`.
    public static let first = SemanticVersion(core: Core(major: 0, minor: 0, patch: 1))

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

    /// Reads a version that was a tag's before: what GTO would read; `nil` for anything else.
    public init?(asRead text: String) {
        self.init(asTagged: text)
    }

    /// Reads a version as GTO reads it; `nil` where GTO finds none. Digits are ASCII: GTO's `\d` lets others into its
    /// parser but not into its sorting.
    init?(asTagged text: some StringProtocol) {
        var scanner = VersionScanner(text.utf8)
        guard scanner.skip(UInt8(ascii: "v")), let major = scanner.number(), scanner.skip(UInt8(ascii: ".")),
            let minor = scanner.number(), scanner.skip(UInt8(ascii: ".")), let patch = scanner.number()
        else { return nil }
        self.hasPrerelease = scanner.skip(UInt8(ascii: "-"))
        if hasPrerelease, !scanner.identifiers(allowsLeadingZeros: false) { return nil }
        if scanner.skip(UInt8(ascii: "+")), !scanner.identifiers(allowsLeadingZeros: true) { return nil }
        guard scanner.isAtEnd else { return nil }
        self.description = String(text)
        self.core = Core(major: major, minor: minor, patch: patch)
        self.hasOversizedNumber = scanner.hasOversizedNumber
    }

    private init(core: Core) {
        self.core = core
        self.description = "v\(core.major).\(core.minor).\(core.patch)"
        self.hasOversizedNumber = [core.major, core.minor, core.patch].contains { $0 >= VersionScanner<[UInt8]>.limit }
        self.hasPrerelease = false
    }

    /// The version with one part raised, the lower ones zero, and neither pre-release nor build: `v1.0.0-rc.1` has the
    /// next patch `v1.0.1`, as GTO has it. Must not be used where ``hasOversizedNumber`` is true.
    public func bumped(_ part: Part) -> SemanticVersion {
        switch part {
        case .major: SemanticVersion(core: Core(major: core.major + 1, minor: 0, patch: 0))
        case .minor: SemanticVersion(core: Core(major: core.major, minor: core.minor + 1, patch: 0))
        case .patch: SemanticVersion(core: Core(major: core.major, minor: core.minor, patch: core.patch + 1))
        }
    }

    /// Whether SemVer puts this version before the other. Neither may come first: `v1.0.0+a` and `v1.0.0+b`.
    public func precedes(_ other: SemanticVersion) -> Bool {
        if hasOversizedNumber || other.hasOversizedNumber {
            for (left, right) in zip(coreDigits, other.coreDigits) where left != right {
                return VersionScanner<[UInt8]>.precedes(left, right)
            }
        } else if core != other.core {
            return (core.major, core.minor, core.patch) < (other.core.major, other.core.minor, other.core.patch)
        }
        if !hasPrerelease || !other.hasPrerelease { return hasPrerelease && !other.hasPrerelease }
        let (left, right) = (prerelease, other.prerelease)
        for (left, right) in zip(left, right) where left != right {
            return VersionScanner<[UInt8]>.precedes(left, right)
        }
        return left.count < right.count
    }

    /// The digits of the three numbers.
    private var coreDigits: [Substring] {
        description.dropFirst().prefix { $0 != "-" && $0 != "+" }.split(separator: ".")
    }

    /// The dot-separated parts of the pre-release.
    private var prerelease: [Substring] {
        let text = description.prefix { $0 != "+" }
        guard let dash = text.firstIndex(of: "-") else { return [] }
        return text[text.index(after: dash)...].split(separator: ".")
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
