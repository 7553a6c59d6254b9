import GitTypes
import LibGit2
import RegistryCore
import RegistryIndex

/// What an index will keep of one artifact whose refs are others than before.
struct ArtifactChange: Sendable {
    let name: [UInt8]
    /// What tells its refs from others.
    let references: UInt64
    let traits: IndexHead.Traits
    let current: [UInt8]
    /// `nil` where those before are kept.
    let records: [UInt8]?
    /// The tags that were added to those before.
    let recent: [UInt8]?
    /// What ``current`` says, where it is known without being decoded.
    let fold: ArtifactFold?

    /// Its new value in a table; `nil` where the old one stays.
    func value(of table: IndexTable) -> [UInt8]? {
        switch table {
        case .current: current
        case .records: records
        case .recent: recent
        case .files: nil
        }
    }

    /// Folds all tags of an artifact.
    /// - Parameter read: what was read of the tags that were not known.
    init(_ group: ChangedReferences.Group, _ read: ReadTagGroup) {
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
        let versions = whole?.artifact.versionsOfStageTags ?? [:]
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
        if found.isUnsettled || Self.isTooLarge(records) { traits.insert(.isUnsettled) }
        self.traits = traits
        name = group.name
        references = group.references.sum(of: group.references.indices)
        current = indexed.encoded(name: group.text)
        self.records = IndexedHistory.encode(tags, name: group.text)
        recent = nil
        fold = nil
    }

    /// How many tags are kept beside the others, at least, before all are written together.
    private static let fewRecent = 64

    /// Goes on from what held before tags were added, which takes the less time the longer the history is. `nil` where only
    /// all tags tell what holds, or where so many were added that they are better written together.
    /// - Parameters:
    ///   - read: what was read of the added tags.
    ///   - value: gives the artifact's value in a table.
    init?(
        _ growth: ChangedReferences.Growth, _ read: ReadTagGroup,
        value: (IndexTable, IndexHead.Entry) throws(IndexDamage) -> [UInt8]
    ) throws(IndexDamage) {
        let before = try IndexedArtifact(decoding: value(.current, growth.entry))
        guard read.records.count == growth.added.count, read.findings.isEmpty, !read.hasRenamedTags,
            let held = before.fold
        else { return nil }
        let search = ArtifactGrowth.Search(for: read.records)
        let (earlier, count) = try IndexedHistory.events(decoding: value(.records, growth.entry), where: search.finds)
        let recent = growth.entry.recent == nil ? nil : try value(.recent, growth.entry)
        let added = try recent.map { bytes throws(IndexDamage) in try IndexedHistory(decoding: bytes) }
        let later = try recent.map { bytes throws(IndexDamage) in
            try IndexedHistory.events(decoding: bytes, where: search.finds).events
        }
        let related = earlier + (later ?? [])
        guard
            let now = ArtifactGrowth(
                adding: read.records, to: (held, before.records), related: related.compactMap(\.record)),
            // A registration that came after stage tags gives their version its name.
            related.allSatisfy({ $0.record?.tag.action.stage == nil || $0.version == now.version(ofStageTag: $0.name) })
        else { return nil }
        let new = read.records.map { record in
            IndexedTag(
                name: record.ref, id: record.id, record: record,
                version: now.version(ofStageTag: record.ref) ?? record.tag.action.version.map { .semantic($0) })
        }
        let all = IndexedHistory(added ?? IndexedHistory([]), adding: IndexedHistory(new)).tags
        guard all.count <= max(Self.fewRecent, count / 8), !Self.isTooLarge(all.compactMap(\.record)) else {
            return nil
        }
        let text = String(decoding: growth.entry.name, as: UTF8.self)
        let refs = TagReferences(growth.added)
        name = growth.entry.name
        references = growth.entry.references &+ refs.sum(of: refs.indices)
        traits = growth.entry.traits
        let indexed = IndexedArtifact(
            place: now.fold.place, records: now.currentRecords, tagFindings: before.tagFindings, stateFindings: [])
        self.current = indexed.encoded(name: text)
        fold = indexed.fold
        self.records = nil
        self.recent = IndexedHistory.encode(all, name: text)
    }

    /// Whether tags have messages that are not worth keeping: they are read again each time, as is what is damaged.
    private static func isTooLarge(_ records: [TagRecord]) -> Bool {
        let size = records.reduce(0) { $0 + $1.object.message.utf8.count }
        return size > min(64 << 20, 65_536 + 4096 * records.count)
    }
}
