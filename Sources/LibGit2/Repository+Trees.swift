public import GitTypes

extension Repository {
    /// The entries of a tree, in its order.
    /// - Throws: ``GitError`` as ``withObject(_:_:)``; of kind ``GitError/Kind/damaged(what:)`` where the bytes are no
    ///   entries, of kind ``GitError/Kind/invalid(_:)`` where the object is no tree.
    public func entries(ofTree id: ObjectID) throws(GitError) -> [TreeEntry] {
        try withObject(id) { kind, bytes throws(GitError) in
            try expect(.tree, of: id, is: kind)
            var reader = TreeReader(bytes)
            var entries: [TreeEntry] = []
            while let entry = reader.next() { entries.append(entry.entry) }
            if !reader.isAtEnd { throw damagedTree(id) }
            return entries
        }
    }

    /// What a path stands for at a commit; `nil` where it is not there.
    ///
    /// The parts of the path are compared byte by byte: no case folding, no Unicode normalisation, and `.` and `..` are
    /// names that no tree has. The empty path is the commit's folder itself.
    /// - Throws: ``GitError`` as ``commit(_:)`` and ``entries(ofTree:)``.
    public func entry(at path: String, inTreeOf commit: ObjectID) throws(GitError) -> TreeEntry? {
        var found = TreeEntry(name: "", mode: .tree, id: try self.commit(commit).tree)
        if path.isEmpty { return found }
        for part in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard found.mode == .tree, let next = try entry(named: part, inTree: found.id) else { return nil }
            found = next
        }
        return found
    }

    private func entry(named name: Substring.UTF8View, inTree id: ObjectID) throws(GitError) -> TreeEntry? {
        try withObject(id) { kind, bytes throws(GitError) in
            try expect(.tree, of: id, is: kind)
            var reader = TreeReader(bytes)
            while let entry = reader.next() {
                if entry.name.elementsEqual(name) { return entry.entry }
            }
            if !reader.isAtEnd { throw damagedTree(id) }
            return nil
        }
    }

    private func damagedTree(_ id: ObjectID) -> GitError {
        GitError(
            .damaged(what: "object \(id)"), operation: "read object \(id)", message: "an entry of tree \(id) is damaged"
        )
    }
}
