import Glibc

/// This program's own file.
enum Executable {
    /// Its absolute path, links resolved; `nil` where the system does not tell.
    static var path: String? {
        guard let path = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }
}
