public import GitTypes
import Glibc

/// The files that hold a repository's refs. Nothing here needs libgit2, which takes longer to load than they take to look
/// at.
public struct ReferenceFiles: Sendable {
    /// The folder that holds `refs` and `packed-refs`.
    private let root: [UInt8]
    private static let operation = "list the tags"

    /// - Parameter commonDirectory: ``Repository/commonDirectory``.
    public init(commonDirectory: String) {
        self.init(root: Array(commonDirectory.utf8))
    }

    init(root: [UInt8]) {
        self.root = root
    }

    /// A tag's ref in a file of its own.
    public struct Loose: Hashable, Sendable {
        /// The name below `refs/tags/`, which need not be UTF-8.
        public let bytes: [UInt8]
        /// What the file holds.
        public let value: Value

        /// The name.
        public var name: TagName { bytes.withUnsafeBytes { TagName(shortName: $0) } }

        /// What a file holds.
        public enum Value: Hashable, Sendable {
            /// The id of an object.
            case id(ObjectID)
            /// The full name of another ref.
            case symbolic(String)
            /// A clause that says what is wrong with it.
            case damaged(String)
        }

        /// Names a ref.
        public init(bytes: [UInt8], value: Value) {
            self.bytes = bytes
            self.value = value
        }
    }

    /// The tags with files of their own, ordered by the bytes of their names. To be read before ``packedStamp()`` and
    /// ``packedBytes()``: `git pack-refs` removes such a file only after `packed-refs` has the ref.
    /// - Throws: ``GitError`` where a folder or a file cannot be read.
    public func looseTags() throws(GitError) -> [Loose] {
        let entries = try LooseReferences.read(below: "refs/tags".utf8, root: root, operation: Self.operation).entries
        return entries.map { entry in
            let value: Loose.Value =
                switch entry.value {
                case .id(let id): .id(id)
                case .symbolic(let target): .symbolic(String(lossless: target))
                case .damaged(let problem): .damaged(problem)
                }
            return Loose(bytes: Array(entry.name.dropFirst(RefName.tagPrefix.utf8.count)), value: value)
        }
    }

    /// What tells this `packed-refs` from another; `nil` where there is none.
    public func packedStamp() -> FileStamp? { FileStamp(path) }

    /// The whole of `packed-refs`; `nil` where there is none.
    /// - Throws: ``GitError`` where it cannot be read.
    public func packedBytes() throws(GitError) -> [UInt8]? { try FileBytes.read(path, operation: Self.operation) }

    /// The tags that are there if these are the files.
    /// - Parameters:
    ///   - loose: what ``looseTags()`` gave; a symbolic one is left out.
    ///   - bytes: what ``packedBytes()`` gave.
    /// - Throws: ``GitError`` of kind ``GitError/Kind/damaged(what:)``, with the number of the line.
    public static func list(_ loose: [Loose], packed bytes: [UInt8]?) throws(GitError) -> TagList {
        let packed = try PackedReferences.parse(bytes ?? [], prefix: RefName.tagPrefix.utf8, operation: operation)
        return TagListMerge(loose: loose.compactMap(LooseReferences.Entry.init), packed: packed).list { _ in nil }
    }

    /// The packed tags whose names start with these bytes, found by halving.
    /// - Parameters:
    ///   - start: what the names below `refs/tags/` start with.
    ///   - stamp: of the `packed-refs` whose every line was checked before.
    /// - Returns: `nil` where it is another file by now, or one that is not sorted.
    public func packed(startingWith start: [UInt8], in stamp: FileStamp?) -> [TagReference]? {
        guard let stamp else { return packedStamp() == nil ? [] : nil }
        guard let file = SortedPackedReferences(path, stamp: stamp) else { return nil }
        return file.lines(startingWith: Array(RefName.tagPrefix.utf8) + start)?.map { line in
            let name = line.name.withUnsafeBytes {
                TagName(shortName: UnsafeRawBufferPointer(rebasing: $0[RefName.tagPrefix.utf8.count...]))
            }
            return TagReference(name: name, id: line.id)
        }
    }

    /// What HEAD stands for, where that is plain to see.
    public enum Head: Hashable, Sendable {
        /// A commit.
        case commit(ObjectID)
        /// A branch without a commit.
        case unborn
    }

