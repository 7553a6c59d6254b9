import Glibc
import RegistryCore
import Synchronization
import TestSupport
import Testing

@testable import ArtifactStore

/// What stands where an artifact goes, and what a failure leaves there.
@Suite struct PlacementTests {
    private let target = Target(Sandbox())
    private let bytes = randomBytes(10_000)

    private func place(
        _ output: String, _ content: ArtifactContent, from source: any ArtifactSource,
        _ options: PlacementOptions = PlacementOptions()
    ) async -> RegistryError? {
        do throws(RegistryError) {
            _ = try await ArtifactPlacement(output: output, artifactName: "x").place(content, from: source, options)
            return nil
        } catch {
            return error
        }
    }

    @Test func `one wrong file of a folder takes no other with it`() async throws {
        let contents = (0..<40).map { randomBytes(500 + $0, seed: UInt64($0)) }
        let content = ArtifactContent(
            files: try contents.enumerated().map { try ArtifactFile($1, path: "sub\($0 % 3)/\($0)") }, isFolder: true)
        func source(wrong: Int?) -> ScriptedSource {
            ScriptedSource { read in
                guard let index = read.file.path.flatMap({ Int($0.name) }) else { return .cut }
                read.hand(index == wrong ? [UInt8](repeating: 0, count: contents[index].count) : contents[index])
                return nil
            }
        }
        let error = await target.bring(content, from: source(wrong: 20)).error
        #expect(error?.code == .digestMismatch)
        let kept = contents[..<20].reduce(0) { $0 + $1.count }
        let start = "when that is mended, run the same command again to go on: \(kept) of \(content.size ?? 0) bytes"
        #expect(error?.hints.filter { $0.hasPrefix(start) }.count == 1, "\(error?.hints ?? [])")
        #expect(target.entries.count == 1 && target.temporary != nil)
        let second = source(wrong: nil)
        #expect(await target.bring(content, from: second).value?.count == 40)
        #expect(second.reads.map { $0.file.path?.name } == (20..<40).map(String.init))
        for (index, bytes) in contents.enumerated() {
            try #expect(Sandbox.readBytes("\(target.path)/sub\(index % 3)/\(index)") == bytes)
        }
    }

    @Test func `folders that a failed download made go again`() async throws {
        let content = ArtifactContent(try ArtifactFile(bytes))
        try target.sandbox.succeed("mkdir out/old")
        let missing = ScriptedSource { _ in RegistryError(.objectNotFound, "there is no such object") }
        for output in ["new/a/b/", "old/a/b/", "old/a//b/", "new/a/name"] {
            #expect(await place("\(target.folder)/\(output)", content, from: missing)?.code == .objectNotFound)
            #expect(target.entries == ["old"] && Target.entries(of: "\(target.folder)/old").isEmpty, "\(output)")
        }
        // Not where something is kept in them, or was put there by somebody else.
        let cut = ScriptedSource(bytes, cutAt: 100)
        let error = await place("\(target.folder)/new/a//", content, from: cut)
        #expect(Target.entries(of: "\(target.folder)/new/a").count == 1)
        #expect(error?.hints.contains { $0.contains("/new/a//.x.") } == true, "\(error?.hints ?? [])")
        #expect(error?.hints.contains { $0.contains("///") } == false)
    }

    @Test func `a hint to run the same command again is given once`() async throws {
        let source = ScriptedSource { [bytes] read in
            read.hand(bytes, upTo: 100)
            return RegistryError(
                .inputOutput, "no space left", hints: ["free some space and run the same command again"])
        }
        let error = await target.bring(try ArtifactFile(bytes), from: source).error
        #expect(error?.hints.first == "free some space")
        #expect(error?.hints.count == 2 && error?.hints.last?.hasPrefix("run the same command again to go on") == true)
    }

