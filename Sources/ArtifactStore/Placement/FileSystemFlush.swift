import CLinux
import Glibc
import RegistryCore
import Synchronization

/// Flushes a whole file system by one call, where that is quicker than file by file.
///
/// It writes the bytes of everybody. So it is used only where few of them wait: otherwise a small download would wait
/// for gigabytes of somebody else.
enum FileSystemFlush {
    /// How many bytes a disk writes in about the time that it takes to flush one more small file.
    private static let bytesPerFile = 256 << 10

    /// Whether one call is worth it.
    /// - Parameter waiting: the bytes that the system has not written yet, of all files of all file systems.
    static func isWorthIt(files: Int, waiting: Int) -> Bool { waiting / bytesPerFile < files }

    /// Whether one call is as good as one for each file of a folder here, and worth it now.
    static func isWorthIt(holding folder: OpenFile, files: Int) -> Bool {
        guard linux_syncfs_is_exact(folder.number) != 0, let waiting = waitingBytes(meminfo()) else { return false }
        return isWorthIt(files: files, waiting: waiting)
    }

    /// The bytes that wait to be written, as `/proc/meminfo` has them; `nil` where it does not tell.
    static func waitingBytes(_ meminfo: String) -> Int? {
        var sum = 0
        for name in ["Dirty", "Writeback"] {
            guard let line = meminfo.split(separator: "\n").first(where: { $0.hasPrefix("\(name):") }),
                let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
            else { return nil }
            sum += kibibytes << 10
        }
        return sum
    }

    /// Flushes the file system of a folder that was open before its files were written.
    /// - Returns: whether all of them are on the disk. `false` says nothing against them: they are to be flushed one by
    ///   one, and what is wrong is found then.
    static func run(holding folder: OpenFile, files: Int) async throws(RegistryError) -> Bool {
        guard isWorthIt(holding: folder, files: files) else { return false }
        let isFlushed = Atomic(false)
        // Not on a thread of Swift's: it may wait long.
        try await DiskFlush.run(1) { _ in
            isFlushed.store(linux_syncfs(folder.number) == 0, ordering: .sequentiallyConsistent)
        }
        return isFlushed.load(ordering: .sequentiallyConsistent)
    }

    private static func meminfo() -> String {
        let number = open("/proc/meminfo", O_RDONLY | O_CLOEXEC)
        if number < 0 { return "" }
        let file = OpenFile(number)
        var bytes: [UInt8] = []
        try? file.read(0..<(16 << 10), shown: "/proc/meminfo") { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }
}
