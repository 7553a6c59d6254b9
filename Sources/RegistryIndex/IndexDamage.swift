import CLibSQLite

/// Something in an index file is not what was written: a sum, a type or a length is wrong, or SQLite refused.
public struct IndexDamage: Error, Hashable {
    /// What SQLite answered; `SQLITE_CORRUPT` for what was found without it.
    let code: Int32

    /// Makes the error of somebody who cannot read a value that the file gave.
    public init() { code = SQLITE_CORRUPT }

    init(_ code: Int32) { self.code = code }

    /// Whether the file itself is wrong, and no other process, no disk and no lack of memory is what stands in the way.
    ///
    /// One wrong bit in its first bytes makes a file that can only be read. Where that is because nothing may be written
    /// there, nothing can be deleted either. Another one makes a file of a format to come, which SQLite calls an error in
    /// the statement; ours have none.
    var isOfTheFile: Bool {
        [SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_READONLY, SQLITE_ERROR].contains(code & 0xFF)
    }
}
