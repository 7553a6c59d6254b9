import Glibc

/// Finds out why a program could not be started.
///
/// `execve` answers ENOENT for a missing file and for a missing interpreter alike, and the spawning library folds ENOENT
/// and EACCES into one case, so the file itself is looked at.
enum LaunchDiagnosis {
    /// The error of a program that the system refused to run.
    /// - Parameter errorNumber: what the system answered; zero where it is not known.
    static func error(program: String, path: String?, errorNumber: Int32) -> ChildProcessError {
        guard let file = locate(program, path: path) else { return .programNotFound(program) }
        guard isExecutableFile(file) else { return .notExecutable(path: file) }
        guard let line = firstLine(of: file), line.starts(with: "#!".utf8) else {
            return errorNumber == ENOEXEC || errorNumber == 0
                ? .noInterpreterLine(path: file) : .system(operation: "starting '\(file)'", errorNumber: errorNumber)
        }
        if line.last == UInt8(ascii: "\r") { return .interpreterLineHasCarriageReturn(path: file) }
        let words = String(decoding: line.dropFirst(2), as: UTF8.self).split(whereSeparator: { $0 == " " || $0 == "\t" }
        )
        guard let interpreter = words.first.map(String.init) else { return .noInterpreterLine(path: file) }
        return isExecutableFile(interpreter)
            ? .system(operation: "starting '\(file)'", errorNumber: errorNumber)
            : .interpreterNotFound(path: file, interpreter: interpreter)
    }

    /// The file that a program's name stands for: the first executable one, or else the first one at all.
    private static func locate(_ program: String, path: String?) -> String? {
        if program.contains("/") { return access(program, F_OK) == 0 ? program : nil }
        let folders = (path ?? "").split(separator: ":").filter { $0.hasPrefix("/") }
        let files = folders.map { "\($0)/\(program)" }.filter { (file: String) in access(file, F_OK) == 0 }
        return files.first(where: isExecutableFile) ?? files.first
    }

    /// The first executable file of that name in the folders of a `PATH`; `nil` where there is none.
    static func executable(_ program: String, path: String?) -> String? {
        locate(program, path: path).flatMap { isExecutableFile($0) ? $0 : nil }
    }

    private static func isExecutableFile(_ path: String) -> Bool {
        var status = stat()
        return access(path, X_OK) == 0 && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private static func firstLine(of path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        // Linux itself reads no more than 256 bytes of an interpreter line.
        return withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer -> [UInt8]? in
            let count = read(file, buffer.baseAddress, buffer.count)
            return count <= 0 ? nil : Array(buffer[..<count].prefix { $0 != UInt8(ascii: "\n") })
        }
    }
}
