import Glibc
import TestSupport
import Testing

@testable import RegistryIndex

/// What lies where an index is to be, and what becomes of it.
@Suite struct IndexPlaceTests {
    private let sandbox = Sandbox()
    private var path: String { "\(sandbox.path)/index" }

    @Test(arguments: [
        "CREATE TABLE more(key INTEGER PRIMARY KEY)", "CREATE VIEW more AS SELECT 1",
        "CREATE TRIGGER more AFTER INSERT ON records BEGIN DELETE FROM head; END",
        "CREATE INDEX more ON records(checksum)",
        "DROP TABLE files", "ALTER TABLE files RENAME TO other", "ALTER TABLE files ADD COLUMN more",
        "PRAGMA user_version = 3", "PRAGMA user_version = 0", "PRAGMA user_version = -1",
    ])
    func `a file of ours with another schema is not read, and is replaced`(change: StaticString) throws {
        try fill()
        try SQLiteConnection(path: path).run(change)
        #expect(IndexFile(path: path, creates: false) == nil)
        #expect(access(path, F_OK) == 0)
        let file = try #require(IndexFile(path: path, creates: true))
        #expect(file.read { $0.generation } == 0)
        #expect(file.write(expecting: 0) { writing throws(IndexDamage) in try writing.setHead([1]) })
    }

    @Test func `a view in place of a table is never asked`() throws {
        try fill()
        do {
            let connection = try SQLiteConnection(path: path)
            try connection.run("ALTER TABLE records RENAME TO hidden")
            try connection.run("CREATE VIEW records AS SELECT key, checksum, data FROM hidden")
        }
        #expect(IndexFile(path: path, creates: false) == nil)
        #expect(IndexFile(path: path, creates: true)?.read { $0.generation } == 0)
    }

    @Test(arguments: ["", "x", "SQLite format 3", String(repeating: "no database ", count: 1000)])
    func `what is no database is replaced`(text: String) throws {
        let other = try #require(fopen(path, "w"))
        #expect(fputs(text, other) >= 0 && fclose(other) == 0)
        #expect(IndexFile(path: path, creates: false) == nil)
        let file = try #require(IndexFile(path: path, creates: true))
        #expect(file.read { $0.generation } == 0)
    }

    @Test func `whatever byte of the header is another one, what comes next is written again`() throws {
        for position in 0..<100 {
            for byte in ["\\000", "\\011", "\\377"] {
                try sandbox.succeed("rm -f index index-*")
                try fill()
                try sandbox.succeed("printf '\(byte)' | dd of=index bs=1 seek=\(position) conv=notrunc status=none")
                // Whoever finds damage deletes the file when he is done with it.
                let isServing = (0..<3).contains { _ in
                    var file = IndexFile(path: path, creates: true)
                    let known = file?.read { $0.generation }
                    let isWritten = known.flatMap { known in
                        file?.write(expecting: known) { writing throws(IndexDamage) in try writing.setHead([1]) }
                    }
                    let isDamaged = file?.isDamaged == true
                    file = nil
                    if isDamaged { IndexFile.remove(path: path) }
                    return isWritten == true
                }
                #expect(isServing, "byte \(position) is \(byte)")
            }
        }
    }

    @Test(arguments: ["", "-wal", "-shm", "-journal"])
    func `what is no regular file is left alone, in the file's place and beside it`(suffix: String) throws {
        for make in ["ln -s target %", "mkdir %", "mkfifo %", "ln -s nowhere %"] {
            try sandbox.succeed("rm -rf index index-* target && : > target")
            if !suffix.isEmpty { try fill() }
            try sandbox.succeed("rm -f index\(suffix) && " + make.replacing("%", with: "index\(suffix)"))
            var before = stat()
            #expect(lstat(path + suffix, &before) == 0)
            #expect(IndexFile(path: path, creates: true) == nil)
            IndexFile.remove(path: path)
            var after = stat()
            #expect(lstat(path + suffix, &after) == 0 && before.st_ino == after.st_ino)
            #expect(before.st_mode == after.st_mode)
            #expect(try sandbox.succeed("stat -c %s target; ls nowhere 2>&1 || true").hasPrefix("0\n"))
        }
    }

