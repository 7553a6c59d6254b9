public import GitTypes

/// What some files of one commit hold: a value of ``IndexTable/files``.
public struct IndexedFiles: Sendable {
    /// The commit.
    public let commit: ObjectID
    /// The bytes by path; `nil` for a path where there is no file.
    public let files: [String: [UInt8]?]

    /// Puts together what is kept.
    public init(commit: ObjectID, files: [String: [UInt8]?]) {
        self.commit = commit
        self.files = files
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
            var files: [String: [UInt8]?] = [:]
            for _ in 0..<(try decoder.count(ofSize: 2)) {
                let path = try decoder.text()
                files.updateValue(try decoder.byte() == 0 ? nil : Array(try decoder.content()), forKey: path)
            }
            return IndexedFiles(commit: commit, files: files)
        }
    }
}
