import GitTypes
import Glibc

/// Reads the lines of `packed-refs`, without copying them.
struct PackedReferencesParser {
    /// The first line that cannot be read, counted from one, and a clause that follows its number.
    struct Failure {
        let line: Int
        let problem: String
    }

    private let base: UnsafeRawPointer
    private let count: Int
    private let prefix: [UInt8]
    private var isSorted = true
    /// Whether all lines are ordered by the bytes of their names, those without the prefix too.
    private(set) var isWholeSorted = true
    private var lastName: Range<Int>?
    /// The lines whose names start with the prefix, in the order of their names once the file is read.
    private(set) var lines: [PackedReferences.Line] = []

    private static let digitCount = 2 * ObjectID.byteCount

    init(base: UnsafeRawPointer, count: Int, prefix: [UInt8]) {
        self.base = base
        self.count = count
        self.prefix = prefix
    }

    /// Reads the file to its end or to the first line that cannot be read.
    mutating func parse() -> Failure? {
        // A line for the tag and one for its commit take about 120 bytes.
        lines.reserveCapacity(count / 120)
        var start = 0
        var number = 0
        var isPeelAllowed = false
        while start < count {
            number += 1
            guard let newline = memchr(base + start, 0x0A, count - start) else {
                return Failure(line: number, problem: "has no end")
            }
            let end = UnsafeRawPointer(newline) - base
            let line = UnsafeRawBufferPointer(start: base + start, count: end - start)
            if line.first == UInt8(ascii: "#"), number == 1 {
                if !line.starts(with: "# pack-refs with:".utf8) {
                    return Failure(line: number, problem: "is not its header")
                }
            } else if line.first == UInt8(ascii: "^") {
                // The object that the tag of the line before ends at.
                let isID = line.count == 1 + Self.digitCount && Self.isHexadecimal(base + start + 1)
                if !isPeelAllowed || !isID { return Failure(line: number, problem: "is malformed") }
                isPeelAllowed = false
            } else {
                guard line.count > Self.digitCount + 1, line[Self.digitCount] == UInt8(ascii: " "),
                    Self.isHexadecimal(base + start)
                else { return Failure(line: number, problem: "is malformed") }
                let name = UnsafeRawBufferPointer(rebasing: line[(Self.digitCount + 1)...])
                let isValid = ReferenceName.isValid(name)
                // Below `refs/` git passes over a bad name with a warning, elsewhere it stops.
                if !isValid, !name.starts(with: "refs/".utf8) {
                    return Failure(line: number, problem: "names no ref")
                }
                let range = (start + Self.digitCount + 1)..<end
                if isWholeSorted, let lastName { isWholeSorted = order(lastName, range) < 0 }
                lastName = range
                append(range, isValid: isValid)
                isPeelAllowed = true
            }
            start = end + 1
        }
        if !isSorted { lines = lines.sorted { order($0.name, $1.name) < 0 } }
        reportRepetitions()
        return nil
    }

    private mutating func append(_ name: Range<Int>, isValid: Bool) {
        guard name.count >= prefix.count, memcmp(base + name.lowerBound, prefix, prefix.count) == 0 else { return }
        let digits = UnsafeRawBufferPointer(start: base + name.lowerBound - 1 - Self.digitCount, count: Self.digitCount)
        guard let id = ObjectID(hexadecimal: digits) else { return }
        if isSorted, let last = lines.last { isSorted = order(last.name, name) <= 0 }
        var problem: String?
        if !isValid {
            problem = "its name is not allowed"
        } else if id == .zero {
            problem = "its value is the zero id"
        }
        lines.append(PackedReferences.Line(name: name, id: id, problem: problem))
    }

    /// Git finds a packed ref by halving, so of two lines for one name it may use either.
    private mutating func reportRepetitions() {
        for index in lines.indices.dropFirst() where order(lines[index - 1].name, lines[index].name) == 0 {
            lines[index].problem = "packed-refs lists it twice"
        }
    }

    /// Whether forty digits stand there. Eight at a time, each in its byte of a word: one at a time was a fifth of the time
    /// of the whole list.
    private static func isHexadecimal(_ digits: UnsafeRawPointer) -> Bool {
        let everyByte = 0x0101_0101_0101_0101 as UInt64
        let highBits = everyByte &* 0x80
        for offset in stride(from: 0, to: digitCount, by: 8) {
            let bytes = digits.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if bytes & highBits != 0 { return false }
            let small = bytes | (everyByte &* 0x20)
            // A sum's high bit says that its byte is at least, or is more than, the one that it was made for.
            let isDecimal = (bytes &+ everyByte &* 0x50) & ~(bytes &+ everyByte &* 0x46)
            let isLetter = (small &+ everyByte &* 0x1F) & ~(small &+ everyByte &* 0x19)
            if (isDecimal | isLetter) & highBits != highBits { return false }
        }
        return true
    }

    /// Below, at or above zero where the left name comes before, is, or comes after the right one.
    private func order(_ left: Range<Int>, _ right: Range<Int>) -> Int {
        let common = min(left.count, right.count)
        let order = Int(memcmp(base + left.lowerBound, base + right.lowerBound, common))
        return order != 0 ? order : left.count - right.count
    }
}
