import Glibc
import RegistryIndex
import TestSupport
import Testing

/// Several processes, and several connections of one, at the same file.
@Suite struct IndexRaceTests {
    private let sandbox = Sandbox()

    @Test func `sixteen processes that make and write the file at once leave no mix`() async throws {
        let folder = try FamilyFolder("race")
        await withTaskGroup(of: Void.self) { group in
            for _ in 1...16 {
                group.addTask {
                    await #expect(processExitsWith: .success) {
                        let path = "\(FamilyFolder.ofParent("race"))/index"
                        Contender.tell(Contender.run(path: path, number: Int(getpid() & 0xFF), rounds: 25), path: path)
                    }
                }
            }
        }
        let path = "\(folder.path)/index"
        try Self.checkEnd(path: path, written: Contender.told(path: path))
    }

    @Test func `sixteen threads that make and write the file at once leave no mix`() async throws {
        let path = "\(sandbox.path)/index"
        let written = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...16 {
                group.addTask { try await onThreadOfItsOwn { Contender.run(path: path, number: number, rounds: 25) } }
            }
            return try await group.reduce(0, +)
        }
        try Self.checkEnd(path: path, written: written)
    }

    @Test func `where all of them find a damaged file, one is made in its place`() async throws {
        let folder = try FamilyFolder("damaged")
        let path = "\(folder.path)/index"
        let file = try #require(fopen(path, "w"))
        #expect(
            fputs("This is no database, and longer than the header of one: \(String(repeating: ".", count: 500))", file)
                > 0)
        #expect(fclose(file) == 0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 1...8 {
                group.addTask {
                    await #expect(processExitsWith: .success) {
                        let path = "\(FamilyFolder.ofParent("damaged"))/index"
                        _ = Contender.run(path: path, number: Int(getpid() & 0xFF), rounds: 10)
                    }
                }
            }
        }
        try Self.checkEnd(path: path, written: nil)
    }

    private static func checkEnd(path: String, written: Int?) throws {
        let file = try #require(IndexFile(path: path, creates: true))
        let generation = try #require(file.read { $0.generation })
        if let written { #expect(generation == Int64(written)) }
        #expect(generation > 0 && Contender.isOneState(file) == true)
    }
}

/// Writes states that can be told apart, and looks for mixes of them.
private enum Contender {
    private static let count: Int64 = 30

    /// - Returns: How many states it has written.
    static func run(path: String, number: Int, rounds: Int) -> Int {
        var written = 0
        for round in 1...rounds {
            // As a command does: open, read, write, close.
            guard let file = IndexFile(path: path, creates: true) else { continue }
            guard let generation = file.read({ $0.generation }) else { continue }
            let mark = [UInt8](repeating: UInt8(number), count: 300 * round)
            let isDone = file.write(expecting: generation) { writing throws(IndexDamage) in
                for key in 0..<count { try writing.set(.records, key, mark) }
                try writing.setHead(mark)
            }
            if isDone { written += 1 }
            if let isOne = isOneState(file) { #expect(isOne) }
        }
        return written
    }

    /// Adds to what the processes have written.
    static func tell(_ count: Int, path: String) {
        let file = open("\(path)-written", O_WRONLY | O_CREAT | O_APPEND, 0o644)
        #expect(write(file, [UInt8](repeating: 1, count: count), count) == count && close(file) == 0)
    }

    static func told(path: String) -> Int {
        var status = stat()
        return stat("\(path)-written", &status) == 0 ? Int(status.st_size) : -1
    }

    /// Whether all values are of one writer's round, and the head as well; `nil` where it cannot be told.
    static func isOneState(_ file: IndexFile) -> Bool? {
        file.read { reading throws(IndexDamage) in
            guard let head = try reading.head() else { return reading.generation == 0 }
            for key in 0..<count {
                let value = try reading.value(.records, key)
                guard value?.bytes == head else { return false }
            }
            return true
        }
    }
}
