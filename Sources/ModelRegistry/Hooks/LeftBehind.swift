import GitTypes
import Glibc

/// Processes that a hook started and that left its session, as a daemon does: the end of a hook does not end them, so they
/// are told.
///
/// They are known by the variables that the hook was started with, which every descendant inherits unless it cleans its
/// environment.
enum LeftBehind {
    /// The most bytes of a process's environment that are searched.
    private static let limit = 256 << 10

    /// A living process.
    struct Process: CustomStringConvertible {
        fileprivate let number: pid_t
        fileprivate let name: String

        /// `PID (NAME)`.
        var description: String { "\(number) (\(name))" }

        /// Ends it at once.
        func end() { kill(number, SIGKILL) }
    }

    /// The living processes of this user whose environment holds all of these variables.
    static func processes(with variables: [String: String]) -> [Process] {
        let marks = variables.map { Array("\($0.key)=\($0.value)".utf8) }
        return LocalFolder.names(in: "/proc").compactMap { name in
            guard let process = pid_t(name), process != getpid(), let bytes = try? read("/proc/\(name)/environ"),
                !bytes.isEmpty
            else { return nil }
            let entries = bytes.split(separator: 0)
            guard marks.allSatisfy({ mark in entries.contains { $0.elementsEqual(mark) } }) else { return nil }
            let program = ((try? read("/proc/\(name)/comm")) ?? []).prefix { $0 != 0x0A }
            return Process(number: process, name: String(lossless: program))
        }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        try RegistrySession.readFile(path, limit: limit, shown: path) ?? []
    }
}
