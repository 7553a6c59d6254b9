import CLibSQLite

/// Something in an index file is not what was written: a sum, a type or a length is wrong, or SQLite refused.
public struct IndexDamage: Error, Hashable {
    /// What SQLite answered; `SQLITE_CORRUPT` for what was found without it.
    let code: Int32

    /// Makes the error of somebody who cannot read a value that the file gave.
    public init() { code = SQLITE_CORRUPT }

    init(_ code: Int32) { self.code = code }

    /// Whether the file itself is wrong, and no other process, no disk and no lack of memory is what stands in the way.
    var isOfTheFile: Bool { [SQLITE_CORRUPT, SQLITE_NOTADB].contains(code & 0xFF) }
}
