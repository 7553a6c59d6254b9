import GitTypes
import LibGit2
import RegistryCore

/// Judges the tags of a push before they are accepted, by their own objects: no other tag is read, so that it takes the
/// same time in every repository.
struct PushCheck {
    let repository: Repository

    /// - Throws: ``RegistryError`` where the repository cannot be read: then nothing may be accepted.
    func verdict(_ references: [PushedReference]) throws(RegistryError) -> GitHookVerdict {
        var verdict = GitHookVerdict()
        for reference in references {
            guard let name = reference.name.tag else { continue }
            guard let tag = reference.registryTag else {
                if !reference.isDeleted, let finding = Self.malformed(name) { verdict.refusals.append(finding) }
                continue
            }
            if reference.isDeleted {
                // GTO's `deprecate --delete` does it.
                verdict.warnings.append("tag \(name) is deleted, and its event with it")
            } else if reference.isMoved {
                verdict.refusals.append(Self.moved(reference, name))
            } else if let refusal = try refusal(TagReference(name: name, id: reference.new), tag) {
                verdict.refusals.append(refusal)
            }
        }
        return verdict
    }

    /// Why a new tag cannot be one of the registry's; `nil` where it can.
    private func refusal(_ reference: TagReference, _ tag: RegistryTag) throws(RegistryError) -> Finding? {
        let name = reference.name
        if tag.action == .create { return Self.reserved(name) }
        switch try TagReader(repository).record(reference, tag) {
        case .failure(.lightweight):
            return Self.finding(.lightweightTag, name, "is lightweight, and a registry tag must be annotated")
        case .failure(.unreadable(_, let problem)), .failure(.incomplete(_, let problem)),
            .failure(.damaged(_, let problem)):
            return Self.finding(.unreadableTag, name, "cannot be read: \(problem)")
        case .failure(.created): return Self.reserved(name)
        case .failure(.noCommit(_, let type)):
            return Self.finding(.noCommit, name, "leads to a \(type), not to a commit")
        case .success(let record):
            if record.object.name != name {
                return Self.finding(
                    .renamedTag, name, "calls itself \(record.object.name) inside, and that name counts")
            }
            if record.object.targetType == "tag" {
                return Self.finding(.nestedTag, name, "is a tag of a tag, which GTO takes for another commit")
            }
            return try commitProblem(record)
        }
    }

    private func commitProblem(_ record: TagRecord) throws(RegistryError) -> Finding? {
        let problem: String
        do throws(GitError) {
            let kind = try repository.objectHeader(record.commit).kind
            if kind == .commit {
                _ = try repository.commit(record.commit)
                return nil
            }
            problem = "is a \(kind.rawValue), not a commit"
        } catch {
            switch error.kind {
            case .objectMissing: problem = "is missing"
            case .damaged: problem = "is damaged"
            default: throw RegistryError(error)
            }
        }
        return Self.finding(.noCommit, record.ref, "leads to \(record.commit.short), which \(problem)")
    }

    private static func finding(_ code: Finding.Code, _ name: TagName, _ clause: String) -> Finding {
        Finding(
            code, subject: name.description, message: "tag \(name) \(clause)",
            hint: "git tag -d \(name.shellQuoted), and make it again: git tag -a \(name.shellQuoted) COMMIT")
    }

    private static func reserved(_ name: TagName) -> Finding {
        Finding(
            .createdTag, subject: name.description,
            message: "tag \(name) is reserved, and makes every GTO command fail", hint: "git tag -d \(name.shellQuoted)"
        )
    }

    private static func malformed(_ name: TagName) -> Finding? {
        guard TagReader.malformedName(name) != nil else { return nil }
        return Finding(
            .malformedName, subject: name.description, message: "tag \(name) looks like a registry tag and is none",
            hint:
                "a registry tag looks like churn@v1.2.0 or churn#prod#3; to delete this one: git tag -d \(name.shellQuoted)"
        )
    }

    private static func moved(_ reference: PushedReference, _ name: TagName) -> Finding {
        Finding(
            .movedTag, subject: name.description,
            message: "tag \(name) is \(reference.old.short) there and would become \(reference.new.short); "
                + "tags of the registry never move",
            hint: "git fetch --force origin tag \(name.shellQuoted) brings it back; make a new tag for what is new")
    }
}
