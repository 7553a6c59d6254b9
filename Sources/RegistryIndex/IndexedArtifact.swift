public import GitTypes
public import RegistryCore

/// One artifact's tags with all that was read of them: a value of ``IndexTable/records``, and where tags were added since it
/// was written, one of ``IndexTable/recent``.
public struct IndexedHistory: Sendable {
    /// Every ref of the artifact, in the order of the names.
    public let tags: [IndexedTag]

    /// The bytes that the index keeps.
    /// - Parameter name: the artifact's part of the refs' names.
    public static func encode(_ tags: some Collection<IndexedTag>, name: String) -> [UInt8] {
        var encoder = ByteEncoder()
        encoder.reserve(128 * tags.count)
        IndexedTagList.encode(tags, prefix: name, to: &encoder)
        return encoder.bytes
    }

    /// Reads what ``encode(_:name:)`` wrote.
    /// - Throws: ``IndexDamage``.
    public init(decoding bytes: [UInt8]) throws(IndexDamage) {
        tags = try bytes.decoding { decoder throws(IndexDamage) in
            let list = try IndexedTagList(&decoder)
            return try list.all(&decoder)
        }
    }

    /// Puts tags together that were read one after the other.
    public init(_ records: IndexedHistory, adding recent: IndexedHistory) {
        var tags: [IndexedTag] = []
        tags.reserveCapacity(records.tags.count + recent.tags.count)
        var rest = recent.tags[...]
        for tag in records.tags {
            while let first = rest.first, first.name < tag.name { tags.append(rest.removeFirst()) }
            tags.append(tag)
        }
        self.tags = tags + rest
    }

    /// The tags that make an artifact's history.
    public init(_ tags: [IndexedTag]) {
        self.tags = tags
    }

    /// Reads some of the tags that are events, and how many tags there are.
    /// - Parameter isWanted: by what the names of their refs hold behind the artifact, and by their commits.
    /// - Throws: ``IndexDamage``.
    public static func events(
        decoding bytes: [UInt8], where isWanted: (UnsafeRawBufferPointer, ObjectID) -> Bool
    ) throws(IndexDamage) -> (events: [IndexedTag], count: Int) {
        try bytes.decoding { decoder throws(IndexDamage) in
            let list = try IndexedTagList(&decoder)
            return (try list.all(&decoder, where: isWanted), list.count)
        }
    }

    /// Reads one tag of it; `nil` where there is none of that name.
    /// - Throws: ``IndexDamage``.
    public static func tag(_ name: TagName, decoding bytes: [UInt8]) throws(IndexDamage) -> IndexedTag? {
        try bytes.decoding { decoder throws(IndexDamage) in try IndexedTagList(&decoder).find(name, &decoder) }
    }
}

/// What of one artifact holds now: a value of ``IndexTable/current``.
public struct IndexedArtifact: Sendable {
    /// Where it comes among the others; `nil` where none of its tags is an event.
    public let place: ArtifactPlace?
    /// The tags that tell what holds now: see ``Artifact/currentRefs``.
    public let records: [TagRecord]
    /// What is odd about single tags.
    public let tagFindings: [Finding]
    /// What is odd about its versions.
    public let stateFindings: [Finding]

    /// Puts together what is kept.
    public init(place: ArtifactPlace?, records: [TagRecord], tagFindings: [Finding], stateFindings: [Finding]) {
        self.place = place
        self.records = records
        self.tagFindings = tagFindings
        self.stateFindings = stateFindings
    }

    /// The artifact without what does not matter now; `nil` where none of its tags is an event.
    public var fold: ArtifactFold? {
        place.flatMap { ArtifactFold(current: records, place: $0, findings: stateFindings) }
    }

    /// The bytes that the index keeps.
    /// - Parameter name: the artifact's part of the refs' names.
    public func encoded(name: String) -> [UInt8] {
        var encoder = ByteEncoder()
        encoder.add(byte: place == nil ? 0 : 1)
        if let place {
            encoder.add(place.rank)
            encoder.add(signed: place.seconds)
            encoder.add(place.ref.description)
        }
        for findings in [tagFindings, stateFindings] {
            encoder.add(findings.count)
            for finding in findings {
                encoder.add(finding.code.rawValue)
                encoder.add(finding.subject)
                encoder.add(finding.message)
                encoder.add(byte: finding.hint == nil ? 0 : 1)
                if let hint = finding.hint { encoder.add(hint) }
            }
        }
        let tags = records.map { IndexedTag(name: $0.ref, id: $0.id, record: $0, version: nil) }
        IndexedTagList.encode(tags, prefix: name, to: &encoder)
        return encoder.bytes
    }

    /// Reads what ``encoded(name:)`` wrote.
    /// - Throws: ``IndexDamage``.
    public init(decoding bytes: [UInt8]) throws(IndexDamage) {
        self = try bytes.decoding { decoder throws(IndexDamage) in
            var place: ArtifactPlace?
            if try decoder.byte() != 0 {
                place = ArtifactPlace(
                    rank: try decoder.int(), seconds: try decoder.signed(), ref: TagName(asRead: try decoder.text()))
            }
            let tagFindings = try decoder.findings()
            let stateFindings = try decoder.findings()
            let list = try IndexedTagList(&decoder)
            let records = try list.all(&decoder).compactMap(\.record)
            return IndexedArtifact(
                place: place, records: records, tagFindings: tagFindings, stateFindings: stateFindings)
        }
    }
}

extension ByteDecoder {
    fileprivate mutating func findings() throws(IndexDamage) -> [Finding] {
        var findings: [Finding] = []
        for _ in 0..<(try count(ofSize: 4)) {
            guard let code = Finding.Code(rawValue: try text()) else { throw IndexDamage() }
            let (subject, message) = (try text(), try text())
            findings.append(
                Finding(code, subject: subject, message: message, hint: try byte() == 0 ? nil : try text()))
        }
        return findings
    }
}
