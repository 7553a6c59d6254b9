import GitTypes
import Glibc

/// The refs of one folder that lie in files of their own.
struct LooseReferences {
    /// What a ref's file holds.
    enum Value: Hashable {
        case id(ObjectID)
        /// Another ref's full name.
        case symbolic([UInt8])
        /// A clause that says what is wrong with it.
        case damaged(String)
    }

    /// A ref by its full name.
    struct Entry {
        let name: [UInt8]
        let value: Value
    }

    /// The refs, ordered by the bytes of their names.
    private(set) var entries: [Entry] = []

    private let root: [UInt8]
    private let operation: String

    /// Git has no limit, but a symbolic link to a folder above would never end.
    private static let depthLimit = 64

    /// Reads every ref below a folder.
    /// - Parameters:
    ///   - folder: `refs/tags`, without a slash at the end.
    ///   - root: the folder that holds `refs`.
    /// - Throws: ``GitError`` where a folder or file cannot be read; one that is gone meanwhile is left out, since
    ///   `packed-refs`, which is read after this, has the ref if it still is one.
    static func read(
        below folder: some Collection<UInt8>, root: [UInt8], operation: String
    ) throws(GitError) -> LooseReferences {
        var references = LooseReferences(root: root, operation: operation)
        try references.walk(Array(folder), depth: 0)
        references.entries.sort { $0.name.lexicographicallyPrecedes($1.name) }
        return references
    }

    /// Reads one ref; `nil` where it has no file.
    /// - Throws: ``GitError`` where the file cannot be read.
    static func value(
        of name: some Collection<UInt8>, root: [UInt8], operation: String
    ) throws(GitError) -> Value? {
        try LooseReferences(root: root, operation: operation).value(of: Array(name))
    }

    private init(root: [UInt8], operation: String) {
        self.root = root
        self.operation = operation
    }

    private func path(_ name: [UInt8]) -> [CChar] {
        (root + [UInt8(ascii: "/")] + name + [0]).map { CChar(bitPattern: $0) }
    }

    private mutating func walk(_ folder: [UInt8], depth: Int) throws(GitError) {
        guard let directory = opendir(path(folder)) else {
            if errno == ENOENT || errno == ENOTDIR { return }
            throw GitError(errno: errno, operation: operation, path: String(lossless: folder))
        }
        defer { closedir(directory) }
        let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 19
        while true {
            errno = 0
            guard let entry = readdir(directory) else {
                if errno == 0 { return }
                throw GitError(errno: errno, operation: operation, path: String(lossless: folder))
            }
            let start = UnsafeRawPointer(entry) + nameOffset
            let part = UnsafeRawBufferPointer(start: start, count: strlen(start.assumingMemoryBound(to: CChar.self)))
            // Git passes over these two as well: they are never refs.
            if part.first == UInt8(ascii: ".") || part.suffix(5).elementsEqual(".lock".utf8) { continue }
            let name = folder + [UInt8(ascii: "/")] + part
            if isFolder(name, type: Int(entry.pointee.d_type)) {
                if depth < Self.depthLimit { try walk(name, depth: depth + 1) }
            } else if let value = try value(of: name) {
                entries.append(Entry(name: name, value: value))
            }
        }
    }

    private func isFolder(_ name: [UInt8], type: Int) -> Bool {
        if type == Int(DT_DIR) { return true }
        if type == Int(DT_REG) { return false }
        var status = stat()
        return stat(path(name), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private func value(of name: [UInt8]) throws(GitError) -> Value? {
        guard let bytes = try FileBytes.read(path(name), operation: operation) else { return nil }
        let isValid = name.withUnsafeBytes { ReferenceName.isValid($0) }
        return isValid ? Self.parse(bytes) : .damaged("its name is not allowed")
    }

    /// Reads `ref: NAME` or an id, then white space, as git's `parse_loose_ref_contents` does.
    private static func parse(_ bytes: [UInt8]) -> Value {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        if bytes.isEmpty { return .damaged("its file is empty") }
        if bytes.starts(with: "ref:".utf8) {
            let target = bytes.dropFirst(4).drop(while: isSpace).prefix { !isSpace($0) }
            let isValid = Array(target).withUnsafeBytes { ReferenceName.isValid($0) }
            return isValid ? .symbolic(Array(target)) : .damaged("it points to no ref name")
        }
        let digits = 2 * ObjectID.byteCount
        guard let id = ObjectID(hexadecimal: bytes.prefix(digits)), bytes.count == digits || isSpace(bytes[digits])
        else {
            return .damaged("its file holds no object id")
        }
        return id == .zero ? .damaged("its value is the zero id") : .id(id)
    }
}
