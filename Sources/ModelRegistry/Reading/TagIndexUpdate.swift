import GitTypes
import LibGit2
import RegistryCore
import RegistryIndex

/// What an index has to learn to hold for other refs: the artifacts whose refs are not those that it knows.
struct TagIndexUpdate {
    /// What was found out of one artifact.
    private struct Change: Sendable {
        let name: [UInt8]
        let references: UInt64
        let current: [UInt8]
        let records: [UInt8]
        let traits: IndexHead.Traits
    }

    /// One artifact whose refs are others than before.
    private struct Group: Sendable {
        let name: [UInt8]
        let references: [TagReference]
        /// What was read before, for each of them.
        var known: [TagRecord?] = []

        var text: String { String(decoding: name, as: UTF8.self) }
    }

    private var head: IndexHead
    private var changes: [Change] = []

    /// Finds out what changed and reads it. `nil` where the refs are so odd that no index holds them.
    init?(
        _ index: TagIndex, _ known: (head: IndexHead?, generation: Int64), _ now: inout CurrentReferences,
        _ repository: Repository
    ) async throws(RegistryError) {
        let head = known.head
        self.head = head ?? IndexHead()
        guard let (groups, gone) = try Self.changedGroups(index, head, &now) else { return nil }
        repository.trustPackedReferences(now.stamp)
        var changed = groups
        Self.addKnown(to: &changed, known, index.file)
        changes = try await Self.read(changed, in: repository)

        self.head.references = now.references
        self.head.entries.removeAll { gone.contains($0.name) }
    }

    /// Writes what is new.
    func write(to writing: IndexWriting) throws(IndexDamage) {
        var head = head
        let before = try IndexHead(writing)
        let entries = self.entries(&head)
        let kept = Set(entries.map(\.key))
        for entry in before?.entries ?? [] where !kept.contains(entry.key) {
            try writing.remove(.current, entry.key)
            try writing.remove(.records, entry.key)
        }
        if before == nil {
            try writing.removeAll(.current)
            try writing.removeAll(.records)
        }
        var sums: [Int64: (current: UInt64, records: UInt64)] = [:]
        for (change, key) in keyed(entries) {
            let isKept = !change.traits.contains(.isUnsettled)
            sums[key] = (
                try writing.set(.current, key, isKept ? change.current : []),
                try writing.set(.records, key, isKept ? change.records : [])
            )
        }
        head.entries = entries.map { entry in
            var entry = entry
            if let sum = sums[entry.key] { (entry.current, entry.records) = sum }
            return entry
        }
        try writing.setHead(head.encoded)
    }

    /// What the tags say now, by what was found out and what the index had before.
    func state(_ scope: RegistryScope, _ reading: IndexReading) throws(IndexDamage) -> TagState {
        var head = head
        head.entries = entries(&head)
        let changes = Dictionary(uniqueKeysWithValues: keyed(head.entries).map { ($1, $0) })
        return try TagState(scope, head) { table, entry throws(IndexDamage) in
            guard let change = changes[entry.key] else { return try reading.value(table, of: entry) }
            return table == .current ? change.current : change.records
        }
    }

