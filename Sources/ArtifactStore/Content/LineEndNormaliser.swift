/// Turns CRLF into LF in a text and leaves anything else alone, as DVC 1 and 2 did before they took an MD5.
///
/// The rules are DVC's: bytes come in blocks of 1 MiB, the first 512 of each decide whether it is text, and CRLF is
/// looked for within it, so a pair that a block's end divides stays.
struct LineEndNormaliser {
    private static let blockSize = 1 << 20
    private static let probeSize = 512

    private var block: [UInt8] = []

    /// Takes bytes in, and hands on those of the blocks that are complete.
    mutating func update(_ bytes: UnsafeRawBufferPointer, _ consume: (UnsafeRawBufferPointer) -> Void) {
        var rest = bytes
        while !rest.isEmpty {
            let count = min(rest.count, Self.blockSize - block.count)
            block.append(contentsOf: rest[..<count])
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if block.count == Self.blockSize { handOn(consume) }
        }
    }

    /// Hands the last block on.
    mutating func finish(_ consume: (UnsafeRawBufferPointer) -> Void) {
        if !block.isEmpty { handOn(consume) }
    }

    private mutating func handOn(_ consume: (UnsafeRawBufferPointer) -> Void) {
        if Self.isText(block.prefix(Self.probeSize)) {
            let carriageReturn = UInt8(ascii: "\r")
            let newline = UInt8(ascii: "\n")
            var kept = 0
            for position in block.indices {
                let isPair =
                    block[position] == carriageReturn && position + 1 < block.count && block[position + 1] == newline
                if isPair { continue }
                block[kept] = block[position]
                kept += 1
            }
            block.removeLast(block.count - kept)
        }
        block.withUnsafeBytes { consume($0) }
        block.removeAll(keepingCapacity: true)
    }

    /// DVC's `istextblock`: no NUL, and at most three in ten bytes that are not printable ASCII or a common control.
    private static func isText(_ probe: ArraySlice<UInt8>) -> Bool {
        if probe.contains(0) { return false }
        let controls: Set<UInt8> = [0x08, 0x09, 0x0A, 0x0C, 0x0D]
        let others = probe.count { !(32..<127).contains($0) && !controls.contains($0) }
        return others * 10 <= probe.count * 3
    }
}
