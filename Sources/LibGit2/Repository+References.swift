import CLibGit2
public import GitTypes
import Glibc

extension Repository {
    /// The ref that HEAD stands for: the checked-out branch; `nil` where HEAD names a commit itself.
    /// - Throws: ``GitError`` of kind ``GitError/Kind/damaged(what:)`` where HEAD cannot be read.
    public func headReference() throws(GitError) -> RefName? {
        let head = try make("read HEAD", "HEAD") { git_reference_lookup($0, handle, "HEAD") }
        defer { git_reference_free(head) }
        guard let target = git_reference_symbolic_target(head) else { return nil }
        return RefName(bytes: UnsafeRawBufferPointer(start: target, count: strlen(target)))
    }

    /// The commit that is checked out; `nil` where the branch has none yet.
    /// - Throws: ``GitError`` as ``reference(_:)``.
    public func headCommit() throws(GitError) -> ObjectID? {
        try reference(headReference() ?? .head)
    }

    /// The object that a ref points to, through symbolic refs and not through tags; `nil` where there is no such ref.
    /// - Throws: ``GitError`` of kind ``GitError/Kind/damaged(what:)`` where the ref's file or `packed-refs` is.
    public func reference(_ name: RefName) throws(GitError) -> ObjectID? {
        let operation = "read \(name)"
        var id = git_oid()
        do throws(GitError) {
            try call(operation, name.description) { git_reference_name_to_id(&id, handle, name.description) }
        } catch {
            let value = try LooseReferences.value(of: name.description.utf8, root: commonPath, operation: operation)
            if case .damaged(let problem) = value { throw damaged(name, problem, operation) }
            // libgit2 reads a damaged `packed-refs` as an empty one, or names no file.
            try checkPackedReferences(operation: operation)
            guard error.isNotFound else { throw error }
            return nil
        }
        return ObjectID(id)
    }

    /// Creates a ref, unless there is one of the name.
    ///
    /// Compare-and-set against "no object", under the ref's lock: `git_tag_create` looks before it locks, and with 16
    /// racing processes 72 of 500 tags had two makers that both were told "done". A lock that another process holds is
    /// waited for up to ``lockWait``.
    /// - Parameters:
    ///   - name: the full name.
    ///   - id: the object; it must be in the repository.
    ///   - logMessage: the line for the reflog, where the repository keeps one for such refs.
    /// - Throws: ``GitError`` of kind ``GitError/Kind/exists(_:)``, ``GitError/Kind/refBlocked(by:)``,
    ///   ``GitError/Kind/locked(path:age:)``, ``GitError/Kind/objectMissing(_:)``, ``GitError/Kind/damaged(what:)``,
    ///   ``GitError/Kind/readOnly(_:)`` or ``GitError/Kind/inputOutput(_:)``; the ref is then as it was.
    public func createReference(_ name: RefName, _ id: ObjectID, logMessage: String) throws(GitError) {
        let operation = "create \(name)"
        _ = try objectHeader(id)
        // libgit2 would not see a tag that a damaged `packed-refs` holds, and so would make a second one.
        try checkPackedReferences(operation: operation)
        var zero = ObjectID.zero.libgit2
        var target = id.libgit2
        do throws(GitError) {
            try waitingForLock(of: name) { () throws(GitError) in
                var created: OpaquePointer?
                defer { git_reference_free(created) }
                try call(operation, name.description) {
                    git_reference_create_matching(&created, handle, name.description, &target, 1, &zero, logMessage)
                }
            }
        } catch {
            throw try refusal(error, name: name, operation: operation)
        }
    }

