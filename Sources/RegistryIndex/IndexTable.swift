/// One of the tables of an index file: values by a number. What is in them is for whoever uses the file to say.
public enum IndexTable: Int, CaseIterable, Sendable {
    /// What holds now.
    case current
    /// What was read of tags.
    case records
    /// What was read of files.
    case files
    /// What was read of tags since ``records`` was written.
    case recent

    /// What the sum of a value depends on besides its bytes, so that a value that is found under another key is damage.
    func seed(_ key: Int64) -> UInt64 {
        var place = (UInt64(bitPattern: key), UInt64(rawValue + 1))
        return withUnsafeBytes(of: &place) { checksum(of: $0, seed: 0) }
    }
}
