import RegistryIndex

extension TagIndex {
    private static let key: Int64 = 1
    /// The most bytes of files that are kept.
    private static let limit = 256 << 10

    /// Keeps what the files of HEAD hold.
    func remember(_ files: IndexedFiles) {
        guard files.files.values.reduce(0, { $0 + ($1?.count ?? 0) }) <= Self.limit else { return }
        var generation: Int64 = 0
        let known = file?.read { reading throws(IndexDamage) -> IndexedFiles? in
            generation = reading.generation
            return try Self.headFiles(reading)
        }
        if known == files { return }
        _ = file?.write(expecting: generation) { writing throws(IndexDamage) in
            try writing.set(.files, Self.key, files.encoded)
        }
    }

    /// What is known of the files of HEAD, or of what was HEAD once.
    static func headFiles(_ reading: IndexReading) throws(IndexDamage) -> IndexedFiles? {
        guard let value = try reading.value(.files, key) else { return nil }
        return try IndexedFiles(decoding: value.bytes)
    }
}
