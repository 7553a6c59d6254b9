import RegistryCore
import RegistryFiles
import Testing

@Suite struct DVCManifestTests {
    static let md5 = "0123456789abcdef0123456789abcdef"

    static func parse(_ text: String) throws(RegistryError) -> DVCManifest {
        try DVCManifest.parse(Array(text.utf8), file: "ab/cd.dir")
    }

    @Test func `reads a listing that DVC wrote`() throws {
        for name in ["dvc3.dir", "dvc2.dir"] {
            let manifest = try DVCManifest.parse(try Fixture.bytes(name), file: name)
            #expect(manifest.entries.map(\.path) == ["a b.txt", "sub/deep/x.bin", "sub/y", "sub/é😀.txt"])
            #expect(manifest.entries[2].md5 == "415290769594460e2e485922904f345d")
            #expect(manifest.entries(at: "sub").count == 3 && manifest.entries(at: "su").isEmpty)
            #expect(manifest.entries(at: "sub/y").map(\.path) == ["sub/y"])
        }
    }

    @Test(arguments: [
        "{}", "[1]", "[{}]", #"[{"md5": "\#(md5)"}]"#, #"[{"relpath": "a"}]"#, #"[{"md5": "\#(md5)", "relpath": ""}]"#,
        #"[{"md5": "\#(md5)", "relpath": 1}]"#, #"[{"md5": "../../etc/passwd", "relpath": "a"}]"#,
        #"[{"md5": "\#(md5).dir", "relpath": "a"}]"#, #"[{"md5": "0123456789ABCDEF0123456789ABCDEF", "relpath": "a"}]"#,
        #"[{"md5": "\#(md5)", "relpath": "a"}, {"md5": "\#(md5)", "relpath": "a"}]"#,
        #"[{"md5": "\#(md5)", "relpath": "é"}, {"md5": "\#(md5)", "relpath": "e\u0301"}]"#,
        #"[{"md5": "\#(md5)", "relpath": "a"}, {"md5": "\#(md5)", "relpath": "a/b"}]"#,
        #"[{"md5": "\#(md5)", "relpath": "a/b/c/d"}, {"md5": "\#(md5)", "relpath": "a/b/x"}, {"md5": "\#(md5)", "relpath": "a"}]"#,
        #"[{"md5": "\#(md5)", "relpath": "a", "relpath": "b"}]"#, "",
    ])
    func `refuses a listing that cannot be trusted`(text: String) {
        #expect(throws: RegistryError.self) { try Self.parse(text) }
    }

    @Test func `neighbours and unknown keys are no contradiction`() throws {
        let paths = ["a/b", "a/c", "ab", "a.d/e", "b", "b-c/d", "a/d/e"]
        let text = paths.map { #"{"md5": "\#(Self.md5)", "relpath": "\#($0)", "size": 3, "isexec": true}"# }
        #expect(try Self.parse("[\(text.joined(separator: ","))]").entries.map(\.path) == paths)
        #expect(try Self.parse("[]").entries.isEmpty)
    }

    @Test func `reads 100,000 files`() throws {
        let text = (0..<100_000).map { number in
            #"{"md5": "\#(Self.md5)", "relpath": "train/class\#(number / 1000)/image-\#(number).jpeg"}"#
        }
        let bytes = Array("[\(text.joined(separator: ", "))]".utf8)
        let clock = ContinuousClock()
        let start = clock.now
        #expect(try DVCManifest.parse(bytes, file: "f").entries.count == 100_000)
        print("listing of 100,000 files: \(clock.now - start)")
    }

    @Test func `objects have a place in DVC 3 and one in DVC 1 and 2`() {
        let paths = { (isDirectory: Bool, isLegacy: Bool) in
            DVCObjectPath.candidates(md5: Self.md5, isDirectory: isDirectory, isLegacy: isLegacy).map(\.description)
        }
        let digits = "01/23456789abcdef0123456789abcdef"
        #expect(paths(false, false) == ["files/md5/\(digits)", digits])
        #expect(paths(true, true) == ["\(digits).dir", "files/md5/\(digits).dir"])
        #expect(DVCObjectPath(md5: "../../../../etc/passwd0000000000") == nil)
        #expect(DVCObjectPath.candidates(md5: "0123").isEmpty)
    }
}
