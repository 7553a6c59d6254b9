/// What an index says of itself: for which refs it holds, and what is in it.
///
/// Everything else is a value whose sum stands here, so that one that was written for other refs is never taken.
public struct IndexHead: Hashable, Sendable {
    /// What one artifact's values are. An artifact is here the part of a tag's name before the first `@` or `#`.
    public struct Entry: Hashable, Sendable {
        /// That part of the name.
        public var name: [UInt8]
        /// The number of its values in the tables.
        public var key: Int64
        /// The sums of the names and ids of its refs, added up.
        public var references: UInt64
        /// The sum of its value in ``IndexTable/current``.
        public var current: UInt64
        /// The sum of its value in ``IndexTable/records``.
        public var records: UInt64
        /// The sum of its value in ``IndexTable/recent``, where it has one.
        public var recent: UInt64?
        /// What is to be known before its values are read.
        public var traits: Traits

        /// Describes an artifact's values.
        public init(
            name: [UInt8], key: Int64, references: UInt64, current: UInt64, records: UInt64, recent: UInt64?,
            traits: Traits
        ) {
            self.name = name
            self.key = key
            self.references = references
            self.current = current
            self.records = records
            self.recent = recent
            self.traits = traits
        }
    }

    /// What is to be known of an artifact before its values are read.
    public struct Traits: OptionSet, Hashable, Sendable {
        /// The bits.
        public let rawValue: UInt8

        /// Makes traits of bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Something about its tags is odd.
        public static let hasFindings = Traits(rawValue: 1)
        /// A ref has another name than its object, so that artifacts cannot be told apart by refs.
        public static let hasRenamedTags = Traits(rawValue: 2)
        /// An object was missing or damaged: what it says may be known another time.
        public static let isUnsettled = Traits(rawValue: 4)
    }

    /// The refs for which an index holds.
    public struct References: Hashable, Sendable {
        /// A ref with a file of its own.
        public struct Loose: Hashable, Sendable {
            /// Its name below `refs/tags/`.
            public let name: [UInt8]
            /// What its file holds: an id, or what is wrong with it.
            public let value: String

            /// Describes a ref.
            public init(name: [UInt8], value: String) {
                self.name = name
                self.value = value
            }
        }

        /// Which file the index itself is: one that was copied is not believed.
        public var place: [Int64]
        /// What tells the configuration that the repository was opened with from another; empty where there is none.
        public var configuration: [Int64]
        /// What tells this `packed-refs` from another; empty where there is none.
        public var packed: [Int64]
        /// The sum of its bytes.
        public var packedSum: UInt64
        /// Whether another `packed-refs` cannot look the same.
        public var isSettled: Bool
        /// Whether all lines of `packed-refs` are ordered by name, so that one is found by halving.
        public var isSorted: Bool
        /// The refs with files of their own, ordered by the bytes of their names.
        public var loose: [Loose]

        /// Describes refs; without parameters, those of an empty repository.
        public init(
            place: [Int64] = [], configuration: [Int64] = [], packed: [Int64] = [], packedSum: UInt64 = 0,
            isSettled: Bool = true, isSorted: Bool = true,
            loose: [Loose] = []
        ) {
            self.place = place
            self.configuration = configuration
            self.packed = packed
            self.packedSum = packedSum
            self.isSettled = isSettled
            self.isSorted = isSorted
            self.loose = loose
        }
    }

    /// Which rules the tags were read by. Another program's values mean something else.
    public static let rules: UInt64 = 3

    /// The refs for which the index holds.
    public var references: References
    /// The artifacts, ordered by the bytes of their names.
    public var entries: [Entry]
    /// The key for the next new artifact.
    public var nextKey: Int64

    /// Describes an index; without parameters, one with nothing in it.
    public init(references: References = References(), entries: [Entry] = [], nextKey: Int64 = 1) {
        self.references = references
        self.entries = entries
        self.nextKey = nextKey
    }

    /// The traits that any of the artifacts has.
    public var traits: Traits { entries.reduce(into: []) { $0.formUnion($1.traits) } }

