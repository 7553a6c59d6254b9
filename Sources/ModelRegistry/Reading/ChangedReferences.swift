import GitTypes
import LibGit2
import RegistryCore
import RegistryIndex

/// The artifacts whose refs are not those that an index knows.
struct ChangedReferences {
    /// One artifact whose refs are others than before.
    struct Group: Sendable {
        let name: [UInt8]
        /// All of its refs, by name.
        let references: TagReferences
        /// What was read before, for each of them.
        var known: [TagRecord?] = []

        var text: String { String(decoding: name, as: UTF8.self) }
    }

    /// One artifact that only got more refs.
    struct Growth: Sendable {
        let entry: IndexHead.Entry
        /// The new ones, by name.
        let added: [TagReference]
    }

    private(set) var groups: [Group] = []
    private(set) var growths: [Growth] = []
    /// The names of artifacts without refs.
    private(set) var gone: Set<[UInt8]> = []

    /// How many artifacts are looked for one by one. Each takes a few looks into `packed-refs`; more of them take longer
    /// than reading it once.
    private static let mostFewGroups = 400

    /// Finds them. `nil` where the refs are so odd that no index holds them.
    init?(_ files: ReferenceFiles, _ head: IndexHead, isNew: Bool, _ now: inout CurrentReferences) throws(RegistryError)
    {
        // Where something was missing or damaged, another look is taken at all.
        if !isNew, !head.traits.contains(.isUnsettled), now.isPackedSame(as: head),
            let changed = ChangedReferences(few: files, head, now)
        {
            self = changed
            return
        }
        try self.init(all: head, &now)
    }

    /// Finds them by all refs.
    init?(all head: IndexHead, _ now: inout CurrentReferences) throws(RegistryError) {
        let list = try RegistryError.wrapping { () throws(GitError) in try now.list() }
        guard list.damaged.isEmpty else { return nil }
        let tags = TagGroups(list.references)
        gone = Set(head.entries.map(\.name))
        for group in tags.groups where Self.isText(group.name) {
            gone.remove(group.name)
            if let entry = head.entry(group.name), !entry.traits.contains(.isUnsettled),
                entry.references == tags.references.sum(of: group.positions)
            {
                continue
            }
            let references = TagReferences(group.positions.lazy.map { tags.references[$0] })
            groups.append(Group(name: group.name, references: references))
        }
    }

