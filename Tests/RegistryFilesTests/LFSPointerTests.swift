import Glibc
import RegistryFiles
import Testing

@Suite struct LFSPointerTests {
    static let oid = String(repeating: "4d", count: 32)
    static let version = "version https://git-lfs.github.com/spec/v1\n"

    @Test func `reads a pointer with and without extensions`() throws {
        let plain = try #require(LFSPointer.parse(Array("\(Self.version)oid sha256:\(Self.oid)\nsize 12345\n".utf8)))
        #expect(plain.sha256 == Self.oid && plain.size == 12345 && plain.extensions.isEmpty)
        let text =
            "\(Self.version)ext-0-foo sha256:\(Self.oid)\next-1-bar sha256:\(Self.oid)\noid sha256:\(Self.oid)\nsize 0\n"
        let extended = try #require(LFSPointer.parse(Array(text.utf8)))
        #expect(extended.extensions.map(\.name) == ["foo", "bar"] && extended.size == 0)
    }

    @Test(arguments: [
        "", "x", "\(version)oid sha256:\(oid)\nsize 1", "\(version)size 1\noid sha256:\(oid)\n",
        "\(version)oid sha256:\(oid)\n",
        "oid sha256:\(oid)\nsize 1\n\(version)", "\(version)oid sha256:\(oid.uppercased())\nsize 1\n",
        "\(version)oid sha256:\(oid)0\nsize 1\n", "\(version)oid md5:\(oid)\nsize 1\n",
        "\(version)oid sha256:\(oid)\nsize -1\n",
        "\(version)oid sha256:\(oid)\nsize +1\n", "\(version)oid sha256:\(oid)\nsize 99999999999999999999\n",
        "\(version)oid sha256:\(oid)\nsize 1\n\n", "\(version)oid sha256:\(oid)\r\nsize 1\r\n",
        "\(version)\noid sha256:\(oid)\nsize 1\n",
        "\(version)oid sha256:\(oid)\noid sha256:\(oid)\nsize 1\n", "\(version)oid sha256:\(oid)\nsize 1\nzz top\n",
        "\(version)ext-0-a sha256:\(oid)\next-0-b sha256:\(oid)\noid sha256:\(oid)\nsize 1\n",
        "\(version)ext-x-a sha256:\(oid)\noid sha256:\(oid)\nsize 1\n",
        "version https://evil/v1\noid sha256:\(oid)\nsize 1\n",
        "\u{FEFF}\(version)oid sha256:\(oid)\nsize 1\n",
        "\(version)ext-0-\(String(repeating: "a", count: 900)) sha256:\(oid)\noid sha256:\(oid)\nsize 1\n",
    ])
    func `anything else is a file's own content`(text: String) {
        #expect(LFSPointer.parse(Array(text.utf8)) == nil)
    }

    @Test(.enabled(if: access("/usr/bin/git-lfs", X_OK) == 0, "git-lfs is not installed"))
    func `reads what git-lfs writes`() throws {
        let git = try GitOracle()
        // Not the empty file, which git-lfs leaves as it is.
        for content in ["a", "\0\r\n", String(repeating: "x\n", count: 5000)] {
            let pointer = try git.run(["lfs", "clean"], input: Array(content.utf8), inRepository: true)
            let found = try #require(LFSPointer.parse(pointer))
            #expect(found.size == content.utf8.count)
        }
    }
}
