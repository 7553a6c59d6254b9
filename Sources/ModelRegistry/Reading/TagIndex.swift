import GitTypes
import Glibc
import LibGit2
import RegistryCore
import RegistryIndex

/// The index of one repository's tags: what was read of them before, which holds for as long as the refs are the same.
///
/// Whatever is wrong with it, the tags are read as if there were none.
final class TagIndex {
    let files: ReferenceFiles
    /// `nil` where the old one was thrown away and no new one could be made.
    private(set) var file: IndexFile?
    private let path: String
    private var openReaders: IndexReaders?

    /// Opens the index of a repository: in its common folder, or in the user's cache where nothing can be written there.
    /// - Parameters:
    ///   - commonDirectory: ``Repository/commonDirectory``.
    ///   - creates: makes one where there is none.
    init?(of commonDirectory: String, _ environment: RegistryEnvironment, creates: Bool) {
        // A path that is not UTF-8 cannot be told from another one here.
        guard environment.usesIndex, !environment.isInsideHook, !commonDirectory.contains("\u{FFFD}") else {
            return nil
        }
        files = ReferenceFiles(commonDirectory: commonDirectory)
        if let folder = LocalFolder.ofRepository(commonDirectory, creates: creates) {
            let usual = "\(folder)/index.sqlite"
            if let file = IndexFile(path: usual, creates: creates) {
                (self.file, path) = (file, usual)
                return
            }
        }
        guard let cache = LocalFolder.ofUser(environment.variables, "XDG_CACHE_HOME", fallback: ".cache") else {
            return nil
        }
        if creates { try? LocalFolder.create("\(cache)/indexes", mode: 0o700, advice: "") }
        let name = String(checksum(of: Array(commonDirectory.utf8), seed: 0), radix: 16)
        let other = "\(cache)/indexes/\(name).sqlite"
        guard let file = IndexFile(path: other, creates: creates) else { return nil }
        (self.file, path) = (file, other)
    }

    deinit {
        // The next command makes another one. Without this, damage that only a writer meets would stay for ever.
        guard file?.isDamaged == true || openReaders?.isDamaged == true else { return }
        close()
        IndexFile.remove(path: path)
    }

    /// For who reads on several threads.
    var readers: IndexReaders {
        let readers = openReaders ?? IndexReaders(path: path)
        openReaders = readers
        return readers
    }

    /// Lets go of the file, which is deleted only when nobody has it open.
    private func close() {
        (file, openReaders) = (nil, nil)
    }

    /// Looks at the refs; `nil` where no index holds them, or they cannot be read.
    func look() -> CurrentReferences? { try? CurrentReferences(files, index: path) }

    /// Finds out which refs changed since the index was written, as far as that can be told without libgit2; prepares nothing
    /// where they did not.
    func prepare(_ look: inout IndexLook) {
        var now = look.now
        let known = file?.read { reading throws(IndexDamage) in try Self.known(reading, now) }
        guard let known, let head = known.head, !now.areThose(of: head) else { return }
        look.preparation = try? TagIndexUpdate.Preparation(self, known, &now)
        look.now = now
    }

    private static func known(
        _ reading: IndexReading, _ now: CurrentReferences
    ) throws(IndexDamage) -> KnownIndex {
        // One that came along with a copied folder is nobody's word for what is in it.
        let head = try IndexHead(reading).flatMap { $0.references.place == now.references.place ? $0 : nil }
        return (head, reading.generation)
    }

    /// What the tags and HEAD's files say, where the index holds for these refs, and the configuration is the one that
    /// libgit2 opened the repository with.
    func state(_ scope: RegistryScope, _ look: CurrentReferences) -> (tags: TagState, files: IndexedFiles?)? {
        var now = look
        return file?.read { reading throws(IndexDamage) in
            guard let head = try IndexHead(reading), now.isOpenable(as: head), now.areThose(of: head) else {
                return nil
            }
            return (try TagState(scope, head, value: reading.value(_:of:)), try Self.headFiles(reading))
        }
    }

    /// The event of one tag, where the index holds for the refs as they are and the tag is one.
    func event(ofTag name: TagName, of artifact: ArtifactName) -> RegistryEvent? {
        guard var now = look() else { return nil }
        return file?.read { reading throws(IndexDamage) in
            guard let head = try IndexHead(reading), !head.traits.contains(.hasRenamedTags),
                now.isOpenable(as: head), now.areThose(of: head), let entry = head.entry(artifact.tagText.utf8),
                let tag = try reading.tag(name, of: entry), let record = tag.record
            else { return nil }
            return RegistryEvent(record, version: tag.version)
        }
    }

