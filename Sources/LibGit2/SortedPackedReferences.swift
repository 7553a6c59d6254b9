import GitTypes
import Glibc

/// A `packed-refs` whose header says that it is sorted, read in places.
final class SortedPackedReferences {
    private let descriptor: Int32
    private let size: Int
    /// The whole file, where so much of it is asked for that this is quicker.
    private let whole: [UInt8]?
    private static let digitCount = 2 * ObjectID.byteCount
    /// More bytes than a line has.
    private static let longestLine = 2048
    /// As many bytes are read in the time that one name takes to be found.
    private static let bytesPerLookup = 64 << 10

    /// Opens the file that the stamp is of.
    /// - Parameter lookups: how often something will be looked for, about.
    init?(_ path: [CChar], stamp: FileStamp, lookups: Int = 1) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return nil }
        var status = stat()
        let isTheOne = fstat(descriptor, &status) == 0 && FileStamp(status) == stamp
        self.descriptor = descriptor
        size = stamp.size
        let takesAll = isTheOne && size / Self.bytesPerLookup < lookups
        whole = takesAll ? Self.read(descriptor, at: 0, count: size) : nil
        let header = isTheOne ? Self.read(descriptor, at: 0, count: min(256, size)) : nil
        let line = header?.prefix { $0 != UInt8(ascii: "\n") } ?? []
        // The destructor closes the file.
        guard whole != nil || !takesAll,
            String(decoding: line, as: UTF8.self).split(separator: " ").contains("sorted")
        else { return nil }
    }

    deinit { close(descriptor) }

    /// The lines whose names start with these bytes; `nil` where the file is not what it was.
    func lines(startingWith prefix: [UInt8]) -> [(name: [UInt8], id: ObjectID)]? {
        guard var position = start(of: prefix)?.low else { return nil }
        var found: [(name: [UInt8], id: ObjectID)] = []
        var chunk: [UInt8] = []
        while true {
            guard let next = Self.read(descriptor, at: position, count: min(16_384, size - position)) else {
                return nil
            }
            position += next.count
            chunk += next
            var start = 0
            while let end = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = chunk[start..<end]
                start = end + 1
                if line.first == UInt8(ascii: "^") || line.first == UInt8(ascii: "#") { continue }
                let name = line.dropFirst(Self.digitCount + 1)
                if name.starts(with: prefix) {
                    guard let id = line.withUnsafeBytes({ Self.line($0, at: 0)?.id }) else { return nil }
                    found.append((Array(name), id))
                } else if prefix.lexicographicallyPrecedes(name) {
                    return found
                }
            }
            if position >= size { return start == chunk.count ? found : nil }
            chunk.removeFirst(start)
        }
    }

    /// The object of the ref with that name, ``ObjectID/zero`` where there is none; `nil` where the file is not what it was.
    func object(of name: [UInt8]) -> ObjectID? {
        guard let (low, high) = start(of: name) else { return nil }
        // The line at `high` may be the one, and it starts behind a line that began before.
        return withBytes(at: low, count: high - low + 2 * Self.longestLine) { bytes in
            var position = 0
            while let end = Self.end(of: bytes, at: position) {
                if ![UInt8(ascii: "^"), UInt8(ascii: "#")].contains(bytes[position]) {
                    guard let line = Self.line(bytes, at: position) else { return nil }
                    let order = name.withUnsafeBytes { line.name.compareBytes(with: $0) }
                    if order == 0 { return line.id }
                    if order > 0 { return .zero }
                }
                position = end + 1
            }
            return low + position == size ? .zero : nil
        }
    }

    /// Between which positions the first line starts whose name is not before this one: the lower one is where a line starts.
    private func start(of name: [UInt8]) -> (low: Int, high: Int)? {
        enum Side { case before(line: Int), after, unknown }
        var (low, high) = (0, size)
        while high - low > 2 * Self.longestLine {
            let middle = low + (high - low) / 2
            let side = withBytes(at: middle, count: Self.longestLine) { bytes -> Side? in
                // The first whole line that names a ref.
                var start = Self.end(of: bytes, at: 0).map { $0 + 1 }
                while let line = start, line < bytes.count, bytes[line] == UInt8(ascii: "^") {
                    start = Self.end(of: bytes, at: line).map { $0 + 1 }
                }
                guard let start, Self.end(of: bytes, at: start) != nil else { return .unknown }
                guard let line = Self.line(bytes, at: start) else { return nil }
                return name.withUnsafeBytes { line.name.compareBytes(with: $0) } < 0
                    ? .before(line: middle + start) : .after
            }
            switch side {
            case .before(let line): low = line
            case .after: high = middle
            case .unknown: return (low, high)
            case nil: return nil
            }
        }
        return (low, high)
    }

    /// A line that names a ref.
    private static func line(
        _ bytes: UnsafeRawBufferPointer, at start: Int
    ) -> (name: UnsafeRawBufferPointer, id: ObjectID)? {
        let end = end(of: bytes, at: start) ?? bytes.count
        guard end - start > digitCount + 1, bytes[start + digitCount] == UInt8(ascii: " "),
            case let digits = UnsafeRawBufferPointer(rebasing: bytes[start..<start + digitCount]),
            let id = ObjectID(hexadecimal: digits), id != .zero
        else { return nil }
        let name = UnsafeRawBufferPointer(rebasing: bytes[(start + digitCount + 1)..<end])
        return ReferenceName.isValid(name) ? (name, id) : nil
    }

    /// Where the line ends; `nil` where the bytes do.
    private static func end(of bytes: UnsafeRawBufferPointer, at start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress,
            let end = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
        else { return nil }
        return UnsafeRawPointer(end) - base
    }

    /// Lends a part of the file, shorter where the file ends; `nil` where it cannot be read.
    private func withBytes<Value>(
        at position: Int, count: Int, _ body: (UnsafeRawBufferPointer) -> Value?
    ) -> Value? {
        let count = min(count, size - position)
        if let whole {
            return whole.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[position..<(position + count)])) }
        }
        return Self.read(descriptor, at: position, count: count)?.withUnsafeBytes(body)
    }

    private static func read(_ descriptor: Int32, at offset: Int, count: Int) -> [UInt8]? {
        var filled = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while filled < count {
                let length = pread(
                    descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, offset + filled)
                if length < 0 && errno == EINTR { continue }
                if length <= 0 { break }
                filled += length
            }
            initialized = filled
        }
        return filled == count ? bytes : nil
    }
}
