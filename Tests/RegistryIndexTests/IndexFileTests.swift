import Glibc
import RegistryIndex
import TestSupport
import Testing

/// What an index file keeps, and what it does for several who have it open.
@Suite struct IndexFileTests {
    private let sandbox = Sandbox()
    private var path: String { "\(sandbox.path)/index" }

    @Test(arguments: [0, 1, 7, 31, 32, 33, 65_536, 65_537, 3_000_000])
    func `gives back what was written`(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var sums: [UInt64] = []
        do {
            let file = try #require(IndexFile(path: path, creates: true))
            #expect(file.read { $0.generation } == 0)
            #expect(file.read { reading throws(IndexDamage) in try reading.head() } == nil)
            let isDone = file.write(expecting: 0) { writing throws(IndexDamage) in
                for (table, key) in Self.places { sums.append(try writing.set(table, key, bytes)) }
                try writing.setHead(bytes)
                #expect(try writing.value(.files, .min)?.bytes == bytes)
                #expect(try writing.head() == bytes)
            }
            #expect(isDone)
        }
        #expect(Set(sums).count == sums.count)
        let file = try #require(IndexFile(path: path, creates: false))
        let isRead: Bool? = file.read { reading throws(IndexDamage) in
            #expect(reading.generation == 1)
            #expect(try reading.head() == bytes)
            for ((table, key), sum) in zip(Self.places, sums) {
                let value = try reading.value(table, key)
                #expect(value?.bytes == bytes && value?.checksum == sum)
            }
            #expect(try reading.value(.current, 3) == nil)
            return true
        }
        #expect(isRead == true)
    }

    private static let places: [(IndexTable, Int64)] = [
        (.current, 1), (.current, 2), (.records, 1), (.files, 1), (.files, .min), (.files, .max), (.files, 0),
    ]

    @Test func `removes one value, or all of a table`() throws {
        let file = try #require(IndexFile(path: path, creates: true))
        let isFilled = file.write(expecting: 0) { writing throws(IndexDamage) in
            for (table, key) in Self.places { try writing.set(table, key, [1]) }
            try writing.remove(.current, 1)
            try writing.remove(.current, 99)
            try writing.removeAll(.files)
        }
        #expect(isFilled)
        let left = file.read { reading throws(IndexDamage) in
            var left: [Bool] = []
            for (table, key) in Self.places { left.append(try reading.value(table, key) != nil) }
            return left
        }
        #expect(left == [false, true, true, false, false, false, false])
    }

    @Test func `many threads read one state, and none reads another`() async throws {
        let file = try #require(IndexFile(path: path, creates: true))
        let isWritten = file.write(expecting: 0) { writing throws(IndexDamage) in
            for key in 0..<200 {
                try writing.set(.records, Int64(key), Array(repeating: UInt8(key), count: 1 + key * key))
            }
            try writing.setHead([1])
        }
        #expect(isWritten)
        let readers = IndexReaders(path: path)
        func sizes() async -> [Int?] {
            await withTaskGroup(of: (Int, Int?).self) { tasks in
                for key in 0..<200 {
                    tasks.addTask {
                        let bytes = readers.read(of: 1) { reading throws(IndexDamage) in
                            try reading.value(.records, Int64(key))?.bytes
                        }
                        return (key, bytes.flatMap { $0.allSatisfy { $0 == UInt8(key) } ? $0.count : nil })
                    }
                }
                return await tasks.reduce(into: [Int?](repeating: nil, count: 200)) { $0[$1.0] = $1.1 }
            }
        }
        #expect(await sizes() == (0..<200).map { 1 + $0 * $0 })
        #expect(Self.set(file, 1, [2]))
        #expect(await sizes() == [Int?](repeating: nil, count: 200))
        #expect(IndexReaders(path: path + "-not-there").read(of: 1) { $0.generation } == nil)
    }

    @Test func `a reader keeps its state while another one writes`() throws {
        let reader = try #require(IndexFile(path: path, creates: true))
        let writer = try #require(IndexFile(path: path, creates: true))
        #expect(Self.set(writer, 0, [1]))
        let seen: [[UInt8]?]? = reader.read { reading throws(IndexDamage) in
            var seen = [try reading.value(.current, 1)?.bytes]
            #expect(Self.set(writer, 1, [2]))
            seen.append(try reading.value(.current, 1)?.bytes)
            seen.append(try reading.head())
            return seen
        }
        #expect(seen == [[1], [1], [1]])
        #expect(Self.value(reader) == [2])
        // Nor is anything seen before the end of the transaction.
        let isDone = writer.write(expecting: 2) { writing throws(IndexDamage) in
            try writing.set(.current, 1, [3])
            try writing.setHead([3])
            #expect(Self.value(reader) == [2])
        }
        #expect(isDone)
        #expect(Self.value(reader) == [3])
    }

    @Test func `who was not quick enough writes nothing`() throws {
        let first = try #require(IndexFile(path: path, creates: true))
        let second = try #require(IndexFile(path: path, creates: true))
        #expect(Self.set(first, 0, [1]))
        #expect(!Self.set(second, 0, [2]))
        #expect(!Self.set(second, 2, [2]))
        #expect(Self.value(first) == [1] && Self.value(second) == [1])
        #expect(Self.set(second, 1, [2]))
        #expect(Self.value(first) == [2])
    }

