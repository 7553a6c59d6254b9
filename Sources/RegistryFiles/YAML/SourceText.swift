import GitTypes
import RegistryCore

/// The bytes of a file that are known to be UTF-8 and printable, and where each of their scalars stands.
///
/// The check runs before libyaml sees a byte: libyaml takes UTF-16, breaks lines at U+0085, U+2028 and U+2029 as YAML
/// 1.1 did, and names no line for a byte it refuses. All three could make two readers see two files in one.
struct SourceText {
    let bytes: [UInt8]
    let file: String
    /// Bytes of the byte order mark, which is accepted and skipped.
    let prefixLength: Int
    /// The byte offset of every 64th scalar; empty where all is ASCII.
    private let checkpoints: [Int]

    private static let checkpointDistance = 64

    init(_ bytes: [UInt8], limits: YAMLLimits, file: String) throws(RegistryError) {
        guard bytes.count <= limits.byteCount else {
            throw .inFile(
                file, nil, "the file has \(bytes.count) bytes, more than the \(limits.byteCount) that are read",
                hint: "keep large data out of the file")
        }
        self.bytes = bytes
        self.file = file
        self.prefixLength = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        self.checkpoints = try Self.scan(bytes, from: prefixLength, file: file)
    }

    /// The place of libyaml's mark, whose `index` counts scalars.
    func mark(line: Int, column: Int, index: Int) -> YAMLMark {
        YAMLMark(line: line + 1, column: column + 1, offset: offset(ofScalar: index))
    }

    private func offset(ofScalar index: Int) -> Int {
        guard !checkpoints.isEmpty else { return min(prefixLength + index, bytes.count) }
        let checkpoint = min(index / Self.checkpointDistance, checkpoints.count - 1)
        var position = checkpoints[checkpoint]
        var left = index - checkpoint * Self.checkpointDistance
        while left > 0, position < bytes.count {
            position += Self.length(ofScalarStartingWith: bytes[position])
            left -= 1
        }
        return min(position, bytes.count)
    }

    private static func length(ofScalarStartingWith byte: UInt8) -> Int {
        byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
    }

    /// Checks all bytes; gives the checkpoints.
    private static func scan(_ bytes: [UInt8], from start: Int, file: String) throws(RegistryError) -> [Int] {
        var checkpoints: [Int] = []
        var isASCII = true
        var line = 1
        var column = 1
        var count = 0
        var position = start
        while position < bytes.count {
            if count % checkpointDistance == 0 { checkpoints.append(position) }
            count += 1
            let byte = bytes[position]
            if byte == 0x0A {
                line += 1
                column = 1
                position += 1
                continue
            }
            guard let scalar = decode(bytes, at: position) else {
                throw .inFile(
                    file, YAMLMark(line: line, column: column, offset: position), "the file is not UTF-8",
                    hint: "save the file as UTF-8")
            }
            guard isAccepted(scalar) else {
                let name = String(scalar, radix: 16, uppercase: true)
                throw .inFile(
                    file, YAMLMark(line: line, column: column, offset: position),
                    "the character U+\(String(repeating: "0", count: max(0, 4 - name.count)))\(name) is not accepted",
                    hint: "remove it, or write it as an escape between double quotes")
            }
            let length = length(ofScalarStartingWith: byte)
            if length > 1 { isASCII = false }
            column += 1
            position += length
        }
        return isASCII ? [] : checkpoints
    }

    private static func decode(_ bytes: [UInt8], at position: Int) -> UInt32? {
        let first = bytes[position]
        if first < 0x80 { return UInt32(first) }
        guard (0xC2...0xF4).contains(first) else { return nil }
        let length = length(ofScalarStartingWith: first)
        guard position + length <= bytes.count else { return nil }
        var scalar = UInt32(first) & (0xFF >> UInt32(length + 1))
        for next in bytes[(position + 1)..<(position + length)] {
            guard next & 0xC0 == 0x80 else { return nil }
            scalar = scalar << 6 | UInt32(next & 0x3F)
        }
        let smallest: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
        guard scalar >= smallest, Unicode.Scalar(scalar) != nil else { return nil }
        return scalar
    }

    /// YAML's printable characters, without the three that YAML 1.1 takes for the end of a line.
    private static func isAccepted(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E: true
        case 0x2028, 0x2029, 0xFEFF: false
        case 0xA0...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}

extension RegistryError {
    /// The error of a file that is not what its place asks for: `file:line:column: problem`.
    static func inFile(_ file: String, _ mark: YAMLMark?, _ problem: String, hint: String) -> RegistryError {
        let place = mark.map { "\(file):\($0)" } ?? file
        return RegistryError(.invalidFile, "\(place): \(problem)", subject: file, hints: [hint])
    }
}
