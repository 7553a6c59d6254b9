import ChildProcess
import Glibc
import Testing

/// A folder of one test's own, which goes away with it.
final class Scratch {
    let path: String

    init() throws {
        var template = Array("/tmp/child-process-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template))
        self.path = String(cString: folder)
    }

    deinit {
        removeTree(path)
    }

    /// Writes a file and returns its path.
    func file(_ name: String, _ text: String, mode: mode_t = 0o755) throws -> String {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, mode)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
        return file
    }
}

/// A shell that runs a script, in the smallest environment.
func shell(_ script: String, _ arguments: [String] = []) -> ChildProcess {
    var child = ChildProcess(
        program: "sh", arguments: ["-c", script, "sh"] + arguments, environment: ["PATH": "/usr/bin:/bin"])
    // No test waits for it; it only ends what would otherwise hang.
    child.timeLimit = .seconds(60)
    return child
}

/// Whether a process is there and not a zombie.
func isAlive(_ process: pid_t) -> Bool {
    let file = open("/proc/\(process)/stat", O_RDONLY)
    guard file >= 0 else { return false }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 512)
    let count = read(file, &buffer, buffer.count)
    guard count > 0 else { return false }
    let text = String(decoding: buffer[..<count], as: UTF8.self)
    return text.split(separator: ")").last?.split(separator: " ").first != "Z"
}

/// Waits for a process to be gone, at most ten seconds; a process that is killed needs a moment to go.
func isGone(_ process: pid_t) async -> Bool {
    for _ in 0..<1000 {
        if !isAlive(process) { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return false
}

extension CapturedOutput {
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var processes: [pid_t] { text.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) } }
}

/// Removes a file, or a folder and all that is in it, without following links.
private func removeTree(_ path: String) {
    if unlink(path) == 0 { return }
    if let folder = opendir(path) {
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { removeTree("\(path)/\(name)") }
        }
        closedir(folder)
    }
    rmdir(path)
}