    /// The artifact of that name.
    public func entry(_ name: some Collection<UInt8>) -> Entry? {
        let name = Array(name)
        var range = entries.indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if entries[middle].name == name { return entries[middle] }
            if entries[middle].name.lexicographicallyPrecedes(name) {
                range = (middle + 1)..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return nil
    }

    /// The bytes that ``IndexFile`` keeps.
    public var encoded: [UInt8] {
        var encoder = ByteEncoder()
        encoder.reserve(references.loose.count * 80 + entries.count * 64 + 128)
        encoder.add(Self.rules)
        encoder.add(signed: nextKey)
        encoder.add(references)
        encoder.add(entries.count)
        for entry in entries {
            encoder.add(entry.name)
            encoder.add(signed: entry.key)
            encoder.add(fixed: entry.references)
            encoder.add(fixed: entry.current)
            encoder.add(fixed: entry.records)
            encoder.add(byte: entry.traits.rawValue)
            encoder.add(byte: entry.recent == nil ? 0 : 1)
            if let recent = entry.recent { encoder.add(fixed: recent) }
        }
        return encoder.bytes
    }

    /// Reads what ``encoded`` wrote; `nil` where other rules made it.
    /// - Throws: ``IndexDamage``.
    public init?(decoding bytes: [UInt8]) throws(IndexDamage) {
        let head = try bytes.decoding { decoder throws(IndexDamage) -> IndexHead? in
            guard try decoder.number() == Self.rules else { return nil }
            let nextKey = try decoder.signed()
            guard (1..<1 << 62).contains(nextKey) else { throw IndexDamage() }
            let references = try decoder.references()
            let count = try decoder.count(ofSize: 28)
            var entries: [Entry] = []
            entries.reserveCapacity(count)
            for _ in 0..<count {
                var entry = Entry(
                    name: Array(try decoder.content()), key: try decoder.signed(), references: try decoder.fixed(),
                    current: try decoder.fixed(), records: try decoder.fixed(), recent: nil,
                    traits: Traits(rawValue: try decoder.byte()))
                if try decoder.byte() != 0 { entry.recent = try decoder.fixed() }
                entries.append(entry)
            }
            // Whatever is done with a head counts on that.
            let keys = Set(entries.map(\.key))
            let isOrdered = zip(entries, entries.dropFirst()).allSatisfy { $0.name.lexicographicallyPrecedes($1.name) }
            guard isOrdered, keys.count == entries.count, keys.allSatisfy({ (1..<nextKey).contains($0) }),
                decoder.isAtEnd
            else { throw IndexDamage() }
            return IndexHead(references: references, entries: entries, nextKey: nextKey)
        }
        guard let head else { return nil }
        self = head
    }
}

extension ByteEncoder {
    fileprivate mutating func add(_ references: IndexHead.References) {
        for words in [references.place, references.configuration, references.packed] {
            add(words.count)
            for word in words { add(signed: word) }
        }
        add(fixed: references.packedSum)
        add(byte: (references.isSettled ? 1 : 0) | (references.isSorted ? 2 : 0))
        add(references.loose.count)
        for loose in references.loose {
            add(loose.name)
            add(loose.value)
        }
    }
}

extension ByteDecoder {
    fileprivate mutating func references() throws(IndexDamage) -> IndexHead.References {
        var references = IndexHead.References()
        for _ in 0..<(try count()) { references.place.append(try signed()) }
        for _ in 0..<(try count()) { references.configuration.append(try signed()) }
        for _ in 0..<(try count()) { references.packed.append(try signed()) }
        references.packedSum = try fixed()
        let flags = try byte()
        references.isSettled = flags & 1 != 0
        references.isSorted = flags & 2 != 0
        for _ in 0..<(try count(ofSize: 2)) {
            references.loose.append(.init(name: Array(try content()), value: try text()))
        }
        return references
    }
}

extension [UInt8] {
    /// Lends a decoder of the bytes.
    func decoding<Value>(
        _ body: (inout ByteDecoder) throws(IndexDamage) -> Value
    ) throws(IndexDamage) -> Value {
        let result: Result<Value, IndexDamage> = withUnsafeBytes { bytes in
            var decoder = ByteDecoder(bytes)
            do throws(IndexDamage) { return .success(try body(&decoder)) } catch { return .failure(error) }
        }
        return try result.get()
    }
}
