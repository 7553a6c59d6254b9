import Glibc
import RegistryCore
import TestSupport
import Testing

@testable import ArtifactStore

/// When a whole file system is flushed instead of file by file.
@Suite struct FileSystemFlushTests {
    @Test func `what waits is what the system says`() {
        let meminfo = "MemTotal:       24685000 kB\nDirty:               300 kB\nWriteback:            12 kB\n"
        #expect(FileSystemFlush.waitingBytes(meminfo + "WritebackTmp:          7 kB\n") == 312 << 10)
        for lacking in ["", "Dirty: 300 kB\n", "Writeback: 12 kB\n", "Dirty: many kB\nWriteback: 0 kB\n", "Dirty:\n"] {
            #expect(FileSystemFlush.waitingBytes(lacking) == nil, "\(lacking)")
        }
    }

    @Test func `the bytes of others are waited for only where they are few`() {
        #expect(FileSystemFlush.isWorthIt(files: 1000, waiting: 200 << 20))
        #expect(FileSystemFlush.isWorthIt(files: 1, waiting: 0))
        #expect(!FileSystemFlush.isWorthIt(files: 1000, waiting: 2 << 30))
        #expect(!FileSystemFlush.isWorthIt(files: 2, waiting: 20 << 20))
        #expect(!FileSystemFlush.isWorthIt(files: 0, waiting: 0))
    }

    @Test func `only file systems that report what they could not write are flushed whole`() async throws {
        let sandbox = Sandbox()
        for path in [sandbox.path, "/dev/shm", "/proc"] where isFolder(path) {
            let kind =
                try sandbox.succeed("stat -f -c %T '\(path)'").split(separator: "\n").first.map(String.init) ?? ""
            // So many files that it is always worth it.
            let isFlushed = try await FileSystemFlush.run(holding: OpenFile.openFolder(path), files: .max)
            #expect(!isFlushed || ["ext2/ext3", "xfs"].contains(kind), "\(path) is \(kind)")
        }
    }
}
