import GitTypes
import LibGit2
import RegistryCore

/// What the tags of a repository say.
struct TagState {
    var state: RegistryState
    /// What is odd about single tags.
    var findings: [Finding]
    /// The names that are taken, of the artifact that was asked for.
    var names: TagNames
}

extension TagState {
    /// Reads all tags of a repository, on all processors.
    static func read(_ scope: RegistryScope, in repository: Repository) async throws(RegistryError) -> TagState {
        let list = try RegistryError.wrapping { () throws(GitError) in try repository.tagReferences() }
        let groups = TagGroups(list.references)
        let reading = try ParallelTagReading(groups, in: repository, count: list.references.count)
        let all = groups.groups.indices

        var folds: [ArtifactFold] = []
        var findings = list.damaged.map(Finding.damagedRef)
        var hasRenamedTags = false
        try await reading.forEach(all, { FoldedTagGroup($1, isCurrent: scope.isCurrent) }) { group in
            hasRenamedTags = hasRenamedTags || group.hasRenamedTags
            if let fold = group.fold { folds.append(fold) }
            findings += group.findings
        }
        findings.sort { $0.precedes($1) }
        var state = RegistryState(folds)
        if hasRenamedTags {
            // A tag may be about another artifact than its ref's name says.
            var records: [TagRecord] = []
            try await reading.forEach(all, { $1.records }) { records += $0 }
            state = RegistryState(records)
        }
        return TagState(state: state, findings: findings, names: names(of: scope.artifact, in: groups))
    }

    private static func names(of artifact: ArtifactName?, in groups: TagGroups) -> TagNames {
        let group = artifact.flatMap { name in groups.groups.first { $0.name.elementsEqual(name.tagText.utf8) } }
        return TagNames(group.map { $0.positions.lazy.map { groups.references[$0].name } }.map(Array.init) ?? [])
    }
}

/// One artifact's tags, folded.
struct FoldedTagGroup: Sendable {
    let fold: ArtifactFold?
    let findings: [Finding]
    let hasRenamedTags: Bool

    /// - Parameter isCurrent: leaves the history out.
    init(_ read: ReadTagGroup, isCurrent: Bool) {
        self.hasRenamedTags = read.hasRenamedTags
        self.findings = read.findings
        let whole = hasRenamedTags ? nil : ArtifactFold(read.records)
        self.fold =
            isCurrent
            ? whole.flatMap {
                ArtifactFold(current: $0.currentRecords(of: read.records), place: $0.place, findings: $0.findings)
            } : whole
    }
}
