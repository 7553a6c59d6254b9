import GitTypes
import RegistryCore
import RegistryIndex

/// What some files of one commit hold. Content never changes for a commit, so it can be kept.
struct HeadFiles: Equatable {
    let commit: ObjectID
    /// The bytes by path; `nil` for a path where there is no file.
    private(set) var files: [String: [UInt8]?] = [:]

    /// The most bytes that are kept.
    static let limit = 256 << 10

    init(commit: ObjectID) {
        self.commit = commit
    }

    mutating func add(_ path: String, _ bytes: [UInt8]?) {
        files.updateValue(bytes, forKey: path)
    }
}

extension TagIndex {
    private static let key: Int64 = 1

    /// Keeps what the files of HEAD hold.
    func remember(_ files: HeadFiles) {
        guard files.files.values.reduce(0, { $0 + ($1?.count ?? 0) }) <= HeadFiles.limit else { return }
        var generation: Int64 = 0
        let known = file?.read { reading throws(IndexDamage) -> HeadFiles? in
            generation = reading.generation
            return try Self.headFiles(reading)
        }
        if known == files { return }
        let content = IndexedFiles(commit: files.commit, files: files.files).encoded
        _ = file?.write(expecting: generation) { writing throws(IndexDamage) in
            try writing.set(.files, Self.key, content)
        }
    }

    /// What is known of the files of a commit.
    static func headFiles(_ reading: IndexReading) throws(IndexDamage) -> HeadFiles? {
        guard let value = try reading.value(.files, key) else { return nil }
        let indexed = try IndexedFiles(decoding: value.bytes)
        var files = HeadFiles(commit: indexed.commit)
        for (path, bytes) in indexed.files { files.add(path, bytes) }
        return files
    }
}