    @Test func `a body that ends by damage leaves nothing, whether it says so or not`() throws {
        let file = try #require(IndexFile(path: path, creates: true))
        #expect(Self.set(file, 0, [1]))
        let hasThrown = !file.write(expecting: 1) { writing throws(IndexDamage) in
            try writing.set(.current, 1, [2])
            throw IndexDamage()
        }
        #expect(hasThrown && Self.value(file) == [1])
        let tooLong = [UInt8](repeating: 0, count: 200 << 20 + 1)
        let isSilent = !file.write(expecting: 1) { writing throws(IndexDamage) in
            try writing.set(.current, 1, [2])
            try writing.setHead([2])
            _ = try? writing.set(.current, 2, tooLong)
        }
        #expect(isSilent && Self.value(file) == [1])
        #expect(file.read { $0.generation } == 1)
    }

    @Test func `a body that uses the file itself again is refused that, and goes on`() throws {
        let file = try #require(IndexFile(path: path, creates: true))
        let isDone = file.write(expecting: 0) { writing throws(IndexDamage) in
            try writing.set(.current, 1, [1])
            #expect(file.read { $0.generation } == nil && !Self.set(file, 0, [2]))
            try writing.setHead([1])
        }
        #expect(isDone && Self.value(file) == [1] && file.read { $0.generation } == 1)
        let isRead: Bool? = file.read { reading throws(IndexDamage) in
            #expect(!Self.set(file, 1, [2]) && Self.value(file) == nil)
            return try reading.value(.current, 1)?.bytes == [1]
        }
        #expect(isRead == true && Self.set(file, 1, [2]))
    }

    @Test func `a state ends with its body`() throws {
        let file = try #require(IndexFile(path: path, creates: true))
        var kept: [IndexReading] = []
        _ = file.read { kept.append($0) }
        _ = file.write(expecting: 0) { kept.append($0) }
        #expect(kept.count == 2)
        for reading in kept {
            #expect(throws: IndexDamage.self) { try reading.head() }
            #expect(throws: IndexDamage.self) { try reading.value(.current, 1) }
        }
    }

    @Test func `the log is empty after each write that nobody hinders, and is emptied later by whoever finds it long`()
        throws
    {
        let file = try #require(IndexFile(path: path, creates: true))
        #expect(Self.set(file, 0, [1]) && size("-wal") == 0)
        do {
            let reader = try #require(IndexFile(path: path, creates: true))
            let isSeen: Bool? = reader.read { _ in
                Self.set(file, 1, [UInt8](repeating: 2, count: 1 << 20))
            }
            #expect(isSeen == true && size("-wal") > 1 << 20)
        }
        _ = try #require(IndexFile(path: path, creates: false)).read { $0.generation }
        #expect(size("-wal") == 0)
        #expect(Self.value(file)?.count == 1 << 20)
    }

    @Test func `has the rights that git would give it`() throws {
        let other = open("\(sandbox.path)/other", O_CREAT | O_WRONLY, 0o666)
        var usual = stat()
        #expect(fstat(other, &usual) == 0 && close(other) == 0)
        let file = try #require(IndexFile(path: path, creates: true))
        #expect(Self.set(file, 0, [1]))
        for suffix in ["", "-wal", "-shm"] {
            var made = stat()
            #expect(stat(path + suffix, &made) == 0 && made.st_mode == usual.st_mode)
        }
    }

    @Test func `removing takes what belongs to it along, but nothing that somebody has open`() throws {
        do {
            let file = try #require(IndexFile(path: path, creates: true))
            #expect(Self.set(file, 0, [1]))
            IndexFile.remove(path: path)
            #expect(access(path, F_OK) == 0 && Self.set(file, 1, [2]))
        }
        IndexFile.remove(path: path)
        for suffix in ["", "-wal", "-shm", "-journal"] { #expect(access(path + suffix, F_OK) != 0) }
        #expect(IndexFile(path: path, creates: false) == nil)
    }

    @Test func `writing to what somebody else removed does not look like success`() throws {
        let old = try #require(IndexFile(path: path, creates: true))
        #expect(Self.set(old, 0, [1]))
        try sandbox.succeed("rm index index-wal index-shm")
        #expect(!Self.set(old, 1, [2]))
        let new = try #require(IndexFile(path: path, creates: true))
        #expect(!Self.set(old, 1, [2]))
        #expect(new.read { $0.generation } == 0 && Self.set(new, 0, [3]) && Self.value(new) == [3])
    }

    private func size(_ suffix: String) -> Int {
        var status = stat()
        return stat(path + suffix, &status) == 0 ? Int(status.st_size) : -1
    }

    private static func set(_ file: IndexFile, _ generation: Int64, _ bytes: [UInt8]) -> Bool {
        file.write(expecting: generation) { writing throws(IndexDamage) in
            try writing.set(.current, 1, bytes)
            try writing.setHead(bytes)
        }
    }

    private static func value(_ file: IndexFile) -> [UInt8]? {
        file.read { reading throws(IndexDamage) in try reading.value(.current, 1)?.bytes }
    }
}
