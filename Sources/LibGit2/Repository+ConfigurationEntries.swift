import CLibGit2
import GitTypes

extension Repository {
    /// Every line of the configuration, with the files that the repository's own includes.
    ///
    /// What the repository includes on a condition (`includeIf`) counts as included: libgit2 1.5 does not know all
    /// conditions that git knows, so it would miss lines that git reads.
    /// - Throws: ``GitError`` where a file is malformed.
    public func configurationEntries() throws(GitError) -> [ConfigurationEntry] {
        let merged = try mergedConfiguration()
        defer { git_config_free(merged) }
        var entries: [ConfigurationEntry] = []
        for line in try lines(of: merged) {
            let folder: String
            switch line.level {
            case GIT_CONFIG_LEVEL_LOCAL: folder = commonDirectory
            case GIT_CONFIG_LEVEL_APP: folder = gitDirectory
            default:
                entries.append(ConfigurationEntry(key: line.key, value: line.value, repositoryFile: nil))
                continue
            }
            let file = folder + (line.level == GIT_CONFIG_LEVEL_APP ? "/config.worktree" : "/config")
            entries += try expanded(line, file: file, folder: line.depth == 0 ? folder : nil, depth: 0)
        }
        return entries
    }

    private struct Line {
        let key: String
        let value: String
        let level: git_config_level_t
        let depth: UInt32
    }

    private func lines(of configuration: OpaquePointer) throws(GitError) -> [Line] {
        let iterator = try make("read the configuration of \(commonDirectory)") {
            git_config_iterator_new($0, configuration)
        }
        defer { git_config_iterator_free(iterator) }
        var lines: [Line] = []
        var entry: UnsafeMutablePointer<git_config_entry>?
        while git_config_next(&entry, iterator) == 0, let entry = entry?.pointee {
            lines.append(
                Line(
                    key: String(cString: entry.name), value: entry.value.map { String(cString: $0) } ?? "",
                    level: entry.level, depth: entry.include_depth))
        }
        return lines
    }

    /// A line of the repository's own, and where it is an `includeIf` the lines of the file that it names.
    /// - Parameter folder: what a relative path is relative to; `nil` where that is not known.
    private func expanded(
        _ line: Line, file: String, folder: String?, depth: Int
    ) throws(GitError) -> [ConfigurationEntry] {
        guard line.key.hasPrefix("includeif."), line.key.hasSuffix(".path") else {
            return [ConfigurationEntry(key: line.key, value: line.value, repositoryFile: file)]
        }
        guard depth < 10, let path = Self.includedPath(line.value, relativeTo: folder) else {
            return [
                ConfigurationEntry(key: line.key, value: line.value, repositoryFile: file, namesUnreadFile: true)
            ]
        }
        let operation = "read the configuration file \(path)"
        let included = try make(operation, path) { git_config_new($0) }
        defer { git_config_free(included) }
        // Like git, libgit2 takes a file that is not there for an empty one.
        try call(operation, path) {
            git_config_add_file_ondisk(included, path, GIT_CONFIG_LEVEL_LOCAL, handle, 1)
        }
        let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        var entries: [ConfigurationEntry] = []
        for line in try lines(of: included) {
            entries += try expanded(line, file: file, folder: line.depth == 0 ? parent : nil, depth: depth + 1)
        }
        return entries
    }

    private static func includedPath(_ text: String, relativeTo folder: String?) -> String? {
        if text.hasPrefix("/") { return text }
        if text.hasPrefix("~/") { return environmentValue("HOME").map { $0 + text.dropFirst() } }
        if text.isEmpty || text.hasPrefix("~") || text.hasPrefix("%(") { return nil }
        return folder.map { "\($0)/\(text)" }
    }
}
