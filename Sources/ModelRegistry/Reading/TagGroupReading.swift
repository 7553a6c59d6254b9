import GitTypes
import Glibc
import LibGit2
import RegistryCore

/// What one artifact's tags hold.
struct ReadTagGroup: Sendable {
    /// The tags that are events.
    var records: [TagRecord] = []
    /// What is odd about the others, and about single ones.
    var findings: [Finding] = []
    /// Whether an object is missing or damaged: another look may find it whole.
    var isUnsettled = false
    /// Whether a ref has another name than its object: then the artifact cannot be folded alone.
    var hasRenamedTags: Bool { records.contains { $0.ref != $0.object.name } }
}

extension ReadTagGroup {
    mutating func add(_ other: ReadTagGroup) {
        records += other.records
        findings += other.findings
        isUnsettled = isUnsettled || other.isUnsettled
    }
}

extension TagReader {
    /// Reads the tags of one artifact, or some of them.
    func read(_ references: some Sequence<TagReference>) throws(RegistryError) -> ReadTagGroup {
        var group = ReadTagGroup()
        var artifact: ArtifactName?
        for reference in references {
            let known = artifact.flatMap { RegistryTag(reference.name, of: $0) }
            guard let tag = known ?? RegistryTag(reference.name) else {
                if let finding = Self.malformedName(reference.name) { group.findings.append(finding) }
                continue
            }
            artifact = tag.artifact
            switch try record(reference, tag, beside: group.records.last) {
            case .success(let record):
                group.records.append(record)
                if record.object.targetType == "tag" { group.findings.append(Self.nestedTag(record)) }
            case .failure(let oddity):
                if oddity.isUnsettled { group.isUnsettled = true }
                group.findings.append(oddity.finding)
            }
        }
        return group
    }
}

/// Reads the tags of many artifacts on all processors.
struct ParallelTagReading {
    /// How many tags a processor reads in one go.
    private static let pieceSize = 2048
    /// How many tags of one artifact make it worth being read by several processors.
    private static let mostInOneGo = 8 * pieceSize

    private let groups: TagGroups
    private let readers: [Worker]

    /// A handle of its own for each processor: libgit2's may not be shared.
    private struct Worker: @unchecked Sendable {
        let reader: TagReader
    }

    /// Some tags of one group.
    private struct Piece: Sendable {
        let group: Int
        let number: Int
        let positions: ArraySlice<Int>
        /// How many pieces the group has.
        let count: Int
    }

    private enum Outcome<Value: Sendable>: Sendable {
        case made(Value)
        case part(Piece, ReadTagGroup)
    }

    /// - Parameter count: how many tags will be read or folded: a few are read on one processor.
    init(_ groups: TagGroups, in repository: Repository, count: Int) throws(RegistryError) {
        self.groups = groups
        var readers = [Worker(reader: TagReader(repository))]
        let wanted = min(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 8, (count + Self.pieceSize - 1) / Self.pieceSize)
        while readers.count < wanted {
            let another = try RegistryError.wrapping { () throws(GitError) in try repository.another() }
            readers.append(Worker(reader: TagReader(another)))
        }
        self.readers = readers
    }

    /// Hands what becomes of each group to `body`, in no certain order.
    /// - Parameters:
    ///   - wanted: the positions of the groups.
    ///   - make: called on any thread with the position of the group and what was read.
    func forEach<Value: Sendable>(
        _ wanted: some Sequence<Int>, _ make: @escaping @Sendable (Int, ReadTagGroup) -> Value,
        _ body: (Value) throws(RegistryError) -> Void
    ) async throws(RegistryError) {
        var loads = self.loads(wanted)[...]
        let (groups, readers) = (groups, readers)
        var failure: RegistryError?
        var parts: [Int: [(number: Int, read: ReadTagGroup)]] = [:]
        await withTaskGroup(of: (Int, Result<[Outcome<Value>], RegistryError>).self) { tasks in
            func start(_ worker: Int) {
                guard failure == nil, let load = loads.popFirst() else { return }
                tasks.addTask { (worker, Self.read(load, of: groups, readers[worker].reader, make)) }
            }
            readers.indices.forEach(start)
            while let (worker, result) = await tasks.next() {
                start(worker)
                do throws(RegistryError) {
                    for outcome in try result.get() {
                        switch outcome {
                        case .made(let value): try body(value)
                        case .part(let piece, let read):
                            parts[piece.group, default: []].append((piece.number, read))
                            guard parts[piece.group]?.count == piece.count else { continue }
                            var whole = ReadTagGroup()
                            let read = parts.removeValue(forKey: piece.group) ?? []
                            for part in read.sorted(by: { $0.number < $1.number }) { whole.add(part.read) }
                            try body(make(piece.group, whole))
                        }
                    }
                } catch {
                    failure = failure ?? error
                }
            }
        }
        if let failure { throw failure }
    }

    private static func read<Value>(
        _ load: [Piece], of groups: TagGroups, _ reader: TagReader, _ make: (Int, ReadTagGroup) -> Value
    ) -> Result<[Outcome<Value>], RegistryError> {
        do throws(RegistryError) {
            var outcomes: [Outcome<Value>] = []
            for piece in load {
                let read = try reader.read(piece.positions.lazy.map { groups.references[$0] })
                outcomes.append(piece.count == 1 ? .made(make(piece.group, read)) : .part(piece, read))
            }
            return .success(outcomes)
        } catch {
            return .failure(error)
        }
    }

    /// The groups cut into pieces, and those put together to loads of about the same size.
    private func loads(_ wanted: some Sequence<Int>) -> [[Piece]] {
        var loads: [[Piece]] = []
        var load: [Piece] = []
        var size = 0
        let wanted = Array(wanted)
        let total = wanted.reduce(0) { $0 + groups.groups[$1].count }
        let loadSize = min(Self.pieceSize, max(1, total / (4 * readers.count)))
        for group in wanted {
            var rest = Array(groups.groups[group].positions)[...]
            let isWhole = rest.count <= Self.mostInOneGo || readers.count == 1
            let count = isWhole ? 1 : (rest.count + Self.pieceSize - 1) / Self.pieceSize
            for number in 0..<count {
                let positions = isWhole ? rest : rest.prefix(Self.pieceSize)
                rest = rest.dropFirst(positions.count)
                load.append(Piece(group: group, number: number, positions: positions, count: count))
                size += positions.count
                if size >= loadSize {
                    loads.append(load)
                    (load, size) = ([], 0)
                }
            }
        }
        if !load.isEmpty { loads.append(load) }
        return loads
    }
}
