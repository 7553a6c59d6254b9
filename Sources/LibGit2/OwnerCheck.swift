import CLibGit2
import GitTypes
import Synchronization

/// Judges a repository that another user owns, by git's rule for `safe.directory`.
///
/// libgit2 1.5 does not know `safe.directory = *`, which containers of CI services set, nor the configuration that the
/// environment names; and where the key is set nowhere it reports "not found" as if there were no repository.
enum OwnerCheck {
    /// libgit2's own check is one switch for the process, so opening happens one at a time.
    private static let turn = Mutex(())

    /// Opens a repository; one of another user only where `safe.directory` allows it.
    /// - Throws: what `open` throws, or ``GitError`` of kind ``GitError/Kind/dubiousOwnership(path:)``.
    static func open(_ open: () throws(GitError) -> OpaquePointer) throws(GitError) -> OpaquePointer {
        // A mutex hands out no pointer, as it may be the one to what it protects; a number it does.
        let address = try turn.withLock { _ throws(GitError) in UInt(bitPattern: try judged(open)) }
        guard let handle = OpaquePointer(bitPattern: address) else {
            throw GitError(.other, operation: "open the repository", message: "libgit2 returned nothing")
        }
        return handle
    }

    private static func judged(_ open: () throws(GitError) -> OpaquePointer) throws(GitError) -> OpaquePointer {
        let refusal: GitError
        do throws(GitError) {
            return try open()
        } catch {
            guard error.code == GIT_EOWNER.rawValue || error.message.contains("'safe.directory'") else { throw error }
            refusal = error
        }
        // Opening reads the repository's configuration and runs nothing; which path it is about is known only then.
        _ = git_model_validate_owner(0)
        defer { _ = git_model_validate_owner(1) }
        let handle = try open()
        let path = String(cString: git_repository_workdir(handle) ?? git_repository_path(handle))
        let directory = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        // A configuration that cannot be read allows nothing.
        let values = ((try? configuredValues()) ?? []) + environmentValues
        if isSafe(directory, values: values, home: environmentValue("HOME")) { return handle }
        git_repository_free(handle)
        throw GitError(
            .dubiousOwnership(path: directory), operation: refusal.operation,
            message: "repository '\(directory)' belongs to another user", code: refusal.code)
    }

    /// Whether the values of `safe.directory` name the folder: exactly, or by `*`. An empty value forgets those
    /// before it.
    static func isSafe(_ directory: String, values: [String], home: String?) -> Bool {
        values.reduce(false) { isSafe, value in
            if value.isEmpty { return false }
            let path = value.hasPrefix("~/") ? (home ?? "~") + value.dropFirst() : value
            return isSafe || value == "*" || path == directory
        }
    }

    /// The values in the configuration outside the repository, which alone git asks.
    private static func configuredValues() throws(GitError) -> [String] {
        let operation = "read safe.directory"
        let configuration = try make(operation) { git_config_open_default($0) }
        defer { git_config_free(configuration) }
        for (files, level) in [
            (ConfigurationFiles.system, GIT_CONFIG_LEVEL_SYSTEM), (ConfigurationFiles.global, GIT_CONFIG_LEVEL_GLOBAL),
        ] {
            guard let path = files.path else { continue }
            try call(operation, path) { git_config_add_file_ondisk(configuration, path, level, nil, 1) }
        }
        var values: [String] = []
        var iterator: OpaquePointer?
        if git_config_multivar_iterator_new(&iterator, configuration, "safe.directory", nil) == 0 {
            defer { git_config_iterator_free(iterator) }
            var entry: UnsafeMutablePointer<git_config_entry>?
            while git_config_next(&entry, iterator) == 0, let entry {
                values.append(String(cString: entry.pointee.value))
            }
        }
        return values
    }

    /// The values that `GIT_CONFIG_COUNT`, `GIT_CONFIG_KEY_n` and `GIT_CONFIG_VALUE_n` give.
    private static var environmentValues: [String] {
        let count = min(environmentValue("GIT_CONFIG_COUNT").flatMap { Int($0) } ?? 0, 1000)
        return (0..<max(0, count)).compactMap { index in
            environmentValue("GIT_CONFIG_KEY_\(index)")?.lowercased() == "safe.directory"
                ? environmentValue("GIT_CONFIG_VALUE_\(index)") : nil
        }
    }
}
