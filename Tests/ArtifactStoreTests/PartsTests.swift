import Glibc
import RegistryCore
import Synchronization
import TestSupport
import Testing

@testable import ArtifactStore

/// Large files that come in parts, side by side.
@Suite struct PartsTests {
    private let target = Target(Sandbox())
    private let seed = SeededGenerator.seed

    private func options(jobs: Int = 4, partSize: Int = 4096) -> PlacementOptions {
        var options = PlacementOptions()
        options.jobs = jobs
        options.partSize = partSize
        options.partsThreshold = 4 * partSize
        return options
    }

    @Test func `all sizes around the limits come whole`() async throws {
        for size in [16_383, 16_384, 16_385, 20_479, 20_480, 20_481, 40_960, 65_535, 65_537] {
            for jobs in [1, 2, 4, 64] {
                let bytes = randomBytes(size)
                let source = ScriptedSource(bytes, hasParts: true)
                let options = options(jobs: jobs)
                #expect(await target.bring(try ArtifactFile(bytes), from: source, options).value?.first?.size == size)
                let isParted = size >= 16_384 && jobs > 1
                #expect(source.reads.count == (isParted ? (size + 4095) / 4096 : 1), "\(size) by \(jobs)")
                #expect(options.progress.reading.bytesDone == size)
                try #expect(Sandbox.readBytes(target.path) == bytes)
                unlink(target.path)
            }
        }
    }

