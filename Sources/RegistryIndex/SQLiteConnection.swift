import CLibSQLite

/// An open SQLite database. It is used by one thread at a time.
final class SQLiteConnection {
    let handle: OpaquePointer
    /// Held for as long as the file is open.
    private let lock: FolderLock?
    /// What was prepared, each once: the text of a statement is a constant of the program, so its address names it.
    private var statements: [UnsafeRawPointer: SQLiteStatement] = [:]

    /// The longest value, in bytes. Whatever length a damaged file claims, no more is asked for.
    static let longestValue = 200 << 20

    /// How long SQLite waits for another process, in milliseconds.
    static let patience: Int32 = 100

    /// Opens a file that is there.
    init(path: String, lock: FolderLock? = nil) throws(IndexDamage) {
        self.lock = lock
        guard libsqlite3_failure() == nil else { throw IndexDamage(SQLITE_CANTOPEN) }
        var made: OpaquePointer?
        // Without SQLite's own locks: a connection is used by one thread at a time.
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW
        let code = sqlite3_open_v2(path, &made, flags, nil)
        guard code == SQLITE_OK, let made else {
            sqlite3_close(made)
            throw IndexDamage(code)
        }
        handle = made
        sqlite3_busy_timeout(handle, Self.patience)
        // The row's other columns come on top.
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Int32(Self.longestValue + 1024))
        // Nothing in the file is run, and SQL cannot be used to damage it.
        git_model_set_database_option(handle, SQLITE_DBCONFIG_DEFENSIVE, 1)
        git_model_set_database_option(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        git_model_set_database_option(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
        git_model_set_database_option(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0)
        // Who closes last neither copies the log into the file nor deletes it: the next one opens sooner, and whoever has
        // a file open that was replaced since does not delete the log of the new one. Writers empty the log.
        git_model_set_database_option(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        sqlite3_wal_autocheckpoint(handle, 0)
        // Each page's cells are looked at when it is read, and read it is: a file that is mapped can end a process.
        try run("PRAGMA cell_size_check = ON")
        try run("PRAGMA mmap_size = 0")
    }

    deinit {
        statements = [:]
        sqlite3_close(handle)
    }

    /// The prepared statement of a text.
    func statement(_ text: StaticString) throws(IndexDamage) -> SQLiteStatement {
        let name = UnsafeRawPointer(text.utf8Start)
        if let known = statements[name] { return known }
        let made = try SQLiteStatement(handle, text)
        statements[name] = made
        return made
    }

    /// Runs a statement once, to its end; its rows are passed over.
    func run(_ text: StaticString) throws(IndexDamage) {
        let statement = try SQLiteStatement(handle, text)
        while try statement.step() {}
    }

    /// The number that a statement answers.
    func integer(_ text: StaticString) throws(IndexDamage) -> Int64 {
        let statement = try SQLiteStatement(handle, text)
        guard try statement.step() else { throw IndexDamage() }
        return try statement.integer(0)
    }

    /// Undoes what a transaction did, if there is one.
    func rollBack() {
        guard sqlite3_get_autocommit(handle) == 0 else { return }
        try? run("ROLLBACK")
    }

    /// Copies the log into the file and empties it, where nobody is in the way.
    /// - Returns: Whether it is empty.
    @discardableResult func emptyLog() -> Bool {
        sqlite3_busy_timeout(handle, 0)
        defer { sqlite3_busy_timeout(handle, Self.patience) }
        return sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil) == SQLITE_OK
    }

    /// Reads a long value without a second copy of it in SQLite's memory.
    func blob(_ table: StaticString, key: Int64, count: Int64) throws(IndexDamage) -> [UInt8] {
        let pages = try integer("PRAGMA page_count")
        let size = try integer("PRAGMA page_size")
        guard count <= Self.longestValue, count <= pages * size else { throw IndexDamage() }
        var blob: OpaquePointer?
        let name = UnsafeRawPointer(table.utf8Start).assumingMemoryBound(to: CChar.self)
        let code = sqlite3_blob_open(handle, "main", name, "data", key, 0, &blob)
        defer { sqlite3_blob_close(blob) }
        guard code == SQLITE_OK, let blob, sqlite3_blob_bytes(blob) == Int32(count) else { throw IndexDamage(code) }
        var answer = SQLITE_OK
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, filled in
            answer = sqlite3_blob_read(blob, buffer.baseAddress, Int32(count), 0)
            filled = answer == SQLITE_OK ? Int(count) : 0
        }
        guard answer == SQLITE_OK else { throw IndexDamage(answer) }
        return bytes
    }
}