    /// The artifacts of the new index, in order; those that changed without their sums.
    private func entries(_ head: inout IndexHead) -> [IndexHead.Entry] {
        var keys = Dictionary(uniqueKeysWithValues: head.entries.map { ($0.name, $0.key) })
        let changed = changes.map { change in
            let key = keys[change.name] ?? head.nextKey
            if key == head.nextKey { head.nextKey += 1 }
            keys[change.name] = key
            return IndexHead.Entry(
                name: change.name, key: key, references: change.references, current: 0, records: 0,
                traits: change.traits)
        }
        let names = Set(changed.map(\.name))
        let entries = head.entries.filter { !names.contains($0.name) } + changed
        return entries.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    private func keyed(_ entries: [IndexHead.Entry]) -> [(Change, Int64)] {
        let keys = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.key) })
        return changes.compactMap { change in keys[change.name].map { (change, $0) } }
    }

    // MARK: What changed

    /// How many artifacts are looked for one by one.
    private static let mostFewGroups = 400

    /// Whether a name is UTF-8, as those of artifacts are.
    private static func isText(_ name: [UInt8]) -> Bool { String(validating: name, as: UTF8.self) != nil }

    private static func changedGroups(
        _ index: TagIndex, _ head: IndexHead?, _ now: inout CurrentReferences
    ) throws(RegistryError) -> (groups: [Group], gone: Set<[UInt8]>)? {
        // Where something was missing or damaged, another look is taken at all.
        if let head, !head.traits.contains(.isUnsettled), now.isPackedSame(as: head),
            let found = fewChangedGroups(index.files, head, now)
        {
            return found
        }
        let list = try RegistryError.wrapping { () throws(GitError) in try now.list() }
        guard list.damaged.isEmpty else { return nil }
        let tags = TagGroups(list.references)
        var gone = Set(head?.entries.map(\.name) ?? [])
        var groups: [Group] = []
        for group in tags.groups where isText(group.name) {
            gone.remove(group.name)
            if let entry = head?.entry(group.name), !entry.traits.contains(.isUnsettled),
                entry.references == tags.sum(of: group)
            {
                continue
            }
            groups.append(Group(name: group.name, references: group.positions.map { tags.references[$0] }))
        }
        return (groups, gone)
    }

    /// The same where `packed-refs` is as it was: only the artifacts of refs with files of their own are looked at.
    private static func fewChangedGroups(
        _ files: ReferenceFiles, _ head: IndexHead, _ now: CurrentReferences
    ) -> (groups: [Group], gone: Set<[UInt8]>)? {
        let before = Set(head.references.loose)
        let after = Set(now.references.loose)
        let different = before.symmetricDifference(after).compactMap { TagGroups.groupName($0.name).map(Array.init) }
        let names = Set(different.filter(isText))
        // Each takes a few looks into the file; more of them take longer than reading it once.
        guard head.references.isSorted, names.count <= mostFewGroups else { return nil }
        var own: [[UInt8]: [TagReference]] = [:]
        for loose in now.loose {
            guard case .id(let id) = loose.value, let name = TagGroups.groupName(loose.bytes).map(Array.init),
                names.contains(name)
            else { continue }
            own[name, default: []].append(TagReference(name: loose.name, id: id))
        }
        var groups: [Group] = []
        var gone: Set<[UInt8]> = []
        for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            guard let staged = files.packed(startingWith: name + [UInt8(ascii: "#")], in: now.stamp),
                let registered = files.packed(startingWith: name + [UInt8(ascii: "@")], in: now.stamp)
            else { return nil }
            // Names that are not UTF-8 have another order as texts than as bytes.
            let isPlain = (staged + registered + (own[name] ?? [])).allSatisfy { !$0.name.description.contains("\\") }
            guard isPlain else { return nil }
            let references = merged(packed: staged + registered, loose: own[name] ?? [])
            if references.isEmpty {
                gone.insert(name)
            } else {
                groups.append(Group(name: name, references: references))
            }
        }
        return (groups, gone)
    }

    /// Puts sorted lists together; a loose ref hides the packed one of its name.
    private static func merged(packed: [TagReference], loose: [TagReference]) -> [TagReference] {
        var result: [TagReference] = []
        result.reserveCapacity(packed.count + loose.count)
        var rest = loose[...]
        for reference in packed {
            while let first = rest.first, first.name < reference.name { result.append(rest.removeFirst()) }
            if rest.first?.name != reference.name { result.append(reference) }
        }
        return result + rest
    }

    /// Takes from the index what it knows of the tags.
    private static func addKnown(
        to groups: inout [Group], _ before: (head: IndexHead?, generation: Int64), _ file: IndexFile?
    ) {
        guard let head = before.head else { return }
        let old = groups.map { group in
            head.entry(group.name).flatMap { $0.traits.contains(.isUnsettled) ? nil : $0 }
        }
        let known = file?.read { reading throws(IndexDamage) -> [[IndexedTag]]? in
            // What somebody else wrote since is no damage.
            if reading.generation != before.generation { return nil }
            return try old.map { entry throws(IndexDamage) -> [IndexedTag] in
                guard let entry else { return [] }
                return try IndexedHistory(decoding: try reading.value(.records, of: entry)).tags
            }
        }
        for (position, tags) in (known ?? []).enumerated() {
            // Both are ordered by name.
            var rest = tags[...]
            groups[position].known = groups[position].references.map { reference in
                while let first = rest.first, first.name < reference.name { rest.removeFirst() }
                guard let first = rest.first, first.name == reference.name, first.id == reference.id else { return nil }
                return first.record
            }
        }
    }

    // MARK: Reading

    private static func read(
        _ groups: [Group], in repository: Repository
    ) async throws(RegistryError) -> [Change] {
        let unknown = groups.flatMap { group in
            group.known.isEmpty ? group.references : zip(group.references, group.known).filter { $1 == nil }.map(\.0)
        }
        let tags = TagGroups(TagReferences(unknown))
        let positions = Dictionary(uniqueKeysWithValues: groups.indices.map { (groups[$0].name, $0) })
        let work = groups.reduce(0) { $0 + $1.references.count }
        let reading = try ParallelTagReading(tags, in: repository, count: work)
        let names = tags.groups.map(\.name)
        var changes: [Change] = []
        var isRead: Set<[UInt8]> = []
        try await reading.forEach(
            tags.groups.indices,
            { position, read in positions[names[position]].map { change(groups[$0], read) } },
            { change in
                guard let change else { return }
                isRead.insert(change.name)
                changes.append(change)
            })
        for group in groups where !isRead.contains(group.name) { changes.append(change(group, ReadTagGroup())) }
        return changes
    }

    private static func change(_ group: Group, _ read: ReadTagGroup) -> Change {
        var found = read
        var new = read.records[...]
        let all = group.references.indices.map { position -> TagRecord? in
            if let first = new.first, first.ref == group.references[position].name { return new.removeFirst() }
            guard !group.known.isEmpty, let record = group.known[position] else { return nil }
            if record.object.targetType == "tag" { found.findings.append(TagReader.nestedTag(record)) }
            return record
        }
        let records = all.compactMap { $0 }
        found.records = records
        let whole = found.hasRenamedTags ? nil : ArtifactFold(records)
        var versions: [TagName: VersionLabel] = [:]
        for stage in whole?.artifact.versions.flatMap(\.stages) ?? [] {
            for event in stage.assignments + stage.unassignments { versions[event.ref] = event.version }
        }
        let tags = zip(group.references, all).map { reference, record in
            IndexedTag(
                name: reference.name, id: reference.id, record: record,
                version: versions[reference.name] ?? record?.tag.action.version.map { .semantic($0) })
        }
        let indexed = IndexedArtifact(
            place: whole?.place, records: whole?.currentRecords(of: records) ?? records,
            tagFindings: found.findings, stateFindings: whole?.findings ?? [])
        var traits: IndexHead.Traits = []
        if !indexed.tagFindings.isEmpty || !indexed.stateFindings.isEmpty { traits.insert(.hasFindings) }
        if found.hasRenamedTags { traits.insert(.hasRenamedTags) }
        if found.isUnsettled || isTooLarge(records) { traits.insert(.isUnsettled) }
        let references = TagReferences(group.references)
        return Change(
            name: group.name, references: references.sum(of: references.indices),
            current: indexed.encoded(name: group.text), records: IndexedHistory.encode(tags, name: group.text),
            traits: traits)
    }

    /// Whether tags have messages that are not worth keeping: they are read again each time, as is what is damaged.
    private static func isTooLarge(_ records: [TagRecord]) -> Bool {
        let size = records.reduce(0) { $0 + $1.object.message.utf8.count }
        return size > min(64 << 20, 65_536 + 4096 * records.count)
    }
}

extension TagReferences {
    /// What tells these refs from others.
    fileprivate func sum(of positions: some Sequence<Int>) -> UInt64 {
        var bytes: [UInt8] = []
        for position in positions {
            withName(at: position) { bytes += $0 }
            bytes.append(0)
            bytes += id(at: position).bytes
        }
        return checksum(of: bytes, seed: 0)
    }
}

extension TagGroups {
    fileprivate func sum(of group: Group) -> UInt64 { references.sum(of: group.positions) }
}
