import GitTypes
import RegistryCore
import RegistryIndex

extension TagState {
    /// What the tags say by the values of an index.
    /// - Parameters:
    ///   - folds: what holds of some artifacts, by their names, where that need not be decoded.
    ///   - value: gives an artifact's value.
    init(
        _ scope: RegistryScope, _ head: IndexHead, folds: [[UInt8]: ArtifactFold] = [:],
        value: (IndexTable, IndexHead.Entry) throws(IndexDamage) -> [UInt8]
    ) throws(IndexDamage) {
        self = try withoutActuallyEscaping(value) { value throws(IndexDamage) in
            let indexed = IndexedState(head: head, folds: folds, value: value)
            let (state, names) = try indexed.state(scope)
            return TagState(state: state, findings: try indexed.findings(), names: names)
        }
    }
}

private struct IndexedState {
    let head: IndexHead
    let folds: [[UInt8]: ArtifactFold]
    let value: (IndexTable, IndexHead.Entry) throws(IndexDamage) -> [UInt8]

    func state(_ scope: RegistryScope) throws(IndexDamage) -> (RegistryState, TagNames) {
        if head.traits.contains(.hasRenamedTags) {
            // A tag may be about another artifact than its ref's name says.
            var tags: [IndexedTag] = []
            for entry in head.entries { tags += try history(entry) }
            let names = scope.artifact.map { name in tags.filter { RegistryTag($0.name)?.artifact == name } } ?? []
            return (RegistryState(tags.compactMap(\.record)), TagNames(names.map(\.name)))
        }
        switch scope {
        case .current:
            let folds = try head.entries.map { entry throws(IndexDamage) in try currentFold(entry) }
            return (RegistryState(folds.compactMap { $0 }), TagNames([]))
        case .everything:
            let folds = try head.entries.map { entry throws(IndexDamage) in
                ArtifactFold(try history(entry).compactMap(\.record))
            }
            return (RegistryState(folds.compactMap { $0 }), TagNames([]))
        case .artifact(let name), .currentArtifact(let name):
            let entry = head.entry(name.tagText.utf8)
            var fold: ArtifactFold?
            var names: [TagName] = []
            if let entry, scope.isCurrent {
                fold = try currentFold(entry)
            } else if let entry {
                let tags = try history(entry)
                fold = ArtifactFold(tags.compactMap(\.record))
                names = tags.map(\.name)
            }
            // Who asks for one that is not there is told of the others.
            guard let fold else { return (try state(.current).0, TagNames(names)) }
            let others = try oddArtifacts().filter { $0.name != entry?.name }.flatMap(\.artifact.stateFindings)
            return (RegistryState([fold], findings: others), TagNames(names))
        }
    }

    /// What is odd about single tags, of all artifacts.
    func findings() throws(IndexDamage) -> [Finding] {
        try oddArtifacts().flatMap(\.artifact.tagFindings).sorted { $0.precedes($1) }
    }

    private func oddArtifacts() throws(IndexDamage) -> [(name: [UInt8], artifact: IndexedArtifact)] {
        try head.entries.filter { $0.traits.contains(.hasFindings) }.map { entry throws(IndexDamage) in
            (entry.name, try current(entry))
        }
    }

    private func currentFold(_ entry: IndexHead.Entry) throws(IndexDamage) -> ArtifactFold? {
        if let fold = folds[entry.name] { return fold }
        return try current(entry).fold
    }

    private func current(_ entry: IndexHead.Entry) throws(IndexDamage) -> IndexedArtifact {
        try IndexedArtifact(decoding: try value(.current, entry))
    }

    private func history(_ entry: IndexHead.Entry) throws(IndexDamage) -> [IndexedTag] {
        try IndexedHistory(entry, value: value).tags
    }
}

extension IndexedHistory {
    /// An artifact's tags.
    /// - Parameter value: gives its value in a table.
    init(
        _ entry: IndexHead.Entry, value: (IndexTable, IndexHead.Entry) throws(IndexDamage) -> [UInt8]
    ) throws(IndexDamage) {
        let records = try IndexedHistory(decoding: try value(.records, entry))
        guard entry.recent != nil else {
            self = records
            return
        }
        self.init(records, adding: try IndexedHistory(decoding: try value(.recent, entry)))
    }
}
