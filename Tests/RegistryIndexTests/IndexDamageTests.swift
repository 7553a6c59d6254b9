import Glibc
import TestSupport
import Testing

@testable import RegistryIndex

/// What an index file answers when it is not what was written: `nil`, or what was written once.
@Suite struct IndexDamageTests {
    private let sandbox = Sandbox()
    private var path: String { "\(sandbox.path)/index" }

    /// What was ever written, and the bytes of the files.
    private struct Sample {
        /// The file with the older state, and the log with the newer one.
        var file: [UInt8] = []
        var log: [UInt8] = []
        /// The file with the newer state.
        var whole: [UInt8] = []
        var heads: [[UInt8]] = [[1, 1, 1], [2, 2, 2, 2]]
        var older: [[UInt8]] = []
        var newer: [[UInt8]] = []
    }

    @Test func `no flipped byte makes it give another value`() throws {
        let sample = try makeSample()
        #expect(try check(sample, file: sample.file, log: sample.log) == .whole)
        #expect(try check(sample, file: sample.file, log: []) == .older)
        #expect(try check(sample, file: sample.whole, log: []) == .whole)
        var random = SeededGenerator(seed: SeededGenerator.seed)
        var outcomes: [[Answer: Int]] = [[:], [:], [:]]
        for round in 0..<1000 {
            let kind = round % 3
            let flip = UInt8.random(in: 1...255, using: &random)
            // A quarter of them where SQLite looks first.
            let bound = random.chance(25) ? (kind == 0 ? 100 : 4200) : Int.max
            var (file, log) = kind == 0 ? (sample.whole, []) : (sample.file, sample.log)
            if kind == 0 {
                file[Int.random(in: 0..<min(bound, file.count), using: &random)] ^= flip
                outcomes[kind][try check(sample, file: file, log: log), default: 0] += 1
            } else if kind == 1 {
                log[Int.random(in: 0..<min(bound, log.count), using: &random)] ^= flip
                outcomes[kind][try check(sample, file: file, log: log), default: 0] += 1
            } else {
                // When the log was looked through already, SQLite does not hold it against its sums again.
                let position = Int.random(in: 0..<min(bound, log.count), using: &random)
                let outcome = try check(sample, file: file, log: log) {
                    log[position] ^= flip
                    try write(log, "-wal")
                }
                outcomes[kind][outcome, default: 0] += 1
            }
        }
        // The test would say nothing if no flip were noticed, or if each made the file useless.
        #expect(outcomes[0][.partial, default: 0] > 100 && outcomes[0][.none, default: 0] > 5, "\(outcomes)")
        #expect(outcomes[1][.older, default: 0] > 100, "\(outcomes)")
        #expect(outcomes[2][.partial, default: 0] > 100, "\(outcomes)")
    }

    @Test func `no cut makes it give another value`() throws {
        let sample = try makeSample()
        var random = SeededGenerator(seed: SeededGenerator.seed &+ 1)
        var outcomes: [Answer: Int] = [:]
        for round in 0..<100 {
            var (file, log) = round % 2 == 0 ? (sample.whole, []) : (sample.file, sample.log)
            if round % 2 == 0 {
                file = Array(file.prefix(Int.random(in: 0..<file.count, using: &random)))
            } else {
                log = Array(log.prefix(Int.random(in: 0..<log.count, using: &random)))
            }
            outcomes[try check(sample, file: file, log: log), default: 0] += 1
        }
        #expect(outcomes[.none, default: 0] > 20 && outcomes[.older] == 50, "\(outcomes)")
    }

    @Test func `a log that is left of another file is not taken for this one's`() throws {
        let sample = try makeSample()
        IndexFile.remove(path: path)
        try write(sample.log, "-wal")
        #expect(IndexFile(path: path, creates: false) == nil)
        let file = try #require(IndexFile(path: path, creates: true))
        #expect(file.read { $0.generation } == 0 && value(file, .records, 1) == nil)
        #expect(file.write(expecting: 0) { writing throws(IndexDamage) in try writing.setHead([1]) })
    }

