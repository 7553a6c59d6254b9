public import GitTypes
import Glibc

/// The files that hold a repository's refs. Nothing here needs libgit2, which takes longer to load than they take to look
/// at.
public struct ReferenceFiles: Hashable, Sendable {
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
        public var name: TagName { bytes.withUnsafeBytes { TagName(bytes: $0) } }

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
                TagName(bytes: UnsafeRawBufferPointer(rebasing: $0[RefName.tagPrefix.utf8.count...]))
            }
            return TagReference(name: name, id: line.id)
        }
    }

    /// The objects of packed tags, found by halving.
    /// - Parameters:
    ///   - names: the names below `refs/tags/`.
    ///   - stamp: of the `packed-refs`. Unless its every line was checked before, one of an order of its own hides refs.
    /// - Returns: for each name its object, `nil` where the file has none; `nil` for all where it is another file by now, or
    ///   one that is not sorted.
    public func packed(named names: [[UInt8]], in stamp: FileStamp?) -> [ObjectID?]? {
        guard let stamp else { return packedStamp() == nil ? names.map { _ in nil } : nil }
        guard let file = SortedPackedReferences(path, stamp: stamp) else { return nil }
        return file.objects(of: names.map { Array(RefName.tagPrefix.utf8) + $0 })?.map { $0 == .zero ? nil : $0 }
    }

    /// The objects of tags, `nil` for each that is not there or damaged.
    public func objects(ofTags names: [TagName]) -> [ObjectID?] {
        let loose = names.map { value(of: Array(RefName($0).description.utf8)) }
        var found: [ObjectID?] = loose.map { if case .id(let id) = $0 { id } else { nil } }
        let rest = names.indices.filter { loose[$0] == nil }
        let packed = rest.map { Array(names[$0].description.utf8) }
        if let ids = self.packed(named: packed, in: packedStamp()) {
            for (position, id) in zip(rest, ids) { found[position] = id }
        } else if let bytes = try? packedBytes(), let list = try? Self.list([], packed: bytes) {
            let wanted = Set(rest.map { names[$0] })
            let ids: [TagName: ObjectID] = list.references.reduce(into: [:]) {
                if wanted.contains($1.name) { $0[$1.name] = $1.id }
            }
            for position in rest { found[position] = ids[names[position]] }
        }
        return found
    }

    /// The object that a ref holds: by a file of its own or, where that has none, by `packed-refs`. `nil` where there is no
    /// such ref, or where libgit2 has to be asked.
    public func object(of name: RefName) -> ObjectID? {
        switch value(of: Array(name.description.utf8)) {
        case .id(let id): return id
        case .symbolic, .damaged: return nil
        case nil: break
        }
        guard let stamp = packedStamp(),
            let packed = SortedPackedReferences(path, stamp: stamp)?.object(of: Array(name.description.utf8))
        else { return nil }
        return packed == .zero ? nil : packed
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
            guard let packed = SortedPackedReferences(path, stamp: stamp)?.object(of: branch) else { return nil }
            return packed == .zero ? .unborn : .commit(packed)
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
