import GitTypes
import Glibc

/// A `packed-refs` whose header says that it is sorted, read in places.
final class SortedPackedReferences {
    private let descriptor: Int32
    private let size: Int
    private static let digitCount = 2 * ObjectID.byteCount
    /// More bytes than a line has.
    private static let longestLine = 2048
    /// How many bytes are read rather than halved.
    private static let shortPart = 2 * longestLine

    /// Opens the file that the stamp is of.
    init?(_ path: [CChar], stamp: FileStamp) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return nil }
        var status = stat()
        let isTheOne = fstat(descriptor, &status) == 0 && FileStamp(status) == stamp
        self.descriptor = descriptor
        size = stamp.size
        let header = isTheOne ? Self.read(descriptor, at: 0, count: min(256, size)) : nil
        let line = header?.prefix { $0 != UInt8(ascii: "\n") } ?? []
        // The destructor closes the file.
        guard String(decoding: line, as: UTF8.self).split(separator: " ").contains("sorted") else { return nil }
    }

    deinit { close(descriptor) }

    /// The lines whose names start with these bytes; `nil` where the file is not what it was.
    func lines(startingWith prefix: [UInt8]) -> [(name: [UInt8], id: ObjectID)]? {
        guard var position = start(of: prefix) else { return nil }
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
    func object(of name: [UInt8]) -> ObjectID? { objects(of: [name])?.first }

    /// The objects of refs, as ``object(of:)`` gives each: what is read on the way to one serves the others too.
    func objects(of names: [[UInt8]]) -> [ObjectID]? {
        let order = names.indices.sorted { names[$0].lexicographicallyPrecedes(names[$1]) }
        var ids = [ObjectID](repeating: .zero, count: names.count)
        return find(order[...], of: names, from: 0, to: size, &ids) ? ids : nil
    }

    /// Finds refs whose lines start within a part of the file, at the start of which a line starts.
    /// - Parameter wanted: the positions of the names, ordered by these.
    /// - Returns: whether the file is what it was.
    private func find(
        _ wanted: ArraySlice<Int>, of names: [[UInt8]], from low: Int, to high: Int, _ ids: inout [ObjectID]
    ) -> Bool {
        if wanted.isEmpty { return true }
        if high - low > Self.shortPart {
            let middle = low + (high - low) / 2
            let next = firstLine(from: middle) { name in
                wanted.firstIndex { Self.compare(names[$0], name) >= 0 } ?? wanted.endIndex
            }
            switch next {
            case .line(let start, let border):
                return find(wanted[..<border], of: names, from: low, to: middle, &ids)
                    && find(wanted[border...], of: names, from: start, to: high, &ids)
            case .farAway: break
            case nil: return false
            }
        }
        // The line behind the part may be one of them, and it starts behind a line that began before.
        return withBytes(at: low, count: high - low + 2 * Self.longestLine) { bytes in
            var (position, rest) = (0, wanted)
            while let end = Self.end(of: bytes, at: position) {
                if ![UInt8(ascii: "^"), UInt8(ascii: "#")].contains(bytes[position]) {
                    guard let line = Self.line(bytes, at: position) else { return nil }
                    while let next = rest.first, case let order = Self.compare(names[next], line.name), order <= 0 {
                        if order == 0 { ids[next] = line.id }
                        rest.removeFirst()
                    }
                    if rest.isEmpty { return true }
                }
                position = end + 1
            }
            return low + position == size
        } ?? false
    }

    /// Where a line starts that is not behind the first ref whose name is not before this one; `nil` where the file is not
    /// what it was.
    private func start(of name: [UInt8]) -> Int? {
        var (low, high) = (0, size)
        while high - low > Self.shortPart {
            let middle = low + (high - low) / 2
            switch firstLine(from: middle, { Self.compare(name, $0) < 0 }) {
            case .line(_, true): high = middle
            case .line(let start, false): low = start
            case .farAway: return low
            case nil: return nil
            }
        }
        return low
    }

    /// The first line behind a position that is whole and names a ref.
    private enum NextLine<Value> {
        case line(start: Int, Value)
        /// There is none near.
        case farAway
    }

    /// Finds the first line behind a position; `nil` where the file is not what it was.
    /// - Parameter body: gets the ref's name.
    private func firstLine<Value>(
        from position: Int, _ body: (UnsafeRawBufferPointer) -> Value
    ) -> NextLine<Value>? {
        withBytes(at: position, count: Self.longestLine) { bytes in
            var start = Self.end(of: bytes, at: 0).map { $0 + 1 }
            while let line = start, line < bytes.count, bytes[line] == UInt8(ascii: "^") {
                start = Self.end(of: bytes, at: line).map { $0 + 1 }
            }
            guard let start, Self.end(of: bytes, at: start) != nil else { return .farAway }
            return Self.line(bytes, at: start).map { .line(start: position + start, body($0.name)) }
        }
    }

    private static func compare(_ name: [UInt8], _ other: UnsafeRawBufferPointer) -> Int {
        name.withUnsafeBytes { $0.compareBytes(with: other) }
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
