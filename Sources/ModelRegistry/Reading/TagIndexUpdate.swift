import GitTypes
import LibGit2
import RegistryCore
import RegistryIndex

/// What an index holds, and for which refs: ``IndexHead`` and the generation that it was read of.
typealias KnownIndex = (head: IndexHead?, generation: Int64)

extension TagIndexUpdate {
    /// What is found out about other refs by files alone, before libgit2 reads objects.
    struct Preparation {
        let known: KnownIndex
        let changed: ChangedReferences

        /// Whether it was made of the same state of the same file.
        func isOf(_ other: KnownIndex) -> Bool {
            guard let head = known.head, let place = other.head?.references.place else { return false }
            return known.generation == other.generation && head.references.place == place
        }

        /// Compares. `nil` where the refs are so odd that no index holds them.
        init?(_ index: TagIndex, _ known: KnownIndex, _ now: inout CurrentReferences) throws(RegistryError) {
            let head = known.head ?? IndexHead()
            guard let changed = try ChangedReferences(index.files, head, isNew: known.head == nil, &now) else {
                return nil
            }
            self.known = known
            self.changed = changed
        }
    }
}

/// What an index has to learn to hold for other refs: the artifacts whose refs are not those that it knows.
struct TagIndexUpdate {
    private var head: IndexHead
    private var changes: [ArtifactChange] = []

    /// Reads what changed. `nil` where the refs are so odd that no index holds them.
    init?(
        _ index: TagIndex, _ preparation: Preparation, _ now: inout CurrentReferences, _ repository: Repository
    ) async throws(RegistryError) {
        let known = preparation.known
        head = known.head ?? IndexHead()
        var changed = preparation.changed
        repository.trustPackedReferences(now.stamp)
        var grown = try await Self.grow(changed.growths, known, index.readers, repository)
        let names = Set(grown.map(\.name))
        let others = changed.growths.map(\.entry.name).filter { !names.contains($0) }
        if !changed.add(others, index.files, now) {
            guard let all = try ChangedReferences(all: head, &now) else { return nil }
            (changed, grown) = (all, [])
        }
        changed.addKnown(known, index.file)
        changes = try await grown + Self.read(changed.groups, in: repository)

        head.references = now.references
        head.entries.removeAll { changed.gone.contains($0.name) }
    }

    /// Writes what is new.
    func write(to writing: IndexWriting) throws(IndexDamage) {
        var head = head
        let before = try IndexHead(writing)
        let entries = self.entries(&head)
        let kept = Set(entries.map(\.key))
        for entry in before?.entries ?? [] where !kept.contains(entry.key) {
            for table in [IndexTable.current, .records, .recent] { try writing.remove(table, entry.key) }
        }
        if before == nil {
            for table in [IndexTable.current, .records, .recent] { try writing.removeAll(table) }
        }
        let changes = Dictionary(uniqueKeysWithValues: changes.map { ($0.name, $0) })
        head.entries = try entries.map { entry throws(IndexDamage) in
            guard let change = changes[entry.name] else { return entry }
            let isKept = !change.traits.contains(.isUnsettled)
            var entry = entry
            entry.current = try writing.set(.current, entry.key, isKept ? change.current : [])
            if let records = change.records {
                entry.records = try writing.set(.records, entry.key, isKept ? records : [])
            }
            if let recent = change.recent {
                entry.recent = try writing.set(.recent, entry.key, recent)
            } else {
                try writing.remove(.recent, entry.key)
            }
            return entry
        }
        try writing.setHead(head.encoded)
    }

    /// What the tags say now, by what was found out and what the index had before.
    func state(_ scope: RegistryScope, _ reading: IndexReading) throws(IndexDamage) -> TagState {
        var head = head
        head.entries = entries(&head)
        let changes = Dictionary(uniqueKeysWithValues: changes.map { ($0.name, $0) })
        return try TagState(scope, head, folds: changes.compactMapValues(\.fold)) { table, entry throws(IndexDamage) in
            if let value = changes[entry.name]?.value(of: table) { return value }
            return try reading.value(table, of: entry)
        }
    }

    /// The artifacts of the new index, in order; those that changed without the sums of what is written.
    private func entries(_ head: inout IndexHead) -> [IndexHead.Entry] {
        let before = Dictionary(uniqueKeysWithValues: head.entries.map { ($0.name, $0) })
        let changed = changes.map { change in
            let key = before[change.name]?.key ?? head.nextKey
            if key == head.nextKey { head.nextKey += 1 }
            return IndexHead.Entry(
                name: change.name, key: key, references: change.references, current: 0,
                records: before[change.name]?.records ?? 0, recent: change.recent.map { _ in 0 }, traits: change.traits)
        }
        let names = Set(changed.map(\.name))
        let entries = head.entries.filter { !names.contains($0.name) } + changed
        return entries.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    // MARK: Reading

    /// How many tags the work of going on from what held is like, for one artifact.
    private static let workOfGrowth = 32

    /// Goes on from what held where artifacts only got more tags.
    /// - Returns: those of which that told what holds now.
    private static func grow(
        _ growths: [ChangedReferences.Growth], _ before: KnownIndex, _ readers: IndexReaders, _ repository: Repository
    ) async throws(RegistryError) -> [ArtifactChange] {
        if growths.isEmpty { return [] }
        let generation = before.generation
        let tags = TagGroups(TagReferences(growths.flatMap(\.added)))
        let count = tags.references.count + workOfGrowth * growths.count
        // Both are in the order of the artifacts' names, as the refs are.
        let positions = Dictionary(uniqueKeysWithValues: growths.indices.map { (growths[$0].entry.name, $0) })
        let names = tags.groups.map(\.name)
        var changes: [ArtifactChange] = []
        try await ParallelTagReading(tags, in: repository, count: count).forEach(
            tags.groups.indices,
            { group, read -> ArtifactChange? in
                guard let position = positions[names[group]] else { return nil }
                let growth = growths[position]
                return readers.read(of: generation) { reading throws(IndexDamage) in
                    try ArtifactChange(growth, read, value: reading.value(_:of:))
                }
            }, { if let change = $0 { changes.append(change) } })
        return changes
    }

    private static func read(
        _ groups: [ChangedReferences.Group], in repository: Repository
    ) async throws(RegistryError) -> [ArtifactChange] {
        if groups.isEmpty { return [] }
        let unknown = groups.lazy.flatMap { group in
            group.references.indices.lazy.filter { group.known.isEmpty || group.known[$0] == nil }
                .map { group.references[$0] }
        }
        let tags = TagGroups(TagReferences(unknown))
        let positions = Dictionary(uniqueKeysWithValues: groups.indices.map { (groups[$0].name, $0) })
        let work = groups.reduce(0) { $0 + $1.references.count }
        let reading = try ParallelTagReading(tags, in: repository, count: work)
        let names = tags.groups.map(\.name)
        var changes: [ArtifactChange] = []
        var isRead: Set<[UInt8]> = []
        try await reading.forEach(
            tags.groups.indices,
            { position, read in positions[names[position]].map { ArtifactChange(groups[$0], read) } },
            { change in
                guard let change else { return }
                isRead.insert(change.name)
                changes.append(change)
            })
        for group in groups where !isRead.contains(group.name) { changes.append(ArtifactChange(group, ReadTagGroup())) }
        return changes
    }
}
