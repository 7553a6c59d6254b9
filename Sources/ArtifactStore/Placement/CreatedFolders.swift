import Glibc
import RegistryCore

/// Whether a path leads to a folder, links followed.
func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Creates a folder and those above it, as `mkdir -p` does.
/// - Returns: those that were not there, the outermost first. Where it fails, none of them stays.
func createFolders(_ path: String) throws(RegistryError) -> [String] {
    if isFolder(path) { return [] }
    let above = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let created = !above.isEmpty && above != path ? try createFolders(above) : []
    if path.hasSuffix("/") { return created }
    if mkdir(path, 0o777) == 0 { return created + [path] }
    if errno == EEXIST { return created }
    let error = fileError("create", path)
    for path in created.reversed() { rmdir(path) }
    throw error
}
