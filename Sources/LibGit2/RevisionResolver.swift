import CLibGit2
import GitTypes

/// Finds the commit that a revision names, by the rules of `git rev-parse`.
///
/// `git_revparse_single` of libgit2 is not used: it reads the objects on the way without the look that
/// ``LooseObject`` takes first, tells a missing object and an unknown name by the same code, does not know `@`, and
/// calls a short id ambiguous where only one of the objects leads to a commit.
struct RevisionResolver {
    let repository: Repository
    let text: String
    let operation: String

    /// The object that the text names; `nil` where nothing has the name.
    func object() throws(GitError) -> ObjectID? {
        let base = text.prefix { $0 != "~" && $0 != "^" }
        guard var id = try named(base == "@" ? "HEAD" : String(base)) else { return nil }
        var steps = text[base.endIndex...]
        while let mark = steps.popFirst() {
            if mark == "^", steps.first == "{" {
                guard let close = steps.firstIndex(of: "}") else { throw malformed }
                let kind = steps[steps.index(after: steps.startIndex)..<close]
                steps = steps[steps.index(after: close)...]
                id = try peel(id, to: String(kind))
                continue
            }
            guard mark == "~" || mark == "^" else { throw malformed }
            let digits = steps.prefix { $0.isASCII && $0.isNumber }
            steps = steps[digits.endIndex...]
            guard let number = digits.isEmpty ? 1 : Int(digits), number <= Int32.max else { throw malformed }
            guard let next = try mark == "~" ? ancestor(number, of: id) : parent(number, of: id) else { return nil }
            id = next
        }
        return id
    }

    private var malformed: GitError {
        let rule = "it is no revision of Git"
        return GitError(.invalid(rule), operation: operation, message: "'\(text)': \(rule)")
    }

    private func commit(_ id: ObjectID) throws(GitError) -> CommitRecord {
        guard let commit = try repository.peelToCommit(id) else { throw malformed }
        return try repository.commit(commit)
    }

    private func ancestor(_ generation: Int, of id: ObjectID) throws(GitError) -> ObjectID? {
        var commit = try commit(id)
        for _ in 0..<generation {
            guard let parent = commit.parents.first else { return nil }
            commit = try repository.commit(parent)
        }
        return commit.id
    }

    private func parent(_ number: Int, of id: ObjectID) throws(GitError) -> ObjectID? {
        let commit = try commit(id)
        if number == 0 { return commit.id }
        return number <= commit.parents.count ? commit.parents[number - 1] : nil
    }

    /// `^{commit}`, `^{tag}`, `^{tree}`, `^{blob}`, `^{object}` and `^{}`.
    private func peel(_ id: ObjectID, to kind: String) throws(GitError) -> ObjectID {
        switch kind {
        case "object": return id
        case "commit": return try commit(id).id
        case "tree":
            return try commit(id).tree
        case "": return try repository.peelToCommit(id) ?? id
        default:
            guard let kind = ObjectKind(rawValue: kind), try repository.objectHeader(id).kind == kind else {
                throw malformed
            }
            return id
        }
    }

    /// The object of a name without steps: a full id, a ref, the output of `git describe`, a short id.
    private func named(_ name: String) throws(GitError) -> ObjectID? {
        if let id = ObjectID(name) { return try exists(id) ? id : nil }
        if let id = try reference(name) { return id }
        // `v1.0.0-3-g8a1eb65`: what comes after the last `-g` is the id.
        if let mark = name.utf8.lastIndex(of: UInt8(ascii: "g")), mark != name.startIndex,
            name.utf8[name.utf8.index(before: mark)] == UInt8(ascii: "-"),
            let id = try abbreviated(String(name[name.utf8.index(after: mark)...]))
        {
            return id
        }
        return try abbreviated(name)
    }

    private func exists(_ id: ObjectID) throws(GitError) -> Bool {
        do throws(GitError) {
            _ = try repository.objectHeader(id)
            return true
        } catch {
            if error.kind == .objectMissing(id) { return false }
            throw error
        }
    }

    /// Tries the places in which git looks for a short ref name (`ref_rev_parse_rules`), in its order.
    private func reference(_ name: String) throws(GitError) -> ObjectID? {
        let isTopLevel = name.utf8.allSatisfy { (0x41...0x5A).contains($0) || $0 == UInt8(ascii: "_") }
        let direct = isTopLevel || name.hasPrefix("refs/") ? [name] : []
        let places = direct + ["refs/", "refs/tags/", "refs/heads/", "refs/remotes/"].map { $0 + name }
        for place in places + ["refs/remotes/\(name)/HEAD"] {
            let isValid = Array(place.utf8).withUnsafeBytes { ReferenceName.isValid($0) }
            if isValid, let id = try repository.reference(RefName(bytes: place.utf8)) { return id }
        }
        return nil
    }

    /// The object whose id starts with at least four digits; of several, the one that leads to a commit.
    private func abbreviated(_ digits: String) throws(GitError) -> ObjectID? {
        guard (4..<2 * ObjectID.byteCount).contains(digits.utf8.count),
            digits.allSatisfy({ $0.isASCII && $0.isHexDigit })
        else { return nil }
        var prefix = git_oid()
        var found = git_oid()
        try call(operation, text) { git_oid_fromstrp(&prefix, digits) }
        do throws(GitError) {
            try call(operation, text) {
                git_odb_exists_prefix(&found, repository.objects, &prefix, digits.utf8.count)
            }
            return ObjectID(found)
        } catch {
            if error.code == GIT_ENOTFOUND.rawValue { return nil }
            if error.code == GIT_EAMBIGUOUS.rawValue { return try commit(startingWith: digits, error) }
            throw error
        }
    }

    /// Git takes the only commit, or tag of one, among the objects; several stay ambiguous.
    private func commit(startingWith digits: String, _ ambiguity: GitError) throws(GitError) -> ObjectID {
        var search = PrefixSearch(digits: Array(digits.lowercased().utf8))
        _ = withUnsafeMutablePointer(to: &search) { search in
            git_odb_foreach(
                repository.objects,
                { id, search in
                    guard let id, let search else { return 0 }
                    search.assumingMemoryBound(to: PrefixSearch.self).pointee.look(at: ObjectID(id.pointee))
                    return 0
                }, search)
        }
        var commits: [ObjectID] = []
        for id in search.found where try repository.peelToCommit(id) != nil { commits.append(id) }
        guard commits.count == 1 else { throw ambiguity }
        return commits[0]
    }
}

/// Gathers the ids that start with some digits.
private struct PrefixSearch {
    let digits: [UInt8]
    var found: [ObjectID] = []

    mutating func look(at id: ObjectID) {
        if id.description.utf8.starts(with: digits), !found.contains(id) { found.append(id) }
    }
}