    /// What the tags say. What the index does not know is read from the repository, and the index knows it then.
    /// - Parameter look: what was seen a moment ago; `nil` looks now.
    /// - Returns: `nil` where the tags have to be read without an index.
    func state(
        _ scope: RegistryScope, updatingFrom repository: Repository, _ look: IndexLook? = nil,
        attempts: Int = 3
    ) async throws(RegistryError) -> TagState? {
        let look = look.flatMap { $0.now.files == files ? $0 : nil }
        let prepared = look?.preparation
        var seen = look?.now
        if seen == nil {
            seen = try RegistryError.wrapping { () throws(GitError) in try CurrentReferences(files, index: path) }
        }
        guard var now = seen else { return nil }
        now.move(to: path)
        var known: KnownIndex = (nil, 0)
        var isWhole = false
        let state = file?.read { reading throws(IndexDamage) -> TagState? in
            known = try Self.known(reading, now)
            var state: TagState?
            // Where something is prepared, it was found out before that the refs are others.
            if let head = known.head, prepared?.isOf(known) != true, now.areThose(of: head) {
                state = try TagState(scope, head, value: reading.value(_:of:))
            }
            isWhole = true
            return state
        }
        if !isWhole {
            guard replaceFile() else { return nil }
            known = (nil, 0)
            now.move(to: path)
        }
        now.judgeConfiguration(of: repository, known: known.head)
        if let state {
            repository.trustPackedReferences(now.stamp)
            if let head = known.head, now.references != head.references {
                // The same refs in a file that looks otherwise, or that had just been written when it was read.
                var renewed = head
                renewed.references = now.references
                _ = file?.write(expecting: known.generation) { writing throws(IndexDamage) in
                    try writing.setHead(renewed.encoded)
                }
            }
            return state
        }
        var preparation = prepared.flatMap { $0.isOf(known) ? $0 : nil }
        if preparation == nil { preparation = try TagIndexUpdate.Preparation(self, known, &now) }
        guard let preparation else { return nil }
        let attempt = try await TagIndexUpdate(self, preparation, &now, repository)
        guard let update = attempt else { return nil }
        let isWritten = file?.write(expecting: known.generation) { writing throws(IndexDamage) in
            try update.write(to: writing)
        }
        // Where nothing can be written, what was found out serves this once.
        let wanted = known.generation + (isWritten == true ? 1 : 0)
        let result = file?.read { reading throws(IndexDamage) in
            reading.generation == wanted ? try update.state(scope, reading) : nil
        }
        if let result { return result }
        // Somebody else was quicker, and knows what we need.
        return attempts > 1 ? try await self.state(scope, updatingFrom: repository, attempts: attempts - 1) : nil
    }
}

extension TagIndex {
    /// Throws a damaged file away.
    /// - Returns: whether there is a new one; there is none while another process uses the old one.
    private func replaceFile() -> Bool {
        close()
        IndexFile.remove(path: path)
        file = IndexFile(path: path, creates: true)
        return file != nil
    }
}

/// What a command saw of the refs and of the index before it opened the repository.
struct IndexLook {
    var now: CurrentReferences
    var preparation: TagIndexUpdate.Preparation?
}

/// The refs of a repository's tags as they are now, as far as files have to be read to compare them.
struct CurrentReferences {
    let files: ReferenceFiles
    let loose: [ReferenceFiles.Loose]
    let stamp: FileStamp?
    private(set) var references = IndexHead.References()
    private var packed: [UInt8]??
    /// Whether the sum is that of bytes that were read, and the list that of the same bytes. Whoever reads them again may
    /// find others.
    private var isPackedRead = false

    /// Looks at the files. `nil` where a ref is symbolic, whose value no index knows, or damaged.
    /// - Parameter index: the path of the index.
    init?(_ files: ReferenceFiles, index: String) throws(GitError) {
        self.files = files
        // Loose refs come first: one that is packed meanwhile is seen twice instead of never.
        loose = try files.looseTags()
        stamp = files.packedStamp()
        move(to: index)
        references.loose.reserveCapacity(loose.count)
        for entry in loose {
            guard case .id(let id) = entry.value else { return nil }
            references.loose.append(.init(name: entry.bytes, value: id.description))
        }
        references.configuration = files.configurationStamp()?.words ?? []
        references.packed = stamp?.words ?? []
        references.isSettled = stamp?.isSettled ?? true
    }

