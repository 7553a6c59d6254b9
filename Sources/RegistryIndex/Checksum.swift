/// Sums up bytes in 64 bits, to find damage: who wants to forge a sum can.
///
/// Four lanes take eight bytes each in a step, which is one-to-one in the lane and in the bytes, and so is what follows up to
/// the sum: bytes that differ within eight in a row have different sums for certain.
/// - Parameters:
///   - bytes: What is summed up.
///   - seed: What else the sum is to depend on.
public func checksum(of bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    var lanes = (
        seed &+ 0x9E37_79B9_7F4A_7C15, seed &+ 0xC2B2_AE3D_27D4_EB4F, seed &+ 0x1656_67B1_9E37_79F9,
        seed &+ 0x2545_F491_4F6C_DD1D
    )
    var position = 0
    let whole = bytes.count & ~31
    while position < whole {
        lanes.0 = step(lanes.0, word(bytes, position))
        lanes.1 = step(lanes.1, word(bytes, position + 8))
        lanes.2 = step(lanes.2, word(bytes, position + 16))
        lanes.3 = step(lanes.3, word(bytes, position + 24))
        position += 32
    }
    // What is left, filled up by zeros: the length goes into the sum as well.
    while position < bytes.count {
        var last: UInt64 = 0
        for offset in 0..<min(8, bytes.count - position) {
            last |= UInt64(bytes[position + offset]) << UInt64(offset * 8)
        }
        lanes = (lanes.1, lanes.2, lanes.3, step(lanes.0, last))
        position += 8
    }
    var sum = step(seed, UInt64(bytes.count))
    sum = step(step(step(step(sum, lanes.0), lanes.1), lanes.2), lanes.3)
    sum = (sum ^ (sum >> 32)) &* 0xD6E8_FEB8_6659_FD93
    return sum ^ (sum >> 32)
}

/// Sums up an array of bytes.
public func checksum(of bytes: [UInt8], seed: UInt64) -> UInt64 {
    bytes.withUnsafeBytes { checksum(of: $0, seed: seed) }
}

/// Mixes a word into a lane.
@inline(__always)
private func step(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    let product = (lane ^ word) &* 0x9FB2_1C65_1E98_DF25
    return product ^ (product >> 29)
}

@inline(__always)
private func word(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
}