    /// The same where `packed-refs` is as it was: only refs with files of their own are looked at.
    private init?(few files: ReferenceFiles, _ head: IndexHead, _ now: CurrentReferences) {
        guard head.references.isSorted, let changes = RefChange.between(head.references, now, files) else { return nil }
        var wholes: [[UInt8]] = []
        let byArtifact = Dictionary(grouping: changes) { $0.artifact }
        for name in byArtifact.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) where Self.isText(name) {
            let changes = byArtifact[name] ?? []
            let added = changes.compactMap(\.added)
            guard Self.areOrdered(added) else { return nil }
            if let entry = head.entry(name), added.count == changes.count,
                entry.traits.isDisjoint(with: [.hasRenamedTags, .isUnsettled])
            {
                growths.append(Growth(entry: entry, added: added))
            } else {
                wholes.append(name)
            }
        }
        guard add(wholes, files, now) else { return nil }
    }

    /// Takes artifacts as ones of which all refs may be others.
    /// - Returns: whether they can be told without reading all refs.
    mutating func add(_ names: [[UInt8]], _ files: ReferenceFiles, _ now: CurrentReferences) -> Bool {
        if names.isEmpty { return true }
        guard names.count <= Self.mostFewGroups else { return false }
        var own = Dictionary(uniqueKeysWithValues: names.map { ($0, [TagReference]()) })
        for loose in now.loose {
            guard let name = TagGroups.groupName(loose.bytes).map(Array.init), own[name] != nil else { continue }
            if let reference = loose.reference { own[name]?.append(reference) }
        }
        for name in names {
            let loose = own[name] ?? []
            guard let staged = files.packed(startingWith: name + [UInt8(ascii: "#")], in: now.stamp),
                let registered = files.packed(startingWith: name + [UInt8(ascii: "@")], in: now.stamp),
                Self.areOrdered(staged + registered + loose)
            else { return false }
            let references = Self.merged(packed: staged + registered, loose: loose)
            if references.isEmpty {
                gone.insert(name)
            } else {
                groups.append(Group(name: name, references: TagReferences(references)))
            }
        }
        return true
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

    /// Whether names have the same order as texts and as bytes, which those that are not UTF-8 do not.
    private static func areOrdered(_ references: [TagReference]) -> Bool {
        references.allSatisfy { !$0.name.description.contains("\\") }
    }

    /// Whether a name is UTF-8, as those of artifacts are.
    private static func isText(_ name: [UInt8]) -> Bool { String(validating: name, as: UTF8.self) != nil }

    /// Takes from the index what it knows of the groups' tags.
    mutating func addKnown(_ before: KnownIndex, _ file: IndexFile?) {
        guard let head = before.head else { return }
        let old = groups.map { group in
            head.entry(group.name).flatMap { $0.traits.contains(.isUnsettled) ? nil : $0 }
        }
        let known = file?.read { reading throws(IndexDamage) -> [[IndexedTag]]? in
            // What somebody else wrote since is no damage.
            if reading.generation != before.generation { return nil }
            return try old.map { entry throws(IndexDamage) -> [IndexedTag] in
                guard let entry else { return [] }
                return try IndexedHistory(entry, value: reading.value(_:of:)).tags
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
}

/// What became of one ref.
private struct RefChange {
    /// The artifact's part of its name.
    let artifact: [UInt8]
    /// The ref, where it is a new one; `nil` where one was moved or deleted.
    let added: TagReference?

    /// What became of the refs of artifacts, where `packed-refs` is as it was; in the order of the names.
    static func between(
        _ before: IndexHead.References, _ now: CurrentReferences, _ files: ReferenceFiles
    ) -> [RefChange]? {
        var different: [(name: [UInt8], artifact: [UInt8], before: ObjectID?, after: ReferenceFiles.Loose?)] = []
        var rest = before.loose[...]
        func note(_ before: IndexHead.References.Loose?, _ after: ReferenceFiles.Loose?) -> Bool {
            let old = before.flatMap { ObjectID($0.value) }
            guard (before == nil) == (old == nil), let name = before?.name ?? after?.bytes else { return false }
            if old.map(ReferenceFiles.Loose.Value.id) != after?.value, let artifact = TagGroups.groupName(name) {
                different.append((name, Array(artifact), old, after))
            }
            return true
        }
        for loose in now.loose {
            while let first = rest.first, first.name.lexicographicallyPrecedes(loose.bytes) {
                guard note(rest.removeFirst(), nil) else { return nil }
            }
            let same = rest.first?.name == loose.bytes ? rest.removeFirst() : nil
            guard note(same, loose) else { return nil }
        }
        for loose in rest {
            guard note(loose, nil) else { return nil }
        }
        // Behind a file of its own there may be a line.
        guard let packed = files.packed(named: different.map(\.name), in: now.stamp) else { return nil }
        return zip(different, packed).compactMap { change, packed in
            let own = change.after?.reference
            guard change.before ?? packed != own?.id ?? packed else { return nil }
            return RefChange(artifact: change.artifact, added: change.before == nil && packed == nil ? own : nil)
        }
    }
}

extension ReferenceFiles.Loose {
    /// The ref, unless its file is damaged or names another one.
    fileprivate var reference: TagReference? {
        if case .id(let id) = value { TagReference(name: name, id: id) } else { nil }
    }
}

extension TagReferences {
    /// What tells these refs from others, in whatever order: the sums of the single ones, added up.
    func sum(of positions: some Sequence<Int>) -> UInt64 {
        var bytes: [UInt8] = []
        return positions.reduce(0) { sum, position in
            bytes.removeAll(keepingCapacity: true)
            withName(at: position) { bytes += $0 }
            bytes.append(0)
            bytes += id(at: position).bytes
            return sum &+ checksum(of: bytes, seed: 0)
        }
    }
}
