import CLibGit2
public import GitTypes

extension Repository {
    /// The value of a configuration key, merged over the system's, the user's, the repository's and the worktree's files.
    /// - Parameter key: `section.name` or `section.subsection.name`, in any case outside the subsection.
    /// - Returns: the last value; `nil` where the key is not set.
    /// - Throws: ``GitError`` where a file is malformed or the key is not one.
    public func configuration(_ key: String) throws(GitError) -> String? {
        try value(of: key, in: mergedConfiguration())
    }

    /// The value of a boolean configuration key, in any of Git's spellings; `nil` where it is not set.
    /// - Throws: ``GitError`` where the value is no boolean, or as ``configuration(_:)``.
    public func configurationBool(_ key: String) throws(GitError) -> Bool? {
        let configuration = try mergedConfiguration()
        defer { git_config_free(configuration) }
        var value: Int32 = 0
        do throws(GitError) {
            try call("read the configuration key \(key)", key) { git_config_get_bool(&value, configuration, key) }
        } catch {
            if error.code == GIT_ENOTFOUND.rawValue { return nil }
            throw error
        }
        return value != 0
    }

    /// The URL of a remote as it is written, without `insteadOf`; `nil` where there is no such remote.
    /// - Throws: ``GitError`` as ``configuration(_:)``.
    public func remoteURL(_ remote: RemoteName) throws(GitError) -> String? {
        try configuration("remote.\(remote).url")
    }

    /// The value of a key in the repository's own file, which is where Git looks for `extensions.*`; `nil` where it is not
    /// set there.
    /// - Throws: ``GitError`` as ``configuration(_:)``.
    public func localConfiguration(_ key: String) throws(GitError) -> String? {
        let operation = "read the configuration of \(commonDirectory)"
        let merged = try make(operation) { git_repository_config($0, handle) }
        defer { git_config_free(merged) }
        do throws(GitError) {
            return try value(of: key, in: make(operation) { git_config_open_level($0, merged, GIT_CONFIG_LEVEL_LOCAL) })
        } catch {
            // A repository without a `config` file has no such level.
            if error.code == GIT_ENOTFOUND.rawValue { return nil }
            throw error
        }
    }

    /// The keys that match a regular expression, each once.
    func configurationKeys(matching pattern: String) throws(GitError) -> [String] {
        let operation = "read the configuration of \(commonDirectory)"
        let configuration = try mergedConfiguration()
        defer { git_config_free(configuration) }
        let iterator = try make(operation, pattern) { git_config_iterator_glob_new($0, configuration, pattern) }
        defer { git_config_iterator_free(iterator) }
        var keys: [String] = []
        var entry: UnsafeMutablePointer<git_config_entry>?
        while git_config_next(&entry, iterator) == 0, let entry {
            let key = String(cString: entry.pointee.name)
            if !keys.contains(key) { keys.append(key) }
        }
        return keys
    }

    /// The merged configuration, with the files that libgit2 1.5 does not read: those named by `GIT_CONFIG_GLOBAL` and
    /// `GIT_CONFIG_SYSTEM`, and `config.worktree`. The caller frees it.
    func mergedConfiguration() throws(GitError) -> OpaquePointer {
        let operation = "read the configuration of \(commonDirectory)"
        let merged = try make(operation) { git_repository_config($0, handle) }
        var files: [(path: String, level: git_config_level_t)] = []
        if let path = ConfigurationFiles.system.path { files.append((path, GIT_CONFIG_LEVEL_SYSTEM)) }
        if let path = ConfigurationFiles.global.path { files.append((path, GIT_CONFIG_LEVEL_GLOBAL)) }
        do throws(GitError) {
            var isWorktreeRead: Int32 = 0
            if git_config_get_bool(&isWorktreeRead, merged, "extensions.worktreeconfig") == 0, isWorktreeRead != 0 {
                files.append((gitDirectory + "/config.worktree", GIT_CONFIG_LEVEL_APP))
            }
            for file in files {
                try call(operation, file.path) {
                    git_config_add_file_ondisk(merged, file.path, file.level, handle, 1)
                }
            }
        } catch {
            git_config_free(merged)
            throw error
        }
        return merged
    }

    /// Reads a text and frees the configuration.
    private func value(of key: String, in configuration: OpaquePointer) throws(GitError) -> String? {
        defer { git_config_free(configuration) }
        var buffer = git_buf()
        defer { git_buf_dispose(&buffer) }
        do throws(GitError) {
            try call("read the configuration key \(key)", key) {
                git_config_get_string_buf(&buffer, configuration, key)
            }
        } catch {
            if error.code == GIT_ENOTFOUND.rawValue { return nil }
            throw error
        }
        return String(lossless: UnsafeRawBufferPointer(start: buffer.ptr, count: buffer.size))
    }
}
