import CLibSQLite
import Glibc

/// One open index file: a few tables of values, kept in SQLite, that can be thrown away at any time.
///
/// Whatever is wrong with the file, with the disk or with the library, the answer is `nil` or `false`: never an error, and
/// never a value that was not written. It is used by one thread at a time; any number of processes may have the file open.
public final class IndexFile {
    private let connection: SQLiteConnection
    private let place: IndexPlace
    private let identity: IndexPlace.Identity
    /// Whether the log was left with something in it that is worth being copied into the file.
    private var hasLog: Bool
    private var isReadyToWrite = false
    /// Whether a body is running: SQLite has no transaction within another one.
    private var isInUse = false

    /// Whether something in the file was found to be wrong, so that it is better made again: a damaged page that nothing is
    /// read from any more can still be in the way of every writer.
    public private(set) var isDamaged = false

    /// A log of so many bytes is read through in well under a millisecond by whoever opens the file first.
    private static let shortLog: Int64 = 256 << 10

    /// Opens an index file of this user.
    ///
    /// What is no regular file, or somebody else's, is left alone. A file of ours that is damaged or of another version is
    /// replaced where one may be made.
    /// - Parameters:
    ///   - path: Where it is. Its folder is not made.
    ///   - creates: Whether it is made where there is none.
    public convenience init?(path: String, creates: Bool) {
        guard let place = IndexPlace(path: path) else { return nil }
        var mayReplace = creates
        while true {
            guard let identity = place.identity(orMake: creates) else { return nil }
            do throws(IndexDamage) {
                guard let connection = try Self.open(place, identity, creates: creates) else { return nil }
                self.init(connection, place, identity)
                return
            } catch {
                guard mayReplace, error.isOfTheFile, place.remove(identity) else { return nil }
                mayReplace = false
            }
        }
    }

    /// - Returns: `nil` where another file lies there by now.
    private static func open(
        _ place: IndexPlace, _ identity: IndexPlace.Identity, creates: Bool
    ) throws(IndexDamage) -> SQLiteConnection? {
        guard let lock = place.lock() else { return nil }
        let connection = try SQLiteConnection(path: place.path, lock: lock)
        try IndexSchema.check(connection, orMake: creates)
        return place.identity(orMake: false) == identity ? connection : nil
    }

    private init(_ connection: SQLiteConnection, _ place: IndexPlace, _ identity: IndexPlace.Identity) {
        self.connection = connection
        self.place = place
        self.identity = identity
        hasLog = place.logSize > Self.shortLog
    }

    deinit {
        // Somebody was in the way when the log was to be emptied.
        if hasLog, isInPlace { connection.emptyLog() }
    }

    /// Runs the body on one consistent state, whatever is written meanwhile.
    /// - Parameter body: What is to be done. It cannot call this file's own `read` and `write`.
    /// - Returns: What the body returns; `nil` where anything went wrong.
    public func read<Value>(_ body: (IndexReading) throws(IndexDamage) -> Value?) -> Value? {
        guard !isInUse else { return nil }
        isInUse = true
        defer { isInUse = false }
        do throws(IndexDamage) {
            _ = try connection.statement("BEGIN").step()
            let reading = try IndexReading(connection)
            let value = try body(reading)
            try reading.end()
            _ = try connection.statement("COMMIT").step()
            return value
        } catch {
            note(error)
            return nil
        }
    }

    /// Changes the file: all that the body does is there afterwards, or nothing.
    /// - Parameters:
    ///   - generation: The generation that was read. Where it is another one by now, nothing is written.
    ///   - body: What is to be done. A body that does not set the head leaves the generation as it is.
    /// - Returns: Whether it was done.
    public func write(expecting generation: Int64, _ body: (IndexWriting) throws(IndexDamage) -> Void) -> Bool {
        guard !isInUse else { return false }
        isInUse = true
        defer { isInUse = false }
        do throws(IndexDamage) {
            try prepareToWrite()
            _ = try connection.statement("BEGIN IMMEDIATE").step()
            // Where the file was replaced, nobody would see what is written.
            guard isInPlace else { throw IndexDamage(SQLITE_BUSY) }
            let writing = try IndexWriting(connection)
            guard writing.generation == generation else { throw IndexDamage(SQLITE_BUSY) }
            try body(writing)
            try writing.end()
            _ = try connection.statement("COMMIT").step()
        } catch {
            note(error)
            return false
        }
        hasLog = !connection.emptyLog()
        return true
    }

    /// Deletes an index file of this user with what belongs to it, unless anybody has it open, this process included; what is
    /// no regular file is left alone.
    public static func remove(path: String) {
        guard let place = IndexPlace(path: path), let identity = place.identity(orMake: false) else { return }
        _ = place.remove(identity)
    }

    private func note(_ error: IndexDamage) {
        if error.isOfTheFile { isDamaged = true }
        connection.rollBack()
    }

    private var isInPlace: Bool { place.identity(orMake: false) == identity }

    private func prepareToWrite() throws(IndexDamage) {
        guard !isReadyToWrite else { return }
        // What a power cut leaves is found by the sums, and can be made again.
        try connection.run("PRAGMA synchronous = OFF")
        try connection.run("PRAGMA temp_store = MEMORY")
        isReadyToWrite = true
    }
}
