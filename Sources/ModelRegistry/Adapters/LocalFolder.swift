import Glibc
import RegistryCore

/// Folders of this machine that we keep things in.
enum LocalFolder {
    /// Creates a folder and those above it that are missing.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/inputOutput``.
    static func create(_ path: String, mode: mode_t, advice: String) throws(RegistryError) {
        // Mostly it is there.
        if access(path, F_OK) == 0 { return }
        var current = ""
        for part in path.split(separator: "/") {
            current += "/\(part)"
            if mkdir(current, mode) != 0, errno != EEXIST {
                throw RegistryError(
                    .inputOutput, "cannot create \(current): \(String(cString: strerror(errno)).lowercased())",
                    subject: current, hints: [advice])
            }
        }
    }

    /// The folder of ours in a repository, which must be this user's own and no link to another place.
    /// - Parameters:
    ///   - commonDirectory: the folder that all worktrees share.
    ///   - creates: makes it where there is none, for the same people as the repository; where the repository is another
    ///     user's it is left to them.
    static func ofRepository(_ commonDirectory: String, creates: Bool) -> String? {
        let folder = "\(commonDirectory)/git-model"
        var (status, above) = (stat(), stat())
        guard stat(commonDirectory, &above) == 0 else { return nil }
        if lstat(folder, &status) != 0 {
            guard creates, errno == ENOENT, above.st_uid == geteuid(), mkdir(folder, 0o777) == 0 || errno == EEXIST
            else {
                return nil
            }
            // Whoever may write to the repository may write here.
            chmod(folder, above.st_mode & 0o7777)
            guard lstat(folder, &status) == 0 else { return nil }
        }
        return status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid() ? folder : nil
    }

    /// A person's folder for one kind of things, by the XDG base directory specification; `nil` without a home.
    /// - Parameters:
    ///   - variable: such as `XDG_STATE_HOME`.
    ///   - fallback: where it is below `HOME` if the variable is not set.
    static func ofUser(_ variables: [String: String], _ variable: String, fallback: String) -> String? {
        if let folder = variables[variable], folder.hasPrefix("/") { return "\(folder)/git-model" }
        return variables["HOME"].flatMap { $0.hasPrefix("/") ? "\($0)/\(fallback)/git-model" : nil }
    }

    /// Removes a folder and all in it, as far as that goes; links are removed, not followed.
    static func remove(_ path: String) {
        if unlink(path) == 0 || errno == ENOENT { return }
        for name in names(in: path) { remove("\(path)/\(name)") }
        rmdir(path)
    }

    /// Removes the `.tmp` files of a folder that writers left there when they were killed.
    static func removeRemains(in path: String) {
        let latest = time(nil) - 600
        for name in names(in: path) where name.hasSuffix(".tmp") {
            var status = stat()
            if lstat("\(path)/\(name)", &status) == 0, status.st_mtim.tv_sec < latest { unlink("\(path)/\(name)") }
        }
    }

    /// The names in a folder; none where it is not there.
    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

extension String {
    /// FNV-1a of the text: the same in every process and release.
    var stableHash: UInt64 { utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } }
}