    /// Notes which file the index is.
    mutating func move(to index: String) {
        references.place = FileStamp(path: index).map { Array($0.words.prefix(2)) } ?? []
    }

    /// Leaves the configuration unknown where libgit2 takes the files from elsewhere than beside `.git`, as `core.worktree`
    /// and `core.bare` have it do: then an index alone does not tell where they are. What another worktree of the
    /// repository finds says nothing of the folder with `.git`.
    mutating func judgeConfiguration(of repository: Repository, known: IndexHead?) {
        if let folder = repository.workingDirectory, "\(folder)/.git" == repository.gitDirectory { return }
        let isLinked = repository.gitDirectory != repository.commonDirectory
        if isLinked, known?.references.configuration == references.configuration { return }
        references.configuration = []
    }

    /// Whether the repository has the configuration with which libgit2 opened it, and found the files beside `.git`.
    func isOpenable(as head: IndexHead) -> Bool {
        !references.configuration.isEmpty && references.configuration == head.references.configuration
            && head.references.isSorted
    }

    /// Whether an index holds for these refs, as they are.
    mutating func areThose(of head: IndexHead) -> Bool {
        !head.traits.contains(.isUnsettled) && head.references.place == references.place
            && head.references.loose == references.loose && isPackedSame(as: head)
    }

    /// Whether the packed refs are those of an index.
    mutating func isPackedSame(as head: IndexHead) -> Bool {
        // Where the bytes were read, only they count: the file may have been replaced since the look at it.
        if !isPackedRead, head.references.packed == references.packed, head.references.isSettled {
            references.packedSum = head.references.packedSum
            references.isSorted = head.references.isSorted
            references.isSettled = true
            return true
        }
        if !isPackedRead, (try? packedBytes()) == nil { return false }
        guard references.packedSum == head.references.packedSum else { return false }
        references.isSorted = head.references.isSorted
        return true
    }

    /// The bytes of `packed-refs`.
    mutating func packedBytes() throws(GitError) -> [UInt8]? {
        if let packed { return packed }
        let bytes = try files.packedBytes()
        packed = .some(bytes)
        references.packedSum = bytes.map { checksum(of: $0, seed: 0) } ?? 0
        isPackedRead = true
        // Then the stamp is not that of these bytes.
        if files.packedStamp() != stamp { references.isSettled = false }
        return bytes
    }
}

extension CurrentReferences {
    /// The tags, by all files.
    mutating func list() throws(GitError) -> TagList {
        let list = try ReferenceFiles.list(loose, packed: try packedBytes())
        // A hundred bytes a tag, which nobody asks for again.
        packed = nil
        references.isSorted = list.isPackedSorted
        return list
    }
}

extension IndexHead {
    /// The head of an index; `nil` where there is none, or another program's.
    init?(_ reading: IndexReading) throws(IndexDamage) {
        guard let bytes = try reading.head(), let head = try IndexHead(decoding: bytes) else { return nil }
        self = head
    }
}

extension IndexReading {
    /// An artifact's value, which must be the one that the head speaks of.
    func value(_ table: IndexTable, of entry: IndexHead.Entry) throws(IndexDamage) -> [UInt8] {
        guard let value = try value(table, entry.key), value.checksum == entry.sum(of: table) else {
            throw IndexDamage()
        }
        return value.bytes
    }

    /// One tag of an artifact.
    fileprivate func tag(_ name: TagName, of entry: IndexHead.Entry) throws(IndexDamage) -> IndexedTag? {
        if entry.recent != nil,
            let tag = try IndexedHistory.tag(name, decoding: try value(.recent, of: entry))
        {
            return tag
        }
        return try IndexedHistory.tag(name, decoding: try value(.records, of: entry))
    }
}

extension IndexHead.Entry {
    /// The sum that the artifact's value in a table has.
    fileprivate func sum(of table: IndexTable) -> UInt64? {
        switch table {
        case .current: current
        case .records: records
        case .recent: recent
        case .files: nil
        }
    }
}
