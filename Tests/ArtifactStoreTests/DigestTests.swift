import RegistryCore
import TestSupport
import Testing

@testable import ArtifactStore

/// What is counted as the bytes that were registered.
@Suite struct DigestTests {
    private let target = Target(Sandbox())

    @Test(arguments: [0, 1, 1000, 300_000])
    func `digests are those of git and coreutils`(size: Int) throws {
        let bytes = randomBytes(size)
        let file = "\(target.folder)/x"
        try Sandbox.write(bytes, to: file)
        for (algorithm, command) in [
            (.git, "git hash-object --no-filters"), (.sha256, "sha256sum"), (.md5, "md5sum"), (.md5Text, "md5sum"),
        ] as [(ContentDigest.Algorithm, String)] {
            let said = try target.sandbox.succeed("\(command) '\(file)'").prefix { $0 != " " }
            // Random bytes are no text.
            try #expect(ContentDigest(algorithm, of: bytes).hexadecimal == said, "\(algorithm)")
        }
    }

    @Test(arguments: ContentDigest.Algorithm.allCases)
    func `a bit that flipped is found, wherever it is`(algorithm: ContentDigest.Algorithm) async throws {
        let seed = SeededGenerator.seed
        var random = SeededGenerator(seed: seed)
        let text = Array(String(repeating: "weights: 0.25\r\nbias: 1\n", count: 100).utf8)
        let bytes = algorithm == .md5Text ? text : randomBytes(text.count)
        let file = try ArtifactFile(bytes, algorithm)
        for round in 0..<500 {
            let place = round < 2 ? round * (bytes.count - 1) : Int.random(in: bytes.indices, using: &random)
            var other = bytes
            other[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            let error = await target.bring(file, from: ScriptedSource(other)).error
            #expect(error?.code == .digestMismatch, "byte \(place), seed \(seed)")
            // Both digests are told.
            #expect(error?.message.contains(file.digest?.hexadecimal ?? "?") == true)
            let found = try ContentDigest(algorithm, of: other)
            #expect(error?.message.contains(found.hexadecimal) == true)
            #expect(target.entries.isEmpty)
        }
        #expect(await target.bring(file, from: ScriptedSource(bytes)).value?.count == 1)
    }

    @Test func `what the registration says holds beside what the store says`() async throws {
        let (bytes, other) = (randomBytes(3000), randomBytes(3000, seed: 1))
        var options = PlacementOptions()
        options.registered = try ContentDigest(.sha256, of: other)
        let error = await target.bring(try ArtifactFile(bytes, .md5), from: ScriptedSource(bytes), options).error
        #expect(error?.code == .digestMismatch && target.entries.isEmpty)
        options.registered = try ContentDigest(.sha256, of: bytes)
        #expect(await target.bring(try ArtifactFile(bytes, .md5), from: ScriptedSource(bytes), options).value != nil)
    }

    @Test func `bytes without a digest are taken on demand only`() async throws {
        let file = ArtifactFile(path: nil, size: nil, digest: nil)
        #expect(await target.bring(file, from: ScriptedSource([1])).error?.code == .digestUnknown)
        #expect(target.entries.isEmpty)
        var options = PlacementOptions()
        options.verifies = false
        #expect(await target.bring(file, from: ScriptedSource([1]), options).value?.first?.size == 1)
    }
}
