/// Puts numbers, texts and bytes one after the other.
struct ByteEncoder {
    private(set) var bytes: [UInt8] = []

    mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    mutating func add(byte: UInt8) { bytes.append(byte) }

    /// Seven bits a byte, the last ones first.
    mutating func add(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }

    /// A number that may be negative: the sign goes into the last bit.
    mutating func add(signed number: Int64) { add(UInt64(bitPattern: (number << 1) ^ (number >> 63))) }

    /// Eight bytes.
    mutating func add(fixed number: UInt64) {
        withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    }

    /// Four bytes, at a place that was reserved by ``addSpace(_:)``.
    mutating func set(_ number: UInt32, at position: Int) {
        withUnsafeBytes(of: number.littleEndian) { new in
            bytes.withUnsafeMutableBytes { $0[position..<(position + 4)].copyBytes(from: new) }
        }
    }

    /// Room for what is known later. Returns where it is.
    mutating func addSpace(_ count: Int) -> Int {
        bytes.append(contentsOf: repeatElement(0, count: count))
        return bytes.count - count
    }

    /// Bytes of which the reader knows how many there are.
    mutating func add(raw: some Collection<UInt8>) { bytes += raw }

    mutating func add(_ content: some Collection<UInt8>) {
        add(UInt64(content.count))
        bytes += content
    }

    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { content in
            add(UInt64(content.count))
            bytes += UnsafeRawBufferPointer(content)
        }
    }
}

/// Takes apart what a ``ByteEncoder`` made. Whatever the bytes are, it never reads beyond them and never traps.
struct ByteDecoder {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        self.position = 0
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func go(to position: Int) throws(IndexDamage) {
        guard position <= bytes.count else { throw IndexDamage() }
        self.position = position
    }

    mutating func byte() throws(IndexDamage) -> UInt8 {
        guard position < bytes.count else { throw IndexDamage() }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func number() throws(IndexDamage) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || next <= 1 else { throw IndexDamage() }
            number |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return number }
            shift += 7
        }
    }

    mutating func int() throws(IndexDamage) -> Int { Int(truncatingIfNeeded: try number()) }

    mutating func signed() throws(IndexDamage) -> Int64 {
        let number = try number()
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }

    mutating func fixed() throws(IndexDamage) -> UInt64 {
        UInt64(littleEndian: try raw(8).loadUnaligned(as: UInt64.self))
    }

    mutating func fixed32() throws(IndexDamage) -> UInt32 {
        UInt32(littleEndian: try raw(4).loadUnaligned(as: UInt32.self))
    }

    /// How many things follow, of which each takes at least `size` bytes.
    mutating func count(ofSize size: Int = 1) throws(IndexDamage) -> Int {
        let count = try number()
        guard count <= UInt64((bytes.count - position) / size) else { throw IndexDamage() }
        return Int(count)
    }

    mutating func raw(_ count: Int) throws(IndexDamage) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= bytes.count - position else { throw IndexDamage() }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + count)])
    }

    mutating func content() throws(IndexDamage) -> UnsafeRawBufferPointer { try raw(try count()) }

    mutating func text() throws(IndexDamage) -> String {
        guard let text = String(validating: try content(), as: UTF8.self) else { throw IndexDamage() }
        return text
    }
}