    /// What HEAD stands for, in a repository with one worktree; `nil` where libgit2 has to be asked.
    public func head() -> Head? {
        switch value(of: Array("HEAD".utf8)) {
        case .id(let id): return .commit(id)
        case .symbolic(let branch):
            switch value(of: branch) {
            case .id(let id): return .commit(id)
            case .symbolic, .damaged: return nil
            case nil: break
            }
            guard let stamp = packedStamp() else { return .unborn }
            guard let lines = SortedPackedReferences(path, stamp: stamp)?.lines(startingWith: branch) else {
                return nil
            }
            return lines.first { $0.name == branch }.map { .commit($0.id) } ?? .unborn
        case .damaged, nil: return nil
        }
    }

    /// What the file of a ref holds; `nil` where there is none.
    private func value(of name: [UInt8]) -> LooseReferences.Value? {
        do throws(GitError) {
            return try LooseReferences.value(of: name, root: root, operation: Self.operation)
        } catch {
            return .damaged(error.message)
        }
    }

    /// What tells the repository's configuration from another; `nil` where there is none, or where it includes files, which
    /// may change without it.
    public func configurationStamp() -> FileStamp? {
        let path = (root + "/config\0".utf8).map { CChar(bitPattern: $0) }
        let stamp = FileStamp(path)
        guard let bytes = try? FileBytes.read(path, operation: "read the configuration") else { return nil }
        let sections = bytes.split(separator: UInt8(ascii: "[")).dropFirst(bytes.first == UInt8(ascii: "[") ? 0 : 1)
        let includes = sections.contains { section in
            String(decoding: section.drop { $0 == 0x20 || $0 == 0x09 }.prefix(7), as: UTF8.self).lowercased()
                == "include"
        }
        return includes ? nil : stamp
    }

    private var path: [CChar] { (root + "/packed-refs\0".utf8).map { CChar(bitPattern: $0) } }
}

extension LooseReferences.Entry {
    fileprivate init?(_ loose: ReferenceFiles.Loose) {
        let name = RefName.tagPrefix.utf8 + loose.bytes
        switch loose.value {
        case .id(let id): self.init(name: name, value: .id(id))
        case .damaged(let problem): self.init(name: name, value: .damaged(problem))
        case .symbolic: return nil
        }
    }
}

/// A `packed-refs` whose header says that it is sorted, read in places.
private final class SortedPackedReferences {
    private let descriptor: Int32
    private let size: Int
    private static let digitCount = 2 * ObjectID.byteCount

    /// Opens the file that the stamp is of.
    init?(_ path: [CChar], stamp: FileStamp) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return nil }
        var status = stat()
        let isTheOne = fstat(descriptor, &status) == 0 && FileStamp(status) == stamp
        self.descriptor = descriptor
        self.size = stamp.size
        let header = isTheOne ? Self.read(descriptor, at: 0, count: min(256, stamp.size)) : nil
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
                    guard let reference = Self.parse(line) else { return nil }
                    found.append(reference)
                } else if prefix.lexicographicallyPrecedes(name) {
                    return found
                }
            }
            if position >= size { return start == chunk.count ? found : nil }
            chunk.removeFirst(start)
        }
    }

    /// Where a line starts that is not after the first one with the prefix, and not far before it.
    private func start(of prefix: [UInt8]) -> Int? {
        var (low, high) = (0, size)
        while high - low > 8192 {
            let middle = low + (high - low) / 2
            guard let bytes = Self.read(descriptor, at: middle, count: min(2048, size - middle)) else { return nil }
            // The first whole line that names a ref.
            var start = bytes.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
            while let line = start, line < bytes.count, bytes[line] == UInt8(ascii: "^") {
                start = bytes[line...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
            }
            guard let line = start, let end = bytes[line...].firstIndex(of: UInt8(ascii: "\n")) else { break }
            guard let (name, _) = Self.parse(bytes[line..<end]) else { return nil }
            if name.lexicographicallyPrecedes(prefix) { low = middle + line } else { high = middle }
        }
        return low
    }

    private static func parse(_ line: ArraySlice<UInt8>) -> (name: [UInt8], id: ObjectID)? {
        guard line.count > digitCount + 1, line[line.startIndex + digitCount] == UInt8(ascii: " "),
            let id = ObjectID(hexadecimal: line.prefix(digitCount)), id != .zero
        else { return nil }
        let name = Array(line.dropFirst(digitCount + 1))
        return name.withUnsafeBytes { ReferenceName.isValid($0) } ? (name, id) : nil
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
