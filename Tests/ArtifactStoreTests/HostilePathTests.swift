import Glibc
import RegistryCore
import RegistryFiles
import TestSupport
import Testing

@testable import ArtifactStore

/// Paths that want to lead elsewhere.
@Suite struct HostilePathTests {
    private let target = Target(Sandbox(), "net")

    /// Each way out, alone and inside of paths that look harmless.
    static let paths: [String] = {
        let escapes = [
            "..", "../x", "a/../../x", "/x", "//x", "/etc/cron.d/x", "~", "~/x", "~root/x", "a/..", "../", "..\\x",
            "\\x",
            "\\\\host\\share", "C:\\x", "C:/x", "c:x", "a/C:/x", "%2e%2e/x", "%2E%2e/x", "a%2fb", "%5cx", "x%00y",
            "x\0y",
            "\0", "x?y", "?x", "x#y", "#x", "x\ny", "x\r", "\u{1B}[2J", "\u{7F}", "\u{85}", "", "/", "//", "a//b",
            "///",
            ".git", ".git/hooks/post-checkout", ".GIT/config", ".git./x", ".git /x", "git~1/x", "GIT~1",
            ".g\u{200C}it/x",
            "\u{FEFF}.git/x", ".git:x/y", ".git::$INDEX_ALLOCATION/x", "a/.git/config", "a/.Git/x", "./../x",
            "./.git/x",
            "././..", ".", "./", "./.", "../net2/x", "..//x", "a/b/../../../x", "....//../x", "..\u{2215}x/../y",
            "..;/../x", "a\u{338}/../x", "..\u{338}/x", "x/\u{301}../..",
        ]
        let shapes: [(String) -> String] = [
            { $0 }, { "ok/\($0)" }, { "./\($0)" }, { "\($0)/ok" }, { "ok/./deep/\($0)" }, { "ok/\($0)/ok" },
            { "é/\($0)" }, { "\($0)/" },
        ]
        return shapes.flatMap { shape in escapes.map { shape($0) } } + [
            String(repeating: "x", count: 256), String(repeating: "a/", count: 3000) + "x",
            String(repeating: "../", count: 1000) + "tmp/x",
        ]
    }()

    /// Whether a path of plain parts leads to itself, as the kernel reads it.
    private func leadsInside(_ path: String) -> Bool {
        let parts = path.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
        return !path.utf8.contains(0) && path.utf8.first != UInt8(ascii: "/") && !parts.contains("..")
            && !parts.contains { $0.lowercased().hasPrefix(".git") } && !parts.isEmpty
    }

    private func outside() throws -> String {
        try target.sandbox.succeed(
            "find . -path ./out/net -prune -o -path ./stdin -o -path ./stdout -o -path ./stderr -o -print | LC_ALL=C sort"
        )
    }

    @Test func `no path of a folder's file leads out of it`() async throws {
        #expect(Self.paths.count >= 500)
        let bytes = randomBytes(10)
        try target.sandbox.succeed("mkdir -p net2 out/net2 x && echo mine > out/x")
        let before = try outside()
        var accepted = 0
        for path in Self.paths {
            let file: ArtifactFile
            do throws(RegistryError) {
                file = ArtifactFile(
                    path: try SafePath(path), size: 10, digest: ContentDigest(.sha256, try digest(of: bytes)))
            } catch {
                #expect(error.code == .unsafePath, "\(path.debugDescription)")
                continue
            }
            accepted += 1
            #expect(leadsInside(path), "\(path.debugDescription)")
            let content = ArtifactContent(files: [file], isFolder: true)
            let result = await target.bring(content, from: ScriptedSource(bytes))
            #expect(result.value?.count == 1, "\(path.debugDescription): \(result)")
            try target.sandbox.succeed("rm -rf out/net")
            try #expect(outside() == before, "\(path.debugDescription)")
        }
        // Some are harmless: `..;` is a name.
        #expect(accepted < 50)
    }

    private func digest(of bytes: [UInt8]) throws(RegistryError) -> String {
        guard let digest = try? ContentDigest(.sha256, of: bytes) else {
            throw RegistryError(.internalFault, "there is no digest")
        }
        return digest.hexadecimal
    }

    @Test func `no path of a listing of DVC is taken that leads out of its folder`() throws {
        let md5 = String(repeating: "ab", count: 16)
        for path in Self.paths {
            var text = ""
            for scalar in path.unicodeScalars {
                switch scalar {
                case "\"", "\\": text += "\\" + String(scalar)
                case _ where scalar.value < 0x20:
                    let digits = String(scalar.value, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                default: text.unicodeScalars.append(scalar)
                }
            }
            let listing = "[{\"md5\": \"\(md5)\", \"relpath\": \"\(text)\"}]"
            guard let manifest = try? DVCManifest.parse(Array(listing.utf8), file: "listing") else { continue }
            // What reads a listing takes each path as a ``SafePath``, which refuses the others.
            for entry in manifest.entries where (try? SafePath(entry.path)) != nil {
                #expect(leadsInside(entry.path), "\(path.debugDescription)")
            }
        }
    }

    @Test func `a folder's files cannot lie in each other`() async throws {
        let bytes = randomBytes(10)
        let files = try ["a", "a/b"].map { try ArtifactFile(bytes, path: $0) }
        for files in [files, files.reversed()] {
            let content = ArtifactContent(files: files, isFolder: true)
            #expect(await target.bring(content, from: ScriptedSource(bytes)).error?.code == .inputOutput)
            #expect(!target.entries.contains("net"))
            try target.clear()
        }
    }
}
