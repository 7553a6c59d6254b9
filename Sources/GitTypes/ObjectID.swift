/// The SHA-1 name of a Git object: 20 bytes, written as 40 lower-case hexadecimal digits.
public struct ObjectID: Hashable, Comparable, Sendable, CustomStringConvertible {
    // Three words instead of an array: no allocation for the million ids of a large registry.
    private let high: UInt64
    private let middle: UInt64
    private let low: UInt32

    /// The number of bytes of an id.
    public static let byteCount = 20

    /// The id that Git uses for "no object": forty zeros. A ref created with it as its old value must not exist yet.
    public static let zero = ObjectID(high: 0, middle: 0, low: 0)

    private init(high: UInt64, middle: UInt64, low: UInt32) {
        self.high = high
        self.middle = middle
        self.low = low
    }

    /// Creates an id from exactly 20 bytes; `nil` for any other number of them.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words: (UInt64, UInt64, UInt32) = (0, 0, 0)
        for (offset, byte) in bytes.enumerated() {
            switch offset {
            case 0..<8: words.0 = words.0 << 8 | UInt64(byte)
            case 8..<16: words.1 = words.1 << 8 | UInt64(byte)
            default: words.2 = words.2 << 8 | UInt32(byte)
            }
        }
        self.init(high: words.0, middle: words.1, low: words.2)
    }

    /// The same for bytes in memory, as an index has them by the hundred thousand.
    public init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            middle: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
            low: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
    }

    /// Creates an id from 40 hexadecimal digits of either case, given as ASCII bytes; `nil` for anything else.
    public init?(hexadecimal digits: some Collection<UInt8>) {
        guard digits.count == 2 * Self.byteCount else { return nil }
        let id = Array(digits).withUnsafeBytes { ObjectID(hexadecimal: $0) }
        guard let id else { return nil }
        self = id
    }

    /// The same for bytes in memory, without the calls that a generic collection costs: a list of 100,000 tags is read
    /// in a third of the time.
    public init?(hexadecimal digits: UnsafeRawBufferPointer) {
        guard digits.count == 2 * Self.byteCount, let start = digits.baseAddress else { return nil }
        var isValid = true
        let high = Self.number(start, count: 16, &isValid)
        let middle = Self.number(start + 16, count: 16, &isValid)
        let low = Self.number(start + 32, count: 8, &isValid)
        guard isValid else { return nil }
        self.init(high: high, middle: middle, low: UInt32(truncatingIfNeeded: low))
    }

    /// Reads digits without a branch for each: a registry has them by the million.
    private static func number(_ digits: UnsafeRawPointer, count: Int, _ isValid: inout Bool) -> UInt64 {
        var number: UInt64 = 0
        for offset in 0..<count {
            let byte = digits.load(fromByteOffset: offset, as: UInt8.self)
            let digit = byte &- UInt8(ascii: "0")
            let letter = (byte | 0x20) &- UInt8(ascii: "a")
            isValid = isValid && (digit < 10 || letter < 6)
            number = number << 4 | UInt64(digit < 10 ? digit : letter &+ 10)
        }
        return number
    }

    /// Creates an id from a text of 40 hexadecimal digits; `nil` for anything else.
    public init?(_ hexadecimal: some StringProtocol) {
        self.init(hexadecimal: Array(hexadecimal.utf8))
    }

    /// The first of its bytes: the name of the folder of an object that is in no pack.
    public var firstByte: UInt8 { UInt8(truncatingIfNeeded: high >> 56) }

    /// The 20 bytes, most significant first.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: high >> shift)) }
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: middle >> shift)) }
        for shift in stride(from: 24, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: low >> shift)) }
        return bytes
    }

    /// The 40 lower-case hexadecimal digits.
    public var description: String { bytes.hexadecimal }

    /// The first seven digits, as Git and GTO shorten an id for people.
    public var short: String { String(description.prefix(7)) }

    /// Orders ids as their hexadecimal texts are ordered.
    public static func < (left: ObjectID, right: ObjectID) -> Bool {
        (left.high, left.middle, left.low) < (right.high, right.middle, right.low)
    }
}

extension Collection<UInt8> {
    /// The bytes as lower-case hexadecimal digits, two for each.
    public var hexadecimal: String {
        String(unsafeUninitializedCapacity: 2 * count) { buffer in
            let digits: StaticString = "0123456789abcdef"
            var position = 0
            for byte in self {
                buffer[position] = digits.utf8Start[Int(byte >> 4)]
                buffer[position + 1] = digits.utf8Start[Int(byte & 0xF)]
                position += 2
            }
            return position
        }
    }
}