    @Test func `a value that is whole but lies under another key or in another table is damage`() throws {
        let sample = try makeSample()
        try write(sample.whole, "")
        do {
            let connection = try SQLiteConnection(path: path)
            try connection.run(
                "UPDATE records SET (checksum, data) = (SELECT checksum, data FROM records WHERE key = 1) WHERE key = 2"
            )
            try connection.run("REPLACE INTO files SELECT * FROM records WHERE key = 3")
            try connection.run("UPDATE records SET data = CAST(data AS TEXT) WHERE key = 4")
            try connection.run("UPDATE records SET checksum = 'a' WHERE key = 5")
            try connection.run("UPDATE records SET data = data || x'00' WHERE key = 6")
        }
        let file = try #require(IndexFile(path: path, creates: false))
        #expect(value(file, .records, 1) == sample.newer[1])
        for key in 2...6 where key != 3 { #expect(value(file, .records, Int64(key)) == nil) }
        #expect(value(file, .records, 3) == sample.newer[3] && value(file, .files, 3) == nil)
    }

    @Test(arguments: [
        "UPDATE head SET generation = generation + 1", "UPDATE head SET data = x'00'", "UPDATE head SET checksum = 0",
        "UPDATE head SET data = 7", "UPDATE head SET generation = 'x'",
    ])
    func `nothing is read or written below a damaged head`(change: StaticString) throws {
        do {
            let file = try #require(IndexFile(path: path, creates: true))
            #expect(file.write(expecting: 0) { writing throws(IndexDamage) in try writing.setHead([1]) })
            try SQLiteConnection(path: path).run(change)
        }
        let file = try #require(IndexFile(path: path, creates: true))
        #expect(file.read { $0.generation } == nil)
        for generation: Int64 in 0...3 { #expect(!file.write(expecting: generation) { _ in }) }
    }

    @Test func `a file with a page that nobody can write to says so`() throws {
        let sample = try makeSample()
        try write(sample.whole, "")
        do {
            let file = try #require(IndexFile(path: path, creates: false))
            #expect(file.write(expecting: 2) { _ in } && !file.isDamaged)
            // Somebody else was quicker: the file is as it should be.
            #expect(!file.write(expecting: 1) { _ in } && !file.isDamaged)
        }

        // The root of a table: nothing of it is read before something is written to it.
        let page = 8192 * 3
        var bytes = sample.whole
        bytes.replaceSubrange(page..<(page + 512), with: repeatElement(0, count: 512))
        try write(bytes, "")
        let file = try #require(IndexFile(path: path, creates: false))
        #expect(file.read { $0.generation } == 2 && !file.isDamaged)
        let isWritten = file.write(expecting: 2) { writing throws(IndexDamage) in try writing.set(.records, 1, [1]) }
        #expect(!isWritten && file.isDamaged)
    }

    private enum Answer { case whole, older, partial, none }

    /// Lays the bytes where the index is, and reads all of it.
    private func check(
        _ sample: Sample, file: [UInt8], log: [UInt8], whileOpen damage: (() throws -> Void)? = nil
    ) throws -> Answer {
        IndexFile.remove(path: path)
        try write(file, "")
        if !log.isEmpty { try write(log, "-wal") }
        guard let file = IndexFile(path: path, creates: false) else { return .none }
        try damage?()
        let generation = file.read { $0.generation }
        let head = file.read { reading throws(IndexDamage) in try reading.head() }
        if let head { #expect(sample.heads.firstIndex(of: head).map { Int64($0 + 1) } == generation) }
        var missing = 0
        for key in sample.newer.indices {
            if let found = value(file, .records, Int64(key)) {
                let isTrue = found == sample.newer[key] || found == sample.older[key]
                #expect(isTrue, "key \(key), \(found.count) bytes")
            } else {
                missing += 1
            }
        }
        #expect(value(file, .current, 1) == nil && value(file, .files, 1) == nil)
        if head == nil, missing == sample.newer.count { return .none }
        if missing > 0 || head == nil { return .partial }
        return head == sample.heads[1] ? .whole : .older
    }

    private func value(_ file: IndexFile, _ table: IndexTable, _ key: Int64) -> [UInt8]? {
        file.read { reading throws(IndexDamage) in try reading.value(table, key)?.bytes }
    }

    private func makeSample() throws -> Sample {
        var sample = Sample()
        for key in 0..<16 {
            sample.older.append(Self.bytes(key, count: key * 300))
            // Some stay as they are.
            sample.newer.append(key % 3 == 0 ? sample.older[key] : Self.bytes(key + 100, count: key * 250))
        }
        // What is long is read in another way.
        sample.older[13] = Self.bytes(201, count: 70_000)
        sample.newer[14] = Self.bytes(202, count: 70_000)
        let file = try #require(IndexFile(path: path, creates: true))
        let reader = try #require(IndexFile(path: path, creates: true))
        func fill(_ generation: Int64, _ values: [[UInt8]]) -> Bool {
            file.write(expecting: generation) { writing throws(IndexDamage) in
                for key in values.indices where key % 3 != 0 || generation == 0 {
                    try writing.set(.records, Int64(key), values[key])
                }
                try writing.setHead(sample.heads[Int(generation)])
            }
        }
        #expect(fill(0, sample.older))
        // While somebody reads the older state, the newer one stays in the log.
        let isDone: Bool? = reader.read { _ in fill(1, sample.newer) }
        #expect(isDone == true)
        sample.file = try read("")
        sample.log = try read("-wal")
        let third = try SQLiteConnection(path: path)
        // SQLite finds the log when it first reads.
        _ = try third.integer("PRAGMA user_version")
        #expect(third.emptyLog())
        sample.whole = try read("")
        #expect(try sample.log.count > 50_000 && read("-wal").isEmpty)
        return sample
    }

    private static func bytes(_ seed: Int, count: Int) -> [UInt8] {
        var random = SeededGenerator(seed: UInt64(seed))
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    private func read(_ suffix: String) throws -> [UInt8] {
        let file = try #require(fopen(path + suffix, "r"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer.prefix(count) }
        return bytes
    }

    private func write(_ bytes: [UInt8], _ suffix: String) throws {
        let file = try #require(fopen(path + suffix, "w"))
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        #expect(fclose(file) == 0)
    }
}
