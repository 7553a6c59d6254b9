public import GitTypes
public import RegistryCore

/// A tag as the index keeps it.
public struct IndexedTag: Sendable {
    /// The name of its ref.
    public let name: TagName
    /// What the ref points to.
    public let id: ObjectID
    /// What was read of it; `nil` where it is no event.
    public let record: TagRecord?
    /// The version that it is about, as the fold of all tags has it; `nil` for a deprecation.
    public let version: VersionLabel?

    /// Puts together what is kept.
    public init(name: TagName, id: ObjectID, record: TagRecord?, version: VersionLabel?) {
        self.name = name
        self.id = id
        self.record = record
        self.version = version
    }
}

/// Many tags of one artifact in one value: a table of the people, a table of where each tag starts, the tags in the order
/// of their names.
///
/// A message is kept as it is; a signature is not, since no state depends on it.
struct IndexedTagList {
    private enum Flag {
        static let record: UInt8 = 1
        /// The object has another name than the ref.
        static let renamed: UInt8 = 2
        /// The object leads to its commit by way of another tag.
        static let nested: UInt8 = 4
        /// The version has a name that is not the tag's own.
        static let version: UInt8 = 8
        /// The version has no name: it is the commit.
        static let commit: UInt8 = 16
    }

    static func encode(_ tags: some Collection<IndexedTag>, prefix: String, to encoder: inout ByteEncoder) {
        encoder.add(prefix)
        var people: [Person: Int] = [:]
        var inOrder: [Person] = []
        for case let person? in tags.lazy.map({ $0.record?.object.tagger }) where people[person] == nil {
            people[person] = people.count
            inOrder.append(person)
        }
        encoder.add(inOrder.count)
        for person in inOrder {
            encoder.add(person.name)
            encoder.add(person.email)
        }
        encoder.add(tags.count)
        let table = encoder.addSpace(4 * tags.count)
        let start = encoder.bytes.count
        for (position, tag) in tags.enumerated() {
            encoder.set(UInt32(encoder.bytes.count - start), at: table + 4 * position)
            encode(tag, prefix: prefix.utf8.count, people, to: &encoder)
        }
    }

    private static func encode(
        _ tag: IndexedTag, prefix: Int, _ people: [Person: Int], to encoder: inout ByteEncoder
    ) {
        encoder.add(tag.name.description.utf8.dropFirst(prefix))
        encoder.add(raw: tag.id.bytes)
        guard let record = tag.record else { return encoder.add(byte: 0) }
        let object = record.object
        var flags = Flag.record
        if object.name != tag.name { flags |= Flag.renamed }
        if object.targetType != "commit" { flags |= Flag.nested }
        var version: String?
        switch tag.version {
        case .semantic(let name) where name != record.tag.action.version:
            version = name.description
            flags |= Flag.version
        case .commit: flags |= Flag.commit
        case .semantic, nil: break
        }
        encoder.add(byte: flags)
        if flags & Flag.renamed != 0 { encoder.add(object.name.description) }
        if flags & Flag.nested != 0 {
            encoder.add(raw: object.target.bytes)
            encoder.add(object.targetType)
        }
        if let version { encoder.add(version) }
        encoder.add(raw: record.commit.bytes)
        encoder.add(signed: object.time.seconds)
        encoder.add(signed: Int64(object.time.offsetMinutes))
        encoder.add(people[object.tagger] ?? 0)
        encoder.add(object.message)
    }

    private let prefix: String
    private let artifact: ArtifactName?
    private let people: [Person]
    let count: Int
    private let table: Int
    private let start: Int

    init(_ decoder: inout ByteDecoder) throws(IndexDamage) {
        prefix = try decoder.text()
        artifact = RegistryTag(TagName(asRead: "\(prefix)@v0.0.1"))?.artifact
        let count = try decoder.count(ofSize: 2)
        var people: [Person] = []
        for _ in 0..<count { people.append(Person(name: try decoder.text(), email: try decoder.text())) }
        self.people = people
        self.count = try decoder.count(ofSize: 26)
        table = decoder.position
        _ = try decoder.raw(4 * self.count)
        start = decoder.position
    }