    /// Brings the folders of new refs and objects to the disk: git flushes the files, and the names are in the folders.
    /// - Throws: ``GitError`` of kind ``GitError/Kind/inputOutput(_:)``, which names the folder.
    public func flushFolders(of references: [RefName], _ objects: [ObjectID]) throws(GitError) {
        let names = references.map { Array($0.description.utf8) }
        var folders = Set(names.map { $0[..<($0.lastIndex(of: UInt8(ascii: "/")) ?? 0)] })
        for id in objects { folders.insert(Array("objects/\(id)".utf8)[..<"objects/00".utf8.count]) }
        for folder in folders {
            let number = Glibc.open(path(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            // The ref may have been packed since, and the object too.
            if number < 0, errno == ENOENT { continue }
            let isFlushed = number >= 0 && (fsync(number) == 0 || errno == EINVAL || errno == ENOTSUP)
            let reason = errno
            if number >= 0 { close(number) }
            if !isFlushed {
                throw GitError(
                    errno: reason, operation: "flush the folder \(String(lossless: folder))",
                    path: String(lossless: folder))
            }
        }
    }

    /// Deletes a ref, if it still has the value that the caller saw.
    /// - Throws: ``GitError`` of kind ``GitError/Kind/notFound(_:)`` where it is gone, ``GitError/Kind/changed(_:)`` where
    ///   it points elsewhere or is symbolic, ``GitError/Kind/locked(path:age:)``, ``GitError/Kind/damaged(what:)``,
    ///   ``GitError/Kind/readOnly(_:)`` or ``GitError/Kind/inputOutput(_:)``.
    public func deleteReference(_ name: RefName, expecting id: ObjectID) throws(GitError) {
        let operation = "delete \(name)"
        // Deleting a packed ref rewrites `packed-refs`; what cannot be read must not be written back shorter.
        try checkPackedReferences(operation: operation)
        let changed = GitError(.changed(name), operation: operation, message: "\(name) no longer points to \(id)")
        do throws(GitError) {
            try waitingForLock(of: name) { () throws(GitError) in
                let reference = try make(operation, name.description) {
                    git_reference_lookup($0, handle, name.description)
                }
                defer { git_reference_free(reference) }
                guard let target = git_reference_target(reference), ObjectID(target.pointee) == id else {
                    throw changed
                }
                try call(operation, name.description) { git_reference_delete(reference) }
            }
        } catch {
            throw error.code == GIT_EMODIFIED.rawValue ? changed : error
        }
    }

    /// Finds out why a ref could not be created.
    private func refusal(_ error: GitError, name: RefName, operation: String) throws(GitError) -> GitError {
        if case .locked = error.kind { return error }
        let value = try LooseReferences.value(of: name.description.utf8, root: commonPath, operation: operation)
        if case .damaged(let problem) = value { return damaged(name, problem, operation) }
        if error.code == GIT_EMODIFIED.rawValue || error.code == GIT_EEXISTS.rawValue {
            return GitError(.exists(name), operation: operation, message: "\(name) exists", code: error.code)
        }
        if let blocker = try blocker(of: name, operation: operation) {
            return GitError(
                .refBlocked(by: blocker), operation: operation, message: "\(blocker) is in the way", code: error.code)
        }
        return error
    }

    /// The ref that is a folder's name in this one, or that lies below it.
    private func blocker(of name: RefName, operation: String) throws(GitError) -> RefName? {
        let bytes = Array(name.description.utf8)
        let below = bytes + [UInt8(ascii: "/")]
        let packed = try PackedReferences.read(path("packed-refs"), prefix: "refs/".utf8, operation: operation)
        let loose = try LooseReferences.read(below: bytes, root: commonPath, operation: operation)
        if let first = loose.entries.first { return RefName(bytes: first.name) }
        if let first = packed.lines.first(where: { packed.name($0).starts(with: below) }) {
            return RefName(bytes: packed.name(first))
        }
        for slash in bytes.indices where bytes[slash] == UInt8(ascii: "/") {
            let above = bytes[..<slash]
            let isLoose = try LooseReferences.value(of: above, root: commonPath, operation: operation) != nil
            if isLoose || packed.lines.contains(where: { packed.name($0).elementsEqual(above) }) {
                return RefName(bytes: above)
            }
        }
        return nil
    }

    private func damaged(_ name: RefName, _ problem: String, _ operation: String) -> GitError {
        GitError(.damaged(what: name.description), operation: operation, message: "\(name) is damaged: \(problem)")
    }
}
