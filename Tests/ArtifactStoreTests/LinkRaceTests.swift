import Glibc
import RegistryCore
import Synchronization
import TestSupport
import Testing

@testable import ArtifactStore

/// Somebody who may write to the folder puts links in the way while a download runs.
@Suite struct LinkRaceTests {
    private let target = Target(Sandbox())
    private let bytes = randomBytes(40_000)

    /// What must not be written to: files and folders that have the names of the artifact's.
    private func makeCanary() throws {
        try target.sandbox.succeed(
            "mkdir -p canary/sub/deep && for f in victim sub/a sub/deep/b a; do echo mine > canary/$f; done")
    }

    private func canary() throws -> String {
        try target.sandbox.succeed(
            "find canary -printf '%P %y %s %m %T@ %n\\n' | LC_ALL=C sort && cat $(find canary -type f | sort)")
    }

    /// Puts something else at a path and the thing itself back, over and over.
    private static func swap(_ path: String, for link: String, while isRunning: Flag) async throws -> Int {
        try await onThreadOfItsOwn {
            let aside = path + ".aside"
            var count = 0
            while isRunning.value {
                let isMoved = rename(path, aside) == 0
                if symlink(link, path) == 0 { count += 1 }
                for _ in 0..<(count % 7) { sched_yield() }
                // What came to stand there meanwhile is not ours to remove.
                var status = stat()
                if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK { unlink(path) }
                if isMoved { rename(aside, path) }
                sched_yield()
            }
            return count
        }
    }

    @Test func `nothing is written through a link`() async throws {
        try makeCanary()
        let before = try canary()
        let file = try ArtifactFile(bytes)
        let folder = ArtifactContent(
            files: try ["a", "sub/a", "sub/deep/b", "sub/deep/c"].map { try ArtifactFile(bytes, path: $0) },
            isFolder: true)
        let slow = ScriptedSource { [bytes] read in
            var isWanted = true
            for stop in stride(from: 2000, through: bytes.count, by: 2000) where isWanted {
                isWanted = ScriptedSource.Read(file: read.file, offset: stop - 2000, end: nil, take: read.take)
                    .hand(bytes, upTo: stop)
                await Task.yield()
            }
            return nil
        }
        let root = target.sandbox.path
        var (swaps, successes) = (0, 0)
        for round in 0..<200 {
            let isFolder = round % 5 >= 3
            let content = isFolder ? folder : ArtifactContent(file)
            // The temporary name is the same for the same content.
            _ = await target.bring(content, from: ScriptedSource(bytes, cutAt: 1))
            let temporary = try #require(target.temporary)
            let (path, link) =
                switch round % 5 {
                case 0: (target.path, "\(root)/canary/victim")
                case 1: (temporary, "\(root)/canary/victim")
                case 2: (target.path, "\(root)/canary")
                case 3: (temporary, "\(root)/canary")
                default: (round % 2 == 0 ? "\(temporary)/sub" : "\(temporary)/sub/deep", "\(root)/canary/sub")
                }
            if isFolder { try target.sandbox.succeed("mkdir -p '\(temporary)/sub/deep'") }
            let isRunning = Flag()
            async let swapping = Self.swap(path, for: link, while: isRunning)
            var options = PlacementOptions()
            options.replaces = round % 3 == 0
            options.jobs = 2
            let result = await target.bring(content, from: slow, options)
            isRunning.clear()
            swaps += try await swapping
            if result.value != nil { successes += 1 }
            if let error = result.error {
                #expect(
                    [.inputOutput, .targetExists, .digestMismatch].contains(error.code), "round \(round): \(error)")
            }
            let after = try canary()
            #expect(after == before, "round \(round): \(after) \(result)")
            if after != before { break }
            try target.clear()
        }
        #expect(swaps > 200, "the race was none: \(successes) successes")
    }

    @Test(arguments: ["ln -s ../canary/sub", "ln -s ../canary/victim", "mkfifo", "ln ../canary/victim"])
    func `what stands at the temporary name and is no file is not written to`(plant: String) async throws {
        try makeCanary()
        let file = try ArtifactFile(bytes)
        #expect(await target.bring(file, from: ScriptedSource(bytes, cutAt: 1)).error != nil)
        let temporary = try #require(target.temporary)
        try target.sandbox.succeed("rm '\(temporary)' && cd out && \(plant) '\(temporary)'")
        let before = try canary()
        let result = await target.bring(file, from: ScriptedSource(bytes))
        #expect(result.error?.code == .inputOutput, "\(result)")
        #expect(!target.entries.contains("model.bin"))
        if !plant.hasPrefix("ln .") { try #expect(canary() == before) }
        try #expect(Sandbox.read("\(target.sandbox.path)/canary/victim") == "mine\n")
    }

    @Test func `what was planted in a folder that is on its way does not come along`() async throws {
        try makeCanary()
        let folder = ArtifactContent(
            files: try ["a", "sub/a"].map { try ArtifactFile(bytes, path: $0) }, isFolder: true)
        for plant in [
            "echo x > more", "mkdir -p sub && echo x > sub/more", "ln -s ../../canary more", "mkdir -p more/x",
        ] {
            _ = await target.bring(folder, from: ScriptedSource(bytes, cutAt: 1))
            try target.sandbox.succeed("cd '\(try #require(target.temporary))' && \(plant)")
            let result = await target.bring(folder, from: ScriptedSource(bytes))
            #expect(result.error?.code == .digestMismatch, "\(plant): \(result)")
            #expect(target.entries.isEmpty, "\(plant)")
            #expect(await target.bring(folder, from: ScriptedSource(bytes)).value?.count == 2)
            try target.clear()
        }
    }
}

/// Says that something goes on.
final class Flag: Sendable {
    private let state = Atomic(true)

    var value: Bool { state.load(ordering: .relaxed) }

    func clear() { state.store(false, ordering: .relaxed) }
}
