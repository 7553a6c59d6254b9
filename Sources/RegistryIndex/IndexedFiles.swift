public import GitTypes

/// What some files of one commit hold: a value of ``IndexTable/files``. Content never changes for a commit.
public struct IndexedFiles: Hashable, Sendable {
    /// The commit.
    public let commit: ObjectID
    /// The bytes by path; `nil` for a path where there is no file.
    public private(set) var files: [String: [UInt8]?] = [:]

    /// Starts with no file.
    public init(commit: ObjectID) {
        self.commit = commit
    }

    /// Adds a file, or that there is none at a path.
    public mutating func add(_ path: String, _ bytes: [UInt8]?) {
        files.updateValue(bytes, forKey: path)
    }

    /// The bytes that the index keeps.
    public var encoded: [UInt8] {
        var encoder = ByteEncoder()
        encoder.add(raw: commit.bytes)
        encoder.add(files.count)
        for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
            encoder.add(path)
            encoder.add(byte: bytes == nil ? 0 : 1)
            if let bytes { encoder.add(bytes) }
        }
        return encoder.bytes
    }

    /// Reads what ``encoded`` wrote.
    /// - Throws: ``IndexDamage``.
    public init(decoding bytes: [UInt8]) throws(IndexDamage) {
        self = try bytes.decoding { decoder throws(IndexDamage) in
            guard let commit = ObjectID(bytes: try decoder.raw(ObjectID.byteCount)) else { throw IndexDamage() }
            var files = IndexedFiles(commit: commit)
            for _ in 0..<(try decoder.count(ofSize: 2)) {
                let path = try decoder.text()
                files.add(path, try decoder.byte() == 0 ? nil : Array(try decoder.content()))
            }
            return files
        }
    }
}
