import CLibSQLite

/// What an index file must consist of, to the byte.
enum IndexSchema {
    /// The version of what is in the file; another one has another number.
    static let version: Int64 = 2

    private static let objects: [StaticString] = [
        "CREATE TABLE head(key INTEGER PRIMARY KEY, generation INTEGER NOT NULL, checksum INTEGER NOT NULL, data BLOB NOT NULL)",
        "CREATE TABLE current(key INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, data BLOB NOT NULL)",
        "CREATE TABLE records(key INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, data BLOB NOT NULL)",
        "CREATE TABLE files(key INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, data BLOB NOT NULL)",
        "CREATE TABLE recent(key INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, data BLOB NOT NULL)",
    ]

    /// Holds the file's schema against ours.
    /// - Parameter mayMake: Whether an empty file is filled.
    /// - Throws: ``IndexDamage`` where it is another one.
    static func check(_ connection: SQLiteConnection, orMake mayMake: Bool) throws(IndexDamage) {
        // In one transaction: another process may be making the file, and half of that is another schema.
        try connection.run("BEGIN")
        let found = try state(connection)
        try connection.run("COMMIT")
        if found == .empty, mayMake {
            try make(connection)
        } else if found != .ours {
            throw IndexDamage()
        }
    }

    private enum State { case empty, ours, foreign }

    private static func state(_ connection: SQLiteConnection) throws(IndexDamage) -> State {
        let version = try connection.integer("PRAGMA user_version")
        let statement = try SQLiteStatement(connection.handle, "SELECT sql FROM sqlite_master")
        var count = 0
        while try statement.step() {
            guard count < objects.count, try statement.bytes(0, type: SQLITE_TEXT) == bytes(of: objects[count]) else {
                return .foreign
            }
            count += 1
        }
        if count == 0, version == 0 { return .empty }
        return count == objects.count && version == Self.version ? .ours : .foreign
    }

    private static func make(_ connection: SQLiteConnection) throws(IndexDamage) {
        // A value of 1 MB is read two to five times as fast as from pages of 4096 bytes, a short one as fast.
        try connection.run("PRAGMA page_size = 8192")
        try connection.run("PRAGMA synchronous = OFF")
        // Of several processes that make the file at once some are refused here, and go without an index this time.
        try connection.run("PRAGMA journal_mode = WAL")
        do throws(IndexDamage) {
            try connection.run("BEGIN IMMEDIATE")
            // Another process may have been quicker.
            switch try state(connection) {
            case .ours: break
            case .foreign: throw IndexDamage()
            case .empty:
                for object in objects { try connection.run(object) }
                try connection.run("PRAGMA user_version = 2")
            }
            try connection.run("COMMIT")
        } catch {
            connection.rollBack()
            throw error
        }
        connection.emptyLog()
    }

    private static func bytes(of text: StaticString) -> [UInt8] { text.withUTF8Buffer { [UInt8]($0) } }
}
