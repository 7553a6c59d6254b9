import GitTypes
import LibGit2
import RegistryCore

/// Reads the registry's tags out of a repository; what cannot be one is left out and named.
struct TagReader {
    private let repository: Repository

    init(_ repository: Repository) {
        self.repository = repository
    }

    /// Reads the tags whose refs are of these artifacts, and no other object.
    ///
    /// A ref that calls itself another artifact's inside is left out: nobody can find those without reading all.
    func records(
        of artifacts: Set<ArtifactName>, among references: some Sequence<TagReference>
    ) throws(RegistryError) -> [TagRecord] {
        // One artifact's names are told apart by their first bytes, which is quicker than taking each apart.
        let start = artifacts.count == 1 ? artifacts.first.map { Array($0.tagText.utf8) } ?? [] : []
        var records: [TagRecord] = []
        for reference in references {
            guard reference.name.description.utf8.starts(with: start), let tag = RegistryTag(reference.name),
                artifacts.contains(tag.artifact)
            else { continue }
            if case .success(let record) = try record(reference, tag) { records.append(record) }
        }
        return records
    }

    /// Reads one tag, or says why it carries no event.
    /// - Parameter neighbour: a tag that is likely of the same tagger.
    func record(
        _ reference: TagReference, _ tag: RegistryTag, beside neighbour: TagRecord? = nil
    ) throws(RegistryError) -> Result<TagRecord, Oddity> {
        let name = reference.name
        let parsed: Result<TagObject, Oddity>
        do throws(GitError) {
            parsed = try repository.withObject(reference.id) { kind, bytes in
                guard kind == .tag else { return .failure(.lightweight(name)) }
                do throws(TagObject.Defect) {
                    return .success(try TagObject(parsing: Self.bounded(bytes), beside: neighbour?.object))
                } catch {
                    return .failure(.unreadable(name, error.rawValue))
                }
            }
        } catch {
            if case .objectMissing = error.kind { return .failure(.damaged(name, "its object is missing")) }
            if case .damaged = error.kind { return .failure(.damaged(name, "its object is damaged")) }
            throw RegistryError(error)
        }
        guard case .success(let object) = parsed else { return parsed.flatMap { _ in .failure(.lightweight(name)) } }

        var named = tag
        if object.name != name {
            guard let inner = RegistryTag(object.name) else {
                return .failure(.unreadable(name, "it calls itself \(object.name) inside, which is no registry tag"))
            }
            named = inner
        }
        if named.action == .create { return .failure(.created(name)) }
        var commit = object.target
        if object.targetType != "commit" {
            do throws(GitError) {
                guard let peeled = try repository.peelToCommit(reference.id) else {
                    return .failure(.noCommit(name, object.targetType))
                }
                commit = peeled
            } catch {
                switch error.kind {
                case .objectMissing: return .failure(.incomplete(name, "the object that it leads to is missing"))
                case .damaged: return .failure(.incomplete(name, "the object that it leads to is damaged"))
                default: throw RegistryError(error)
                }
            }
        }
        return .success(TagRecord(ref: name, id: reference.id, object: object, tag: named, commit: commit))
    }

    /// The most bytes of a tag object that are read: a message of 1 MiB, and its header. What is longer is cut at the end
    /// of a character.
    private static func bounded(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let limit = (1 << 20) + (64 << 10)
        guard bytes.count > limit else { return bytes }
        var end = limit
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[..<end])
    }

    /// GTO takes the inner tag for the commit.
    static func nestedTag(_ record: TagRecord) -> Finding {
        Finding(
            .nestedTag, subject: record.ref.description,
            message: "tag \(record.ref) is a tag of a tag; here it counts for commit \(record.commit.short), "
                + "in GTO for the inner tag",
            hint: "git tag -d \(record.ref.shellQuoted), and make it again on the commit")
    }

    /// A name that was meant for the registry and misses its grammar: `nn@v1`, `nn#dev#1-2`.
    static func malformedName(_ name: TagName) -> Finding? {
        let text = name.description
        guard let mark = text.firstIndex(where: { $0 == "@" || $0 == "#" }), mark != text.startIndex else { return nil }
        let rest = text[text.index(after: mark)...]
        let looksMeant =
            text[mark] == "#"
            || rest.hasPrefix("v") && rest.dropFirst().first.map { $0.isASCII && $0.isNumber } == true
        guard looksMeant, NameGrammar.isName(text[..<mark].utf8) else { return nil }
        return Finding(
            .malformedName, subject: text,
            message: "tag \(text) looks like a registry tag and is none, so it is ignored",
            hint:
                "a registry tag looks like churn@v1.2.0 or churn#prod#3; to delete this one: git tag -d \(text.shellQuoted)"
        )
    }
}

/// Why a tag of the registry's form carries no event.
enum Oddity: Error {
    case lightweight(TagName)
    case unreadable(TagName, String)
    /// The same, because something that it leads to cannot be read: another time it may be there.
    case incomplete(TagName, String)
    /// What it says is not known: another copy of the repository may have it whole.
    case damaged(TagName, String)
    case created(TagName)
    case noCommit(TagName, String)

    /// Whether another look may find something else.
    var isUnsettled: Bool {
        switch self {
        case .damaged, .incomplete: true
        case .lightweight, .unreadable, .created, .noCommit: false
        }
    }

    var finding: Finding {
        switch self {
        case .lightweight(let name):
            Finding(
                .lightweightTag, subject: name.description,
                message: "tag \(name) is lightweight, so it carries no event, but it takes the name",
                hint: "git fetch origin '+refs/tags/\(name):refs/tags/\(name)' if origin has the annotated one, "
                    + "else git tag -d \(name.shellQuoted)")
        case .unreadable(let name, let problem), .incomplete(let name, let problem):
            Finding(
                .unreadableTag, subject: name.description, message: "tag \(name) is skipped: \(problem)",
                hint: "git tag -d \(name.shellQuoted)")
        case .damaged(let name, let problem):
            Finding(
                .unreadableTag, subject: name.description, message: "tag \(name) cannot be read: \(problem)",
                hint: "git update-ref -d \(RefName(name).shellQuoted) && git fetch origin tag \(name.shellQuoted)")
        case .created(let name):
            Finding(
                .createdTag, subject: name.description,
                message: "tag \(name) is reserved, and makes every GTO command fail",
                hint: "git tag -d \(name.shellQuoted)")
        case .noCommit(let name, let type):
            Finding(
                .noCommit, subject: name.description, message: "tag \(name) leads to a \(type), not to a commit",
                hint: "git tag -d \(name.shellQuoted)")
        }
    }
}

extension Finding {
    /// A ref that cannot be used.
    static func damagedRef(_ damaged: TagList.Damaged) -> Finding {
        Finding(
            .damagedRef, subject: damaged.name.description,
            message: "ref refs/tags/\(damaged.name) is damaged: \(damaged.problem)",
            hint: "git update-ref -d \(RefName(damaged.name).shellQuoted) "
                + "&& git fetch origin tag \(damaged.name.shellQuoted)")
    }
}