    @Test func `parts may end in any order`() async throws {
        let bytes = randomBytes(16 * 4096 - 7)
        let ended = Mutex<Set<Int>>([])
        let source = ScriptedSource(hasParts: true) { read in
            let part = read.offset / 4096
            // Of four, the last one ends first.
            while part % 4 != 3, part < 15, !ended.withLock({ $0.contains(part + 1) }), !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(1))
            }
            read.hand(bytes, pieceSize: 1000)
            _ = ended.withLock { $0.insert(part) }
            return nil
        }
        #expect(await target.bring(try ArtifactFile(bytes), from: source, options()).value?.count == 1)
        try #expect(Sandbox.readBytes(target.path) == bytes)
    }

    @Test(arguments: ["fails", "short", "long", "none"])
    func `a part that fails leaves what was checked, and the next download goes on there`(fault: String) async throws {
        let bytes = randomBytes(16 * 4096 + 5)
        let file = try ArtifactFile(bytes)
        for bad in [0, 1, 5, 15, 16] {
            let source = ScriptedSource(hasParts: true) { read in
                guard read.offset / 4096 == bad, let end = read.end else {
                    read.hand(bytes)
                    return nil
                }
                switch fault {
                case "short": read.hand(bytes, upTo: end - 1)
                case "long":
                    ScriptedSource.Read(file: file, offset: read.offset, end: nil, take: read.take)
                        .hand(bytes + [7, 7], upTo: end + 1, pieceSize: 100)
                case "none": break
                default:
                    read.hand(bytes, upTo: end - 100, pieceSize: 100)
                    return .cut
                }
                return nil
            }
            let options = options()
            let error = await target.bring(file, from: source, options).error
            #expect(error?.code == .transferFailed, "part \(bad)")
            #expect(!target.entries.contains("model.bin"))
            let kept = try target.temporary.map { try Sandbox.readBytes($0) } ?? []
            #expect(
                kept.count <= (bad + 1) * 4096 && kept == Array(bytes.prefix(kept.count)), "part \(bad): \(kept.count)")
            #expect(options.progress.reading.bytesDone == kept.count, "part \(bad)")
            // What is said to be kept is what is kept.
            let says = error?.hints.contains { $0.contains("\(kept.count) of \(bytes.count) bytes are kept") }
            #expect(
                says == !kept.isEmpty && (target.temporary != nil) == !kept.isEmpty,
                "part \(bad): \(error?.hints ?? [])")
            let second = ScriptedSource(bytes, hasParts: true)
            #expect(await target.bring(file, from: second, self.options()).value?.count == 1)
            #expect(second.reads.map(\.offset).min() == kept.count)
            try #expect(Sandbox.readBytes(target.path) == bytes)
            unlink(target.path)
        }
    }

    @Test func `an interrupted download in parts keeps what has come, in order or not`() async throws {
        let (mebibyte, jobs) = (1 << 20, 8)
        let bytes = randomBytes(24 * mebibyte)
        let file = try ArtifactFile(bytes)
        // Eight parts of 2 MiB, side by side: of each of them 1.5 MiB come, half of the whole.
        let (ready, signal) = AsyncStream<Void>.makeStream()
        let source = ScriptedSource(hasParts: true) { read in
            read.hand(bytes, upTo: read.offset + 3 * mebibyte / 2, pieceSize: 65_536)
            signal.yield()
            try? await Task.sleep(for: .seconds(60))
            return nil
        }
        var options = options(jobs: jobs, partSize: 2 * mebibyte)
        let (path, content, first) = (target.path, ArtifactContent(file), options)
        let task = Task {
            _ = try await ArtifactPlacement(output: path, artifactName: "x").place(content, from: source, first)
        }
        var begun = 0
        for await _ in ready {
            begun += 1
            if begun == jobs { break }
        }
        task.cancel()
        let error = await task.result.error as? RegistryError
        #expect(error?.message == "interrupted: nothing was written to \(path)")
        let kept = first.progress.reading.bytesDone
        #expect(error?.hints.contains { $0.contains(": \(kept) of \(bytes.count) bytes are kept") } == true)
        // A file system that tells of no gaps can keep the first part only.
        let tellsOfHoles = kept > 2 * mebibyte
        #expect(kept >= (tellsOfHoles ? bytes.count * 4 / 10 : 3 * mebibyte / 2), "\(kept)")
        options.progress = DownloadProgress()
        let second = ScriptedSource(bytes, hasParts: true)
        #expect(await target.bring(file, from: second, options).value?.count == 1)
        let asked = second.reads.reduce(0) { $0 + ($1.end ?? bytes.count) - $1.offset }
        #expect(asked == bytes.count - kept)
        #expect(options.progress.reading.bytesResumed == kept && options.progress.reading.bytesDone == bytes.count)
        try #expect(Sandbox.readBytes(target.path) == bytes)
    }

    @Test func `what was left behind a gap is checked, and is longer than the content only once`() async throws {
        let mebibyte = 1 << 20
        let bytes = randomBytes(6 * mebibyte)
        let file = try ArtifactFile(bytes)
        for isLonger in [true, false] {
            #expect(await target.bring(file, from: ScriptedSource(bytes, cutAt: 10)).error != nil)
            let descriptor = open(try #require(target.temporary), O_RDWR | O_TRUNC | O_CLOEXEC)
            let planted = isLonger ? Array(bytes[(2 * mebibyte)..<(4 * mebibyte)]) : randomBytes(2 * mebibyte, seed: 3)
            let written = planted.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(2 * mebibyte)) }
            #expect(written == planted.count)
            #expect(ftruncate(descriptor, off_t((isLonger ? 9 : 6) * mebibyte)) == 0)
            close(descriptor)
            let source = ScriptedSource(bytes, hasParts: true)
            #expect(await target.bring(file, from: source, options(partSize: 256 << 10)).value?.count == 1)
            try #expect(Sandbox.readBytes(target.path) == bytes)
            unlink(target.path)
        }
    }

    @Test func `random faults never give a wrong file`() async throws {
        var random = SeededGenerator(seed: seed)
        for round in 0..<60 {
            let bytes = randomBytes(Int.random(in: 16_000..<80_000, using: &random), seed: random.next())
            let file = try ArtifactFile(bytes)
            let jobs = Int.random(in: 2...8, using: &random)
            for attempt in 0..<4 {
                let state = Mutex(SeededGenerator(seed: random.next()))
                let source = ScriptedSource(hasParts: true) { read in
                    let (pauses, fails) = state.withLock { (Int.random(in: 0..<5, using: &$0), $0.chance(10)) }
                    for _ in 0..<pauses { await Task.yield() }
                    read.hand(bytes, upTo: fails && attempt < 3 ? read.offset + 1000 : .max, pieceSize: 700)
                    return fails && attempt < 3 ? .cut : nil
                }
                let result = await target.bring(file, from: source, options(jobs: jobs))
                if result.value != nil { break }
                #expect(!target.entries.contains("model.bin"), "round \(round), seed \(seed)")
            }
            try #expect(Sandbox.readBytes(target.path) == bytes, "round \(round), seed \(seed)")
            #expect(target.entries == ["model.bin"], "round \(round), seed \(seed)")
            unlink(target.path)
        }
    }

    @Test func `a killed process leaves holes, which are not taken for content`() async throws {
        let mebibyte = 1 << 20
        let bytes = randomBytes(6 * mebibyte)
        let file = try ArtifactFile(bytes)
        let filled: [(kept: [Range<Int>], start: Range<Int>)] = [
            ([0..<3 * mebibyte, 4 * mebibyte..<5 * mebibyte], 2 * mebibyte..<3 * mebibyte + 1),
            ([2 * mebibyte..<6 * mebibyte], 0..<1),
            ([0..<2 * mebibyte + 777, 5 * mebibyte + 5..<6 * mebibyte], mebibyte..<2 * mebibyte + 778),
            ([5 * mebibyte..<6 * mebibyte], 0..<1),
        ]
        for (kept, start) in filled {
            #expect(await target.bring(file, from: ScriptedSource(bytes, cutAt: 10)).error != nil)
            let descriptor = open(try #require(target.temporary), O_RDWR | O_TRUNC | O_CLOEXEC)
            for range in kept {
                let written = bytes[range].withUnsafeBytes {
                    pwrite(descriptor, $0.baseAddress, $0.count, off_t(range.lowerBound))
                }
                #expect(written == range.count)
            }
            close(descriptor)
            let source = ScriptedSource(bytes, hasParts: true)
            #expect(await target.bring(file, from: source, options(partSize: 256 << 10)).value?.count == 1)
            // Where a file system tells of no holes the zeros are found to be wrong, and it begins anew.
            let first = try #require(source.reads.map(\.offset).min())
            #expect(start.contains(first) || first == 0, "\(kept)")
            try #expect(Sandbox.readBytes(target.path) == bytes, "\(kept)")
            unlink(target.path)
        }
    }
}
