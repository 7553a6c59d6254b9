import CLibSQLite

/// A prepared statement. Every answer of SQLite that is not the expected one is damage.
final class SQLiteStatement {
    private let handle: OpaquePointer

    init(_ connection: OpaquePointer, _ text: StaticString) throws(IndexDamage) {
        var made: OpaquePointer?
        let begin = UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
        let code = sqlite3_prepare_v3(
            connection, begin, Int32(text.utf8CodeUnitCount), UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
        guard code == SQLITE_OK, let made else { throw IndexDamage(code) }
        handle = made
    }

    deinit { sqlite3_finalize(handle) }

    /// Begins anew with other values, from the first parameter on.
    func bind(_ values: Int64...) throws(IndexDamage) {
        sqlite3_reset(handle)
        for (position, value) in values.enumerated() {
            try check(sqlite3_bind_int64(handle, Int32(position + 1), value))
        }
    }

    /// Runs to the first or next row.
    /// - Returns: Whether there is one.
    func step() throws(IndexDamage) -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        sqlite3_reset(handle)
        guard code == SQLITE_DONE else { throw IndexDamage(code) }
        return false
    }

    /// Runs a statement that has no rows, with bytes as its last parameter.
    func run(lastly bytes: [UInt8], at position: Int32) throws(IndexDamage) {
        let code = bytes.withUnsafeBytes { bytes in
            // Without an address SQLite would write NULL. The bytes are not kept: they are unbound again below.
            let begin = bytes.baseAddress ?? UnsafeRawPointer(handle)
            let code = sqlite3_bind_blob(handle, position, begin, Int32(bytes.count), nil)
            return code == SQLITE_OK ? sqlite3_step(handle) : code
        }
        reset()
        sqlite3_bind_null(handle, position)
        guard code == SQLITE_DONE else { throw IndexDamage(code) }
    }

    /// Ends a run, so that the statement holds nothing.
    func reset() { sqlite3_reset(handle) }

    func integer(_ column: Int32) throws(IndexDamage) -> Int64 {
        guard sqlite3_column_type(handle, column) == SQLITE_INTEGER else { throw IndexDamage() }
        return sqlite3_column_int64(handle, column)
    }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// The bytes of a column of the type, `SQLITE_BLOB` or `SQLITE_TEXT`.
    func bytes(_ column: Int32, type: Int32 = SQLITE_BLOB) throws(IndexDamage) -> [UInt8] {
        guard sqlite3_column_type(handle, column) == type else { throw IndexDamage() }
        let begin = sqlite3_column_blob(handle, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        guard count > 0 else { return [] }
        // No address where there should be one is want of memory.
        guard let begin else { throw IndexDamage() }
        return [UInt8](UnsafeRawBufferPointer(start: begin, count: count))
    }

    private func check(_ code: Int32) throws(IndexDamage) {
        guard code == SQLITE_OK else { throw IndexDamage(code) }
    }
}
