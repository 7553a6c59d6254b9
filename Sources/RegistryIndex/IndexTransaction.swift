import CLibSQLite

/// One consistent state of an index file, as ``IndexFile/read(_:)`` and ``IndexFile/write(expecting:_:)`` give it to their
/// bodies. It ends with the body: whoever asks it later gets damage.
public class IndexReading {
    /// How often a head was written; 0 where none was.
    public let generation: Int64

    fileprivate let connection: SQLiteConnection
    private let written: [UInt8]?
    /// What went wrong first. It also ends a transaction whose body took no notice.
    private(set) var damage: IndexDamage?

    init(_ connection: SQLiteConnection) throws(IndexDamage) {
        self.connection = connection
        let statement = try connection.statement("SELECT generation, checksum, data FROM head WHERE key = 0")
        defer { statement.reset() }
        guard try statement.step() else {
            (generation, written) = (0, nil)
            return
        }
        generation = try statement.integer(0)
        let head = try statement.bytes(2)
        guard generation > 0, try statement.integer(1) == Self.sum(ofHead: head, generation) else {
            throw IndexDamage()
        }
        written = head
    }

    /// The one small value that everything else hangs on; `nil` where none was written yet.
    /// - Throws: ``IndexDamage``
    public func head() throws(IndexDamage) -> [UInt8]? {
        try attempt { () throws(IndexDamage) in written }
    }

    /// A value, held against its sum, and that sum; `nil` where there is none.
    /// - Throws: ``IndexDamage``
    public func value(
        _ table: IndexTable, _ key: Int64
    ) throws(IndexDamage) -> (bytes: [UInt8], checksum: UInt64)? {
        try attempt { () throws(IndexDamage) in
            let statement = try connection.statement(table.select)
            try statement.bind(key)
            defer { statement.reset() }
            guard try statement.step() else { return nil }
            let sum = UInt64(bitPattern: try statement.integer(0))
            // A long one is not taken along by the statement.
            let bytes =
                statement.isNull(2)
                ? try connection.blob(table.name, key: key, count: try statement.integer(1)) : try statement.bytes(2)
            guard sum == checksum(of: bytes, seed: table.seed(key)) else { throw IndexDamage() }
            return (bytes, sum)
        }
    }

    /// Ends the use of this state.
    /// - Throws: ``IndexDamage`` where anything went wrong before.
    func end() throws(IndexDamage) {
        if let damage { throw damage }
        damage = IndexDamage(SQLITE_MISUSE)
    }

    fileprivate func attempt<Value>(_ body: () throws(IndexDamage) -> Value) throws(IndexDamage) -> Value {
        if let damage { throw damage }
        do throws(IndexDamage) {
            return try body()
        } catch {
            damage = error
            throw error
        }
    }

    fileprivate static func sum(ofHead bytes: [UInt8], _ generation: Int64) -> Int64 {
        Int64(bitPattern: checksum(of: bytes, seed: UInt64(bitPattern: generation)))
    }
}

/// A state of an index file that is being changed.
public final class IndexWriting: IndexReading {
    private var newHead: [UInt8]?

    override public func head() throws(IndexDamage) -> [UInt8]? {
        let head = try super.head()
        return newHead ?? head
    }

    /// Writes the head. The generation is then one more than before, however often this is called.
    /// - Throws: ``IndexDamage``
    public func setHead(_ bytes: [UInt8]) throws(IndexDamage) {
        try attempt { () throws(IndexDamage) in
            guard bytes.count <= SQLiteConnection.longestValue, generation < .max else { throw IndexDamage() }
            let statement = try connection.statement("REPLACE INTO head VALUES (0, ?1, ?2, ?3)")
            try statement.bind(generation + 1, Self.sum(ofHead: bytes, generation + 1))
            try statement.run(lastly: bytes, at: 3)
            newHead = bytes
        }
    }

    /// Writes a value.
    /// - Returns: Its sum, as ``IndexReading/value(_:_:)`` will give it.
    /// - Throws: ``IndexDamage``
    @discardableResult
    public func set(_ table: IndexTable, _ key: Int64, _ bytes: [UInt8]) throws(IndexDamage) -> UInt64 {
        try attempt { () throws(IndexDamage) in
            guard bytes.count <= SQLiteConnection.longestValue else { throw IndexDamage() }
            let sum = checksum(of: bytes, seed: table.seed(key))
            let statement = try connection.statement(table.replace)
            try statement.bind(key, Int64(bitPattern: sum))
            try statement.run(lastly: bytes, at: 3)
            return sum
        }
    }

    /// Removes a value, if there is one.
    /// - Throws: ``IndexDamage``
    public func remove(_ table: IndexTable, _ key: Int64) throws(IndexDamage) {
        try attempt { () throws(IndexDamage) in
            let statement = try connection.statement(table.delete)
            try statement.bind(key)
            _ = try statement.step()
        }
    }

    /// Removes all values of a table.
    /// - Throws: ``IndexDamage``
    public func removeAll(_ table: IndexTable) throws(IndexDamage) {
        try attempt { () throws(IndexDamage) in _ = try connection.statement(table.deleteAll).step() }
    }
}

/// The statements, whole as they stand here: none is put together when the program runs.
extension IndexTable {
    var name: StaticString {
        switch self {
        case .current: "current"
        case .records: "records"
        case .files: "files"
        case .recent: "recent"
        }
    }

    fileprivate var select: StaticString {
        switch self {
        case .current:
            "SELECT checksum, length(data), CASE WHEN length(data) <= 65536 THEN data END FROM current WHERE key = ?1"
        case .records:
            "SELECT checksum, length(data), CASE WHEN length(data) <= 65536 THEN data END FROM records WHERE key = ?1"
        case .files:
            "SELECT checksum, length(data), CASE WHEN length(data) <= 65536 THEN data END FROM files WHERE key = ?1"
        case .recent:
            "SELECT checksum, length(data), CASE WHEN length(data) <= 65536 THEN data END FROM recent WHERE key = ?1"
        }
    }

    fileprivate var replace: StaticString {
        switch self {
        case .current: "REPLACE INTO current VALUES (?1, ?2, ?3)"
        case .records: "REPLACE INTO records VALUES (?1, ?2, ?3)"
        case .files: "REPLACE INTO files VALUES (?1, ?2, ?3)"
        case .recent: "REPLACE INTO recent VALUES (?1, ?2, ?3)"
        }
    }

    fileprivate var delete: StaticString {
        switch self {
        case .current: "DELETE FROM current WHERE key = ?1"
        case .records: "DELETE FROM records WHERE key = ?1"
        case .files: "DELETE FROM files WHERE key = ?1"
        case .recent: "DELETE FROM recent WHERE key = ?1"
        }
    }

    fileprivate var deleteAll: StaticString {
        switch self {
        case .current: "DELETE FROM current"
        case .records: "DELETE FROM records"
        case .files: "DELETE FROM files"
        case .recent: "DELETE FROM recent"
        }
    }
}