    @Test func `what stands there with the same content is told apart by what it lacks`() async throws {
        let source = ScriptedSource(bytes)
        let digest = try ContentDigest(.sha256, of: bytes)
        func message(isExecutable: Bool) async -> String? {
            let file = ArtifactFile(path: nil, size: bytes.count, isExecutable: isExecutable, digest: digest)
            return await target.bring(file, from: source).error?.message
        }
        try Sandbox.write(bytes, to: target.path)
        #expect(await message(isExecutable: false) == nil)
        #expect(
            await message(isExecutable: true)
                == "\(target.path) exists already and has the same content but is not executable")
        chmod(target.path, 0o755)
        #expect(
            await message(isExecutable: false)
                == "\(target.path) exists already and has the same content but is executable")
        try Sandbox.write([1], to: target.path)
        #expect(await message(isExecutable: true) == "\(target.path) exists already and has other content")
        unlink(target.path)
        symlink("elsewhere", target.path)
        #expect(await message(isExecutable: false) == "\(target.path) exists already and is a symbolic link")
    }

    @Test func `a folder with the same content is told apart by the first mode that differs`() async throws {
        let files = try ["a", "b/c", "d"].map { try ArtifactFile(Array($0.utf8), path: $0) }
        let content = ArtifactContent(files: files, isFolder: true)
        let source = ScriptedSource { read in
            read.hand(Array((read.file.path?.description ?? "").utf8))
            return nil
        }
        #expect(await target.bring(content, from: source).value?.count == 3)
        chmod("\(target.path)/b/c", 0o755)
        #expect(
            await target.bring(content, from: source).error?.message
                == "\(target.path) exists already and has the same content but 'b/c' is executable")
        try Sandbox.write([1], to: "\(target.path)/d")
        #expect(await target.bring(content, from: source).error?.message.hasSuffix("has other content") == true)
    }

    @Test func `a name that leaves no room for the temporary one is refused with the reason`() async throws {
        for (length, isRefused) in [(200, false), (201, true), (255, true)] {
            let name = String(repeating: "n", count: length)
            let error = await place(
                "\(target.folder)/\(name)", ArtifactContent(try ArtifactFile(bytes)), from: ScriptedSource(bytes))
            #expect((error?.code == .unsafePath) == isRefused && (error == nil) != isRefused)
            #expect(
                !isRefused
                    || error?.message.hasSuffix("longer than 200 bytes, and the temporary name needs room")
                        == true
            )
        }
    }

    @Test(arguments: [".git", "a/.git", "a/b/.git", "bare"])
    func `no repository is replaced, however deep it stands`(place: String) async throws {
        if place == "bare" {
            try target.sandbox.succeed("mkdir -p out/model.bin/x && git init -q --bare out/model.bin/x/bare.git")
        } else {
            try target.sandbox.succeed("mkdir -p out/model.bin/\(place) && touch out/model.bin/\(place)/HEAD")
        }
        var options = PlacementOptions()
        options.replaces = true
        let error = await target.bring(try ArtifactFile(bytes), from: ScriptedSource(bytes), options).error
        #expect(error?.code == .targetExists && target.entries == ["model.bin"])
        let inner = ["a/.git": "a", "a/b/.git": "a/b", "bare": "x/bare.git"][place]
        let what = inner.map { "holds the Git repository \(target.path)/\($0)" } ?? "is a Git repository"
        #expect(error?.message == "\(target.path) \(what) and is not replaced")
    }

    @Test func `a download that waits for another one says so once`() async throws {
        let file = try ArtifactFile(bytes)
        let told = Mutex<[String]>([])
        let (waiting, signal) = AsyncStream<Void>.makeStream()
        let (begun, start) = AsyncStream<Void>.makeStream()
        let source = ScriptedSource { [bytes] read in
            start.finish()
            for await _ in waiting {}
            read.hand(bytes)
            return nil
        }
        var options = PlacementOptions()
        options.quietWait = .zero
        options.onWait = { path in
            told.withLock { $0.append(path) }
            signal.finish()
        }
        let (path, content) = (target.path, ArtifactContent(file))
        let first = Task {
            try await ArtifactPlacement(output: path, artifactName: "x").place(content, from: source)
        }
        for await _ in begun {}
        let temporary = try #require(target.temporary)
        let second = await target.bring(file, from: ScriptedSource(bytes), options)
        #expect(try await first.value.first?.isUnchanged == false)
        #expect(second.value?.first?.isUnchanged == true)
        #expect(told.withLock { $0 } == [temporary])
    }

    @Test func `the names in a folder are read to their ends`() throws {
        let names = ["a", "é", String(repeating: "n", count: 255), ".hidden"] + (0..<500).map { "file\($0)" }
        for name in names { try Sandbox.write([], to: "\(target.folder)/\(name)") }
        let folder = try OpenFile.openFolder(target.folder)
        let found = folder.entryNames().map {
            String(decoding: $0.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        #expect(found.sorted() == target.entries && found.count == names.count)
    }
}
