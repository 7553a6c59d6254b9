import Glibc
import RegistryCore
import Synchronization
import TestSupport
import Testing

@testable import ArtifactStore

/// What an interrupted download leaves, and how the next one goes on with it.
@Suite struct ResumeTests {
    private let target = Target(Sandbox())
    private let seed = SeededGenerator.seed
    private let bytes = randomBytes(100_000)

    /// Downloads up to a byte.
    private func leave(_ count: Int, of file: ArtifactFile) async throws {
        let result = await target.bring(file, from: ScriptedSource(bytes, cutAt: count))
        #expect(result.error?.code == .transferFailed)
        #expect(target.entries.count == (count > 0 ? 1 : 0), "cut at \(count)")
        if count > 0 { try #expect(Sandbox.readBytes(#require(target.temporary)) == Array(bytes.prefix(count))) }
    }

    @Test func `a download that was cut goes on where it ended`() async throws {
        var random = SeededGenerator(seed: seed)
        let file = try ArtifactFile(bytes)
        for cut in [0, 1, 99_999, 100_000] + (0..<96).map({ _ in Int.random(in: 2..<99_999, using: &random) }) {
            try await leave(cut, of: file)
            let source = ScriptedSource(bytes)
            let options = PlacementOptions()
            #expect(await target.bring(file, from: source, options).value?.first?.size == bytes.count, "cut at \(cut)")
            #expect(source.reads.map(\.offset) == (cut < bytes.count ? [cut] : []), "cut at \(cut), seed \(seed)")
            #expect(options.progress.reading.bytesDone == bytes.count && options.progress.reading.bytesResumed == cut)
            #expect(target.entries == ["model.bin"])
            try #expect(Sandbox.readBytes(target.path) == bytes, "cut at \(cut), seed \(seed)")
            unlink(target.path)
        }
    }

    @Test func `what was left is checked from its first byte, and is left behind where it is wrong`() async throws {
        var random = SeededGenerator(seed: seed)
        let known = try ArtifactFile(bytes)
        let unknown = try ArtifactFile(bytes, .md5, tellsSize: false)
        for round in 0..<40 {
            let file = round.isMultiple(of: 2) ? known : unknown
            let cut = round < 4 ? bytes.count : Int.random(in: 1..<bytes.count, using: &random)
            try await leave(cut, of: file)
            var kept = Array(bytes.prefix(cut))
            kept[Int.random(in: 0..<cut, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try Sandbox.write(kept, to: #require(target.temporary))
            let source = ScriptedSource { [bytes] read in
                // As a web server does: it does not know of anything from the end on.
                if read.offset >= bytes.count { return RegistryError(.digestMismatch, "there is no such range") }
                read.hand(bytes)
                return nil
            }
            let options = PlacementOptions()
            let result = await target.bring(file, from: source, options)
            #expect(result.value?.first?.size == bytes.count, "cut at \(cut), seed \(seed): \(result)")
            #expect(source.reads.last?.offset == 0)
            #expect(options.progress.reading.bytesDone == bytes.count, "cut at \(cut), seed \(seed)")
            try #expect(Sandbox.readBytes(target.path) == bytes)
            unlink(target.path)
        }
    }

    @Test(arguments: [true, false])
    func `what is longer than the content, or other, does no harm`(tellsSize: Bool) async throws {
        let file = try ArtifactFile(bytes, tellsSize: tellsSize)
        for planted in [bytes + [0], randomBytes(50_000, seed: 1), randomBytes(300_000, seed: 2), []] {
            try await leave(10, of: file)
            try Sandbox.write(planted, to: #require(target.temporary))
            let source = ScriptedSource { [bytes] read in
                if read.offset > bytes.count { return RegistryError(.digestMismatch, "there is no such range") }
                read.hand(bytes)
                return nil
            }
            #expect(await target.bring(file, from: source).value?.count == 1)
            try #expect(Sandbox.readBytes(target.path) == bytes)
            unlink(target.path)
        }
    }

    @Test func `the files of a folder that are done are not read again`() async throws {
        let contents = (0..<20).map { randomBytes(1000 + $0, seed: UInt64($0)) }
        // What DVC lists has no sizes.
        for tellsSize in [true, false] {
            let files = try contents.enumerated().map {
                try ArtifactFile($1, .md5, path: "sub\($0 % 3)/\($0)", tellsSize: tellsSize)
            }
            func script(_ stops: Bool) -> ScriptedSource {
                ScriptedSource { read in
                    guard let index = read.file.path.flatMap({ Int($0.name) }) else { return .cut }
                    if read.offset >= contents[index].count {
                        return RegistryError(.transferFailed, "there is no such range")
                    }
                    let isLast = stops && index == 12
                    read.hand(contents[index], upTo: isLast ? 500 : .max, pieceSize: 100)
                    return isLast ? .cut : nil
                }
            }
            let content = ArtifactContent(files: files, isFolder: true)
            #expect(await target.bring(content, from: script(true)).error?.code == .transferFailed)
            #expect(target.entries.count == 1 && target.temporary != nil)
            let source = script(false)
            let result = await target.bring(content, from: source)
            #expect(result.value?.count == 20, "\(result)")
            #expect(
                source.reads.map { "\($0.file.path?.name ?? ""):\($0.offset)" } == ["12:500"]
                    + (13..<20).map { "\($0):0" })
            for (index, bytes) in contents.enumerated() {
                try #expect(Sandbox.readBytes("\(target.path)/sub\(index % 3)/\(index)") == bytes)
            }
            try target.clear()
        }
    }

    @Test func `a source that cannot be read from the middle leaves nothing`() async throws {
        for cut in [0, 1, 5000, 100_000] {
            let result = await target.bring(
                try ArtifactFile(bytes), from: ScriptedSource(bytes, cutAt: cut, readsRanges: false))
            #expect(result.error?.code == .transferFailed && target.entries.isEmpty)
        }
    }

    @Test(arguments: [true, false])
    func `a download that is cancelled leaves what can be gone on with`(readsRanges: Bool) async throws {
        let file = try ArtifactFile(bytes)
        let (reached, signal) = AsyncStream<Void>.makeStream()
        let source = ScriptedSource(readsRanges: readsRanges) { [bytes] read in
            read.hand(bytes, upTo: 30_000)
            signal.finish()
            // Whether the source hears of it or not.
            try? await Task.sleep(for: .seconds(60))
            read.hand(bytes)
            return nil
        }
        let (path, content) = (target.path, ArtifactContent(file))
        let task = Task {
            _ = try await ArtifactPlacement(output: path, artifactName: "x").place(content, from: source)
        }
        for await _ in reached {}
        task.cancel()
        let result = await task.result
        #expect((result.error as? RegistryError)?.code == .inputOutput)
        #expect(target.entries.count == (readsRanges ? 1 : 0) && !target.entries.contains("model.bin"))
        let second = ScriptedSource(bytes, readsRanges: readsRanges)
        #expect(await target.bring(file, from: second).value?.count == 1)
        #expect(second.reads.map(\.offset) == [readsRanges ? 30_000 : 0])
        try #expect(Sandbox.readBytes(target.path) == bytes)
    }

    @Test func `a second try that is cancelled at once takes nothing away`() async throws {
        let file = try ArtifactFile(bytes)
        try await leave(70_000, of: file)
        let (path, content, bytes) = (target.path, ArtifactContent(file), bytes)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try await ArtifactPlacement(output: path, artifactName: "x").place(content, from: ScriptedSource(bytes))
        }
        #expect(await task.result.error != nil)
        try #expect(Sandbox.readBytes(#require(target.temporary)).count == 70_000)
    }
}