    @Test func `a folder may be reached by a symbolic link`() throws {
        try sandbox.succeed("mkdir real && ln -s real link")
        #expect(IndexFile(path: "\(sandbox.path)/link/index", creates: true) != nil)
        #expect(IndexFile(path: "\(sandbox.path)/real/index", creates: false) != nil)
        for path in ["", "/", "\(sandbox.path)/none/index", "\(sandbox.path)/", "\(sandbox.path)/a\0b"] {
            #expect(IndexFile(path: path, creates: true) == nil)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give files away"), arguments: ["", "-wal", "-shm"])
    func `somebody else's file is left alone`(suffix: String) throws {
        try fill()
        #expect(chown(path + suffix, 12_345, 12_345) == 0)
        #expect(IndexFile(path: path, creates: false) == nil)
        #expect(IndexFile(path: path, creates: true) == nil)
        IndexFile.remove(path: path)
        var status = stat()
        #expect(stat(path + suffix, &status) == 0 && status.st_uid == 12_345)
    }

    @Test func `in a folder that cannot be written to it is read`() async throws {
        let folder = try FamilyFolder("readonly")
        let path = "\(folder.path)/index"
        try fill(path)
        let isRoot = geteuid() == 0
        if isRoot {
            // Root may write everywhere, so the process becomes somebody else, to whom the file belongs.
            for suffix in ["", "-wal", "-shm"] { #expect(chown(path + suffix, 12_345, 12_345) == 0) }
        } else {
            #expect(chmod(folder.path, 0o555) == 0)
        }
        defer { chmod(folder.path, 0o755) }
        await #expect(processExitsWith: .success) {
            let folder = FamilyFolder.ofParent("readonly")
            let path = "\(folder)/index"
            if geteuid() == 0 { #expect(setuid(12_345) == 0) }
            #expect(access(folder, W_OK) != 0)
            do {
                let file = try #require(IndexFile(path: path, creates: true))
                #expect(file.read { reading throws(IndexDamage) in try reading.head() } == [1])
                // The files are there, so that they can be written to.
                #expect(file.write(expecting: 1) { writing throws(IndexDamage) in try writing.setHead([2]) })
            }
            // Nothing can be made there.
            #expect(IndexFile(path: "\(folder)/other", creates: true) == nil)
            for suffix in ["", "-wal", "-shm"] {
                #expect(chmod(path + suffix, 0o444) == 0)
                let file = IndexFile(path: path, creates: true)
                let head = file?.read { reading throws(IndexDamage) in try reading.head() }
                #expect(head == nil || head == [2])
                let isWritten = file?.write(expecting: 2) { writing throws(IndexDamage) in try writing.setHead([3]) }
                #expect(isWritten != true)
            }
        }
    }

    @Test func `where another one has it for itself there is no index for now, and nothing is replaced`() throws {
        try fill()
        do {
            let other = try SQLiteConnection(path: path)
            try other.run("PRAGMA locking_mode = EXCLUSIVE")
            try other.run("UPDATE head SET key = 1")
            #expect(IndexFile(path: path, creates: true) == nil)
            try other.run("UPDATE head SET key = 0")
        }
        #expect(IndexFile(path: path, creates: true)?.read { $0.generation } == 1)
    }

    @Test func `while another one writes, a writer gives up soon and a reader does not wait`() throws {
        try fill()
        let other = try SQLiteConnection(path: path)
        try other.run("BEGIN EXCLUSIVE")
        let file = try #require(IndexFile(path: path, creates: true))
        #expect(file.read { $0.generation } == 1)
        let clock = ContinuousClock()
        let time = clock.measure {
            #expect(!file.write(expecting: 1) { writing throws(IndexDamage) in try writing.setHead([2]) })
        }
        #expect(time > .milliseconds(80) && time < .seconds(5))
        #expect(file.read { $0.generation } == 1)
        try other.run("ROLLBACK")
        #expect(file.write(expecting: 1) { writing throws(IndexDamage) in try writing.setHead([2]) })
    }

    @Test func `without SQLite there is no index`() async throws {
        let folder = try FamilyFolder("missing")
        try fill("\(folder.path)/index")
        await #expect(processExitsWith: .success) {
            let path = "\(FamilyFolder.ofParent("missing"))/index"
            whileNoFileOpens { #expect(throws: IndexDamage.self) { try SQLiteConnection(path: path) } }
            // The second time as well: what was found out is kept.
            #expect(IndexFile(path: path, creates: true) == nil)
        }
        #expect(IndexFile(path: "\(folder.path)/index", creates: false)?.read { $0.generation } == 1)
    }

    private func fill(_ other: String? = nil) throws {
        let file = try #require(IndexFile(path: other ?? path, creates: true))
        #expect(file.read { $0.generation } == 0)
        let isDone = file.write(expecting: 0) { writing throws(IndexDamage) in
            try writing.set(.records, 1, [1])
            try writing.setHead([1])
        }
        #expect(isDone)
    }
}
