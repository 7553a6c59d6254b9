import CLibGit2
import GitTypes

extension Repository {
    /// Opens the repository that a path lies in.
    ///
    /// It is looked for upwards from `path`, as `git -C path` does. Inside a hook the variables that Git sets there are
    /// obeyed: `GIT_DIR`, `GIT_OBJECT_DIRECTORY` and `GIT_ALTERNATE_OBJECT_DIRECTORIES`. A plain open does not see the
    /// objects of a push that is not accepted yet. `GIT_OPEN_FROM_ENV` of libgit2 1.5 is not used: it fails where
    /// `GIT_WORK_TREE` is set, and reads no quoted alternate.
    /// - Parameters:
    ///   - path: a folder; relative paths in the environment are relative to it.
    ///   - isInsideHook: whether Git's variables are obeyed.
    ///   - environment: the value of a variable.
    /// - Throws: ``GitError`` of the kinds ``GitError/Kind/notARepository(path:)``,
    ///   ``GitError/Kind/unsupportedExtension(name:)`` and ``GitError/Kind/dubiousOwnership(path:)``, or of a failing
    ///   disk.
    public static func open(
        at path: String, isInsideHook: Bool = false, environment: (String) -> String? = environmentValue
    ) throws(GitError) -> Repository {
        let hook = isInsideHook ? HookEnvironment(environment, relativeTo: path) : HookEnvironment()
        return try open(at: path, hook, ceilings: environment("GIT_CEILING_DIRECTORIES"))
    }

    /// Opens the same repository by a handle that another task may use beside this one.
    /// - Throws: ``GitError`` as ``open(at:isInsideHook:environment:)``.
    public func another() throws(GitError) -> Repository {
        var hook = hook
        if hook.gitDirectory == nil { hook.gitDirectory = gitDirectory }
        return try Self.open(at: gitDirectory, hook, ceilings: nil)
    }

    private static func open(
        at path: String, _ hook: HookEnvironment, ceilings: String?
    ) throws(GitError) -> Repository {
        try Library.start()
        let operation = "open the repository at \(hook.gitDirectory ?? path)"
        let handle = try openHandle(
            hook.gitDirectory ?? path, isExact: hook.gitDirectory != nil, ceilings: ceilings, operation: operation)
        let objects: OpaquePointer
        do throws(GitError) {
            objects = try openObjects(of: handle, hook: hook, operation: operation)
        } catch {
            git_repository_free(handle)
            throw error
        }
        let repository = Repository(owning: handle, objects: objects, hook: hook)
        try repository.refuseForeignFormat(operation: operation)
        return repository
    }

    private static func openHandle(
        _ path: String, isExact: Bool, ceilings: String?, operation: String
    ) throws(GitError) -> OpaquePointer {
        let flags = isExact ? GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue : 0
        func open() throws(GitError) -> OpaquePointer {
            try make(operation, path) { git_repository_open_ext($0, path, flags, ceilings) }
        }
        do throws(GitError) {
            return try OwnerCheck.open(open)
        } catch {
            throw GitError(
                openKind(of: error, path: path), operation: operation, message: error.message, code: error.code)
        }
    }

    private static func openKind(of error: GitError, path: String) -> GitError.Kind {
        let unsupported = "unsupported extension name "
        if case .dubiousOwnership = error.kind { return error.kind }
        if error.code == GIT_ENOTFOUND.rawValue { return .notARepository(path: path) }
        if error.message.hasPrefix(unsupported) {
            return .unsupportedExtension(name: String(error.message.dropFirst(unsupported.count)))
        }
        if error.message.hasPrefix("unsupported repository version") {
            return .unsupportedExtension(name: "core.repositoryformatversion")
        }
        return error.kind
    }

    private static func openObjects(
        of handle: OpaquePointer, hook: HookEnvironment, operation: String
    ) throws(GitError) -> OpaquePointer {
        if let directory = hook.objectDirectory {
            let objects = try make(operation, directory) { git_odb_open($0, directory) }
            defer { git_odb_free(objects) }
            try call(operation, directory) { git_repository_set_odb(handle, objects) }
        }
        let objects = try make(operation) { git_repository_odb($0, handle) }
        for alternate in hook.alternates {
            do throws(GitError) {
                try call(operation, alternate) { git_odb_add_disk_alternate(objects, alternate) }
            } catch {
                git_odb_free(objects)
                throw error
            }
        }
        return objects
    }

    /// Refuses SHA-256 objects and the reftable, whose extensions ``Library`` lets through to look at their values.
    private func refuseForeignFormat(operation: String) throws(GitError) {
        for (name, known) in [("extensions.objectformat", "sha1"), ("extensions.refstorage", "files")] {
            guard let value = try localConfiguration(name), value.lowercased() != known else { continue }
            throw GitError(
                .unsupportedExtension(name: name, value: value), operation: operation,
                message: "unsupported extension \(name) = \(value)")
        }
    }
}

/// What Git tells a hook about the repository through the environment.
struct HookEnvironment {
    var gitDirectory: String?
    var objectDirectory: String?
    var alternates: [String] = []

    /// The folders with objects that Git names.
    var objectDirectories: [String] { [objectDirectory].compactMap { $0 } + alternates }

    init() {}

    init(_ environment: (String) -> String?, relativeTo path: String) {
        func resolve(_ value: String) -> String { value.hasPrefix("/") ? value : path + "/" + value }
        func directory(_ name: String) -> String? {
            environment(name).flatMap { $0.isEmpty ? nil : resolve($0) }
        }
        gitDirectory = directory("GIT_DIR")
        objectDirectory = directory("GIT_OBJECT_DIRECTORY")
        alternates = Self.split(environment("GIT_ALTERNATE_OBJECT_DIRECTORIES") ?? "").map(resolve)
    }

    /// Splits at colons; an entry that starts with a double quote is written as in C (git's `link_alt_odb_entries`).
    private static func split(_ list: String) -> [String] {
        var entries: [String] = []
        var rest = Array(list.utf8)[...]
        while !rest.isEmpty {
            var entry: [UInt8] = []
            if rest.first == UInt8(ascii: "\"") {
                rest.removeFirst()
                while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
                    if byte == UInt8(ascii: "\\") { entry.append(unescape(&rest)) } else { entry.append(byte) }
                }
            }
            while let byte = rest.popFirst(), byte != UInt8(ascii: ":") { entry.append(byte) }
            if !entry.isEmpty { entries.append(String(decoding: entry, as: UTF8.self)) }
        }
        return entries
    }

    private static func unescape(_ rest: inout ArraySlice<UInt8>) -> UInt8 {
        let octal = rest.prefix(3)
        if octal.count == 3, let value = UInt8(String(decoding: octal, as: UTF8.self), radix: 8) {
            rest = rest.dropFirst(3)
            return value
        }
        let plain: [UInt8: UInt8] = [
            UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "t"): 9, UInt8(ascii: "n"): 10,
            UInt8(ascii: "v"): 11, UInt8(ascii: "f"): 12, UInt8(ascii: "r"): 13,
        ]
        guard let byte = rest.popFirst() else { return UInt8(ascii: "\\") }
        return plain[byte] ?? byte
    }
}
