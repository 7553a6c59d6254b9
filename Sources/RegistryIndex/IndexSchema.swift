import CLibSQLite
import Glibc

/// What an index file must consist of, to the byte.
enum IndexSchema {
    /// The version of what is in the file; another one has another number.
    static let version: Int64 = 1

    private static let objects: [StaticString] = [
        "CREATE TABLE head(key INTEGER PRIMARY KEY, generation INTEGER NOT NULL, checksum INTEGER NOT NULL, data BLOB NOT NULL)",
        "CREATE TABLE current(key INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, data BLOB NOT NULL)",
        "CREATE TABLE records(key INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, data BLOB NOT NULL)",
        "CREATE TABLE files(key INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, data BLOB NOT NULL)",
    ]

    /// Holds the file's schema against ours.
    /// - Parameter mayMake: Whether an empty file is filled.
    /// - Throws: ``IndexDamage`` where it is another one.
    static func check(_ connection: SQLiteConnection, orMake mayMake: Bool) throws(IndexDamage) {
        let found = try state(connection)
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
        try connection.run("PRAGMA page_size = 4096")
        try connection.run("PRAGMA synchronous = OFF")
        try turnOnLog(connection)
        do throws(IndexDamage) {
            try connection.run("BEGIN IMMEDIATE")
            // Another process may have been quicker.
            switch try state(connection) {
            case .ours: break
            case .foreign: throw IndexDamage()
            case .empty:
                for object in objects { try connection.run(object) }
                try connection.run("PRAGMA user_version = 1")
            }
            try connection.run("COMMIT")
        } catch {
            connection.rollBack()
            throw error
        }
        connection.emptyLog()
    }

    /// SQLite waits for nobody here, so it is asked again where several processes make the file at once.
    private static func turnOnLog(_ connection: SQLiteConnection) throws(IndexDamage) {
        var attempts = SQLiteConnection.patience
        while true {
            do throws(IndexDamage) {
                return try connection.run("PRAGMA journal_mode = WAL")
            } catch {
                guard error.code & 0xFF == SQLITE_BUSY, attempts > 0 else { throw error }
                attempts -= 1
                usleep(1000)
            }
        }
    }

    private static func bytes(of text: StaticString) -> [UInt8] { text.withUTF8Buffer { [UInt8]($0) } }
}
