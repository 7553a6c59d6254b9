import RegistryIndex
import TestSupport
import Testing

@Suite struct ChecksumTests {
    @Test func `every bit, the length and the seed count`() {
        var random = SeededGenerator(seed: SeededGenerator.seed)
        for count in [0, 1, 5, 8, 9, 31, 32, 33, 63, 64, 65, 100] {
            var bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let sum = checksum(of: bytes, seed: 1)
            var others: Set<UInt64> = [sum, checksum(of: bytes, seed: 2), checksum(of: bytes + [0], seed: 1)]
            for bit in 0..<count * 8 {
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                others.insert(checksum(of: bytes, seed: 1))
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            }
            #expect(others.count == 3 + count * 8 && checksum(of: bytes, seed: 1) == sum)
        }
    }

    @Test func `a bit changes about half of the sum, wherever it is`() {
        let bytes = [UInt8](repeating: 0, count: 96)
        let sum = checksum(of: bytes, seed: 0)
        for bit in 0..<bytes.count * 8 {
            var other = bytes
            other[bit / 8] = 1 << UInt8(bit % 8)
            let changed = (checksum(of: other, seed: 0) ^ sum).nonzeroBitCount
            #expect((12...52).contains(changed), "bit \(bit) changes \(changed)")
        }
    }

    @Test func `words in another order have another sum`() {
        let words: [[UInt8]] = (0..<12).map { [UInt8](repeating: $0, count: 8) }
        let sum = checksum(of: Array(words.joined()), seed: 0)
        for first in words.indices {
            for second in words.indices where second > first {
                var other = words
                other.swapAt(first, second)
                #expect(checksum(of: Array(other.joined()), seed: 0) != sum)
            }
        }
    }

    @Test func `is the same as ever`() {
        // Another sum than this one would make every index that there is a damaged one.
        #expect(
            checksum(of: Array("The quick brown fox jumps over the lazy dog".utf8), seed: 7)
                == 15_621_134_114_110_091_626)
    }
}
