import CLinux
import Glibc

extension OpenFile {
    /// A part of a large file starts at a multiple of this, and so much before a hole is not trusted: the bytes before
    /// a hole may share a block with it. Blocks are smaller: 4 KiB as a rule, 128 KiB on ZFS.
    private static let grain = 256 << 10
    /// How many ranges of one file are looked at.
    private static let rangeLimit = 4096

    /// The bytes of a file that an earlier download may have written, in order: all of it, unless parts that came side
    /// by side have left holes. Empty for what is no file.
    func writtenRanges() -> [Range<Int>] {
        var status = stat()
        guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [] }
        let length = Int(status.st_size)
        var ranges: [Range<Int>] = []
        var next = 0
        for _ in 0..<Self.rangeLimit where next < length {
            let data = Int(lseek(number, off_t(next), LINUX_SEEK_DATA))
            // A file system that cannot tell has no holes; ENXIO says that only a hole follows.
            if data < 0 { return errno == ENXIO ? ranges : [0..<length] }
            let hole = Int(lseek(number, off_t(data), LINUX_SEEK_HOLE))
            let lower = (data + Self.grain - 1) / Self.grain * Self.grain
            let upper = hole < 0 || hole >= length ? length : hole - Self.grain
            if lower < upper { ranges.append(lower..<upper) }
            next = hole < 0 ? length : max(hole, next + 1)
        }
        return ranges
    }
}