    /// All tags.
    func all(_ decoder: inout ByteDecoder) throws(IndexDamage) -> [IndexedTag] {
        var tags: [IndexedTag] = []
        tags.reserveCapacity(count)
        for _ in 0..<count { tags.append(try tag(named: try name(&decoder), &decoder)) }
        return tags
    }

    /// The events of which the body says so: by what their refs' names hold behind the prefix, and by their commits. Nothing
    /// else is made of the others.
    func all(
        _ decoder: inout ByteDecoder, where isWanted: (UnsafeRawBufferPointer, ObjectID) -> Bool
    ) throws(IndexDamage) -> [IndexedTag] {
        var tags: [IndexedTag] = []
        for position in 0..<count {
            try go(to: position, &decoder)
            let statement = try decoder.content()
            _ = try decoder.raw(ObjectID.byteCount)
            let flags = try decoder.byte()
            guard flags & Flag.record != 0 else { continue }
            if flags & Flag.renamed != 0 { _ = try decoder.content() }
            if flags & Flag.nested != 0 { _ = (try decoder.id(), try decoder.content()) }
            if flags & Flag.version != 0 { _ = try decoder.content() }
            guard isWanted(statement, try decoder.id()) else { continue }
            try go(to: position, &decoder)
            tags.append(try tag(named: try name(&decoder), &decoder))
        }
        return tags
    }

    /// The tag whose ref has that name, found by halving.
    func find(_ wanted: TagName, _ decoder: inout ByteDecoder) throws(IndexDamage) -> IndexedTag? {
        var range = 0..<count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            try go(to: middle, &decoder)
            let found = try name(&decoder)
            if found == wanted { return try tag(named: found, &decoder) }
            range = found < wanted ? (middle + 1)..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }

    /// Goes to where a tag starts.
    private func go(to tag: Int, _ decoder: inout ByteDecoder) throws(IndexDamage) {
        try decoder.go(to: table + 4 * tag)
        try decoder.go(to: start + Int(try decoder.fixed32()))
    }

    private func name(_ decoder: inout ByteDecoder) throws(IndexDamage) -> TagName {
        TagName(asRead: prefix + (try decoder.text()))
    }

    private func tag(named name: TagName, _ decoder: inout ByteDecoder) throws(IndexDamage) -> IndexedTag {
        let id = try decoder.id()
        let flags = try decoder.byte()
        guard flags & Flag.record != 0 else { return IndexedTag(name: name, id: id, record: nil, version: nil) }
        let inner = flags & Flag.renamed == 0 ? name : TagName(asRead: try decoder.text())
        let target = flags & Flag.nested == 0 ? nil : (try decoder.id(), try decoder.text())
        let named = flags & Flag.version == 0 ? nil : try decoder.version()
        let commit = try decoder.id()
        let time = Timestamp(seconds: try decoder.signed(), offsetMinutes: Int(try decoder.signed()))
        let person = try decoder.int()
        guard people.indices.contains(person) else { throw IndexDamage() }
        let object = TagObject(
            target: target?.0 ?? commit, targetType: target?.1 ?? "commit", name: inner, tagger: people[person],
            time: time, message: try decoder.text())
        let known = flags & Flag.renamed == 0 ? artifact.flatMap { RegistryTag(name, of: $0) } : nil
        guard let tag = known ?? RegistryTag(inner) else { throw IndexDamage() }
        let version: VersionLabel? =
            flags & Flag.commit != 0 ? .commit(commit) : (named ?? tag.action.version).map { .semantic($0) }
        return IndexedTag(
            name: name, id: id, record: TagRecord(ref: name, id: id, object: object, tag: tag, commit: commit),
            version: version)
    }
}

extension ByteDecoder {
    fileprivate mutating func id() throws(IndexDamage) -> ObjectID {
        guard let id = ObjectID(bytes: try raw(ObjectID.byteCount)) else { throw IndexDamage() }
        return id
    }

    fileprivate mutating func version() throws(IndexDamage) -> SemanticVersion {
        guard let version = SemanticVersion(asRead: try text()) else { throw IndexDamage() }
        return version
    }
}
