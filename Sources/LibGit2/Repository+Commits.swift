public import GitTypes

extension Repository {
    /// The commit that a revision names, peeled through tags.
    ///
    /// Git's order holds: a tag beats a branch of the same name. Where nothing has the name, `refs/remotes/origin/`
    /// is tried in front of it, as GTO does.
    /// - Throws: ``GitError`` of kind ``GitError/Kind/notFound(_:)``, ``GitError/Kind/ambiguous(_:)``,
    ///   ``GitError/Kind/invalid(_:)`` for a search, a reflog expression or a revision that ends at no commit,
    ///   ``GitError/Kind/objectMissing(_:)`` where history ends before it, or ``GitError/Kind/damaged(what:)``.
    public func resolveCommit(_ revision: Revision) throws(GitError) -> ObjectID {
        let text = revision.description
        let operation = "find the commit \(text)"
        for (mark, rule) in [("^{/", "it is a search"), (":", "it names a path"), ("@{", "it is a reflog expression")]
        where text.contains(mark) {
            throw GitError(.invalid(rule), operation: operation, message: rule)
        }
        var found: ObjectID?
        for name in [text, "refs/remotes/origin/" + text] where found == nil {
            found = try RevisionResolver(repository: self, text: name, operation: operation).object()
        }
        guard let found else {
            throw GitError(
                .notFound(text), operation: operation, message: "no commit, branch or tag is named '\(text)'")
        }
        guard let commit = try peelToCommit(found) else {
            let rule = "it names a \(try objectHeader(found).kind.rawValue), not a commit"
            throw GitError(.invalid(rule), operation: operation, message: rule)
        }
        return commit
    }

    /// The commit that an object is or that a chain of tags ends at; `nil` where it ends at a tree or blob.
    /// - Throws: ``GitError`` of kind ``GitError/Kind/objectMissing(_:)`` or ``GitError/Kind/damaged(what:)``.
    public func peelToCommit(_ id: ObjectID) throws(GitError) -> ObjectID? {
        // An id is the hash of what it names, so a chain cannot be a ring; a long one may still be an attack.
        var id = id
        for _ in 0..<1000 {
            switch try objectHeader(id).kind {
            case .commit: return id
            case .tree, .blob: return nil
            case .tag:
                let tag = id
                id = try withObject(tag) { _, bytes throws(GitError) in
                    guard bytes.starts(with: "object ".utf8),
                        let target = ObjectID(hexadecimal: bytes.dropFirst(7).prefix(2 * ObjectID.byteCount))
                    else {
                        throw GitError(
                            .damaged(what: "object \(tag)"), operation: "read object \(tag)",
                            message: "tag \(tag) names no target")
                    }
                    return target
                }
            }
        }
        throw GitError(.invalid("too many tags"), operation: "read object \(id)", message: "over 1000 tags of tags")
    }

    /// Reads a commit.
    /// - Throws: ``GitError`` as ``withObject(_:_:)``; of kind ``GitError/Kind/damaged(what:)`` where its header is
    ///   malformed, of kind ``GitError/Kind/invalid(_:)`` where the object is no commit.
    public func commit(_ id: ObjectID) throws(GitError) -> CommitRecord {
        try withObject(id) { kind, bytes throws(GitError) in
            try expect(.commit, of: id, is: kind)
            guard let commit = CommitRecord(id, parsing: bytes) else {
                throw GitError(
                    .damaged(what: "object \(id)"), operation: "read object \(id)",
                    message: "the header of commit \(id) is damaged")
            }
            return commit
        }
    }
}

extension GitError {
    /// Whether nothing has the name that was asked for.
    var isNotFound: Bool {
        if case .notFound = kind { true } else { false }
    }
}
