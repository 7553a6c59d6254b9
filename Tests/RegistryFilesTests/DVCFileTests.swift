import RegistryCore
import RegistryFiles
import Testing

@Suite struct DVCFileTests {
    static let md5 = "0123456789abcdef0123456789abcdef"

    @Test func `reads a .dvc file of DVC 3, of DVC 2 and of an import`() throws {
        let text = """
            wdir: ../data
            outs:
            - md5: \(Self.md5).dir
              size: 12
              nfiles: 3
              hash: md5
              path: set
            - md5: 00000000000000000000000000001234
              size: 0
              isexec: true
              path: ./a b.bin
            - path: nothing
            """
        let file = try DVCFile.parse(Array(text.utf8), file: "models/x.dvc")
        var executable = DVCOutput(
            path: "data/a b.bin", md5: "00000000000000000000000000001234", size: 0, isLegacy: true)
        executable.isExecutable = true
        #expect(
            file.outputs == [
                DVCOutput(path: "data/set", md5: Self.md5, isDirectory: true, size: 12, fileCount: 3),
                executable,
                DVCOutput(path: "data/nothing", isLegacy: true),
            ])
        #expect(file.problems.isEmpty && file.sources.isEmpty)
        let imported = """
            frozen: true
            deps: [{path: data/d, repo: {url: "https://x/y", rev: main, rev_lock: abc}}, {path: "https://x/z"}]
            outs: [{md5: \(Self.md5), hash: md5, path: d}]
            """
        let sources = try DVCFile.parse(Array(imported.utf8), file: "d.dvc").sources
        #expect(sources.map(\.path) == ["data/d", "https://x/z"])
        #expect(
            sources.first?.lockedRevision == "abc" && sources.first?.revision == "main"
                && sources.last?.repository == nil)
    }

    @Test func `reads remotes, versions of the cloud and what is in no cache`() throws {
        let text = """
            deps: [{etag: e, size: 3, hash: md5, md5: \(Self.md5), path: "s3://b/d", cloud: {r: {version_id: v0}}}]
            outs:
            - {path: a, hash: md5, cache: false, push: false, remote: r}
            - path: d
              hash: md5
              files:
              - {relpath: x/y, md5: \(Self.md5), size: 3, isexec: true, cloud: {r: {etag: e, version_id: v1}}}
            - {path: twice, files: [{relpath: x}, {relpath: x/y}]}
            - {path: e, cloud: {r: {version_id: v2}}}
            """
        let file = try DVCFile.parse(Array(text.utf8), file: "x.dvc")
        let source = try #require(file.sources.first)
        #expect(
            source.etag == "e" && source.size == 3 && source.md5 == Self.md5 && source.cloud["r"]?.versionID == "v0")
        #expect(file.outputs.map(\.path) == ["a", "d", "e"] && file.problems.count == 1)
        #expect(!file.outputs[0].isInCache && !file.outputs[0].isPushed && file.outputs[0].remote == "r")
        let inner = try #require(file.outputs[1].files?.first)
        #expect(inner.path == "x/y" && inner.isExecutable && inner.size == 3 && file.outputs[1].isDirectory)
        #expect(inner.cloud == ["r": DVCCloudVersion(versionID: "v1", etag: "e")])
        #expect(file.outputs[2].cloud["r"]?.versionID == "v2")
    }

    @Test func `finds the output that holds a path`() {
        let outputs = [
            DVCOutput(path: "data", md5: Self.md5, isDirectory: true), DVCOutput(path: "data.csv", md5: Self.md5),
            DVCOutput(path: "data/inner", md5: Self.md5, isDirectory: true), DVCOutput(path: "m", md5: Self.md5),
        ]
        let found = { (path: String) in
            outputs.output(holding: path).map { "\($0.output.path)|\($0.inner ?? "-")" }
        }
        #expect(found("data") == "data|-" && found("data/a/b") == "data|a/b" && found("data/inner/x") == "data/inner|x")
        #expect(
            found("data.csv") == "data.csv|-" && found("m/x") == nil && found("dat") == nil && found("data/") == nil)
    }

    @Test(arguments: [
        "md5: ../../etc/passwd\n  path: a", "md5: \(md5)0\n  path: a", "md5: \(md5.uppercased())\n  path: a",
        "path: /etc/x",
        "path: ../../x", "path: ~/x", "path: s3://b/k", "path: C:x", "path: a\\b", "path: \"a\\0\"", "size: 1",
        "path: ''",
        "path: a\n  size: -1", "path: a\n  size: big", "path: a\n  nfiles: 1.5", "path: a\n  isexec: 1",
        "path: a\n  cache: x", "path: a\n  files: {}", "path: a\n  cloud: [x]", "path: [a]", "{}",
    ])
    func `an output that cannot be trusted is a problem and hides no other`(output: String) throws {
        let text = "outs:\n- \(output)\n- path: good\n"
        let file = try DVCFile.parse(Array(text.utf8), file: "d/x.dvc")
        #expect(file.outputs.map(\.path) == ["d/good"])
        #expect(
            file.problems.count == 1 && file.problems.first?.message.hasPrefix("d/x.dvc:") == true, "\(file.problems)"
        )
    }

    @Test func `reads dvc.lock with the working folders of dvc.yaml`() throws {
        let yaml = """
            stages:
              train: {cmd: x, wdir: sub/../w, outs: [m.pkl]}
              each: {foreach: [a, b], do: {cmd: x, wdir: "${item}", outs: ["${item}.pkl"]}}
              plain: {cmd: x}
            """
        let lock = """
            schema: '2.0'
            stages:
              train:
                cmd: x
                outs: [{path: m.pkl, hash: md5, md5: \(Self.md5), size: 5}]
              each@a:
                outs: [{path: a.pkl, md5: \(Self.md5)}]
              plain:
                outs: [{path: p, md5: \(Self.md5), hash: md5}, {path: ../../q}]
            """
        let pipeline = try DVCPipeline.parse(Array(yaml.utf8), file: "ml/dvc.yaml")
        let found = try DVCLock.parse(Array(lock.utf8), file: "ml/dvc.lock", pipeline: pipeline)
        #expect(
            found.outputs == [
                DVCOutput(path: "ml/w/m.pkl", md5: Self.md5, size: 5), DVCOutput(path: "ml/p", md5: Self.md5),
            ])
        #expect(found.problems.count == 2)
        let old = "train:\n  outs: [{path: m, md5: \(Self.md5)}]\n"
        #expect(try DVCLock.parse(Array(old.utf8), file: "dvc.lock").outputs.map(\.path) == ["m"])
        #expect(throws: RegistryError.self) { try DVCLock.parse(Array("stages: [a]".utf8), file: "dvc.lock") }
    }

    @Test func `lists the files that a dvc.yaml names`() throws {
        let text = """
            metrics: [eval.json, {more.yaml: {cache: false}}, "${x}"]
            params: [conf.yaml]
            stages:
              a:
                cmd: x
                outs: [m.pkl, {big: {cache: false}}]
                metrics: [{s.json: {cache: false}}, eval.json]
                params: [lr, {other.json: [a, b]}, {toml.toml: }]
              b: {foreach: [1], do: {outs: [c, "${item}"], params: [lr]}}
              c: {wdir: "..", outs: [up]}
              d: {wdir: "../..", outs: [gone]}
            """
        let pipeline = try DVCPipeline.parse(Array(text.utf8), file: "p/dvc.yaml")
        #expect(pipeline.outputs == ["p/m.pkl", "p/big", "p/s.json", "p/eval.json", "p/c", "up"])
        #expect(pipeline.metrics == ["p/eval.json", "p/more.yaml", "p/s.json"])
        #expect(pipeline.parameters == ["p/conf.yaml", "p/params.yaml", "p/other.json", "p/toml.toml"])
        #expect(pipeline.workingFolders == ["c": .folder(nil), "d": .unknown])
    }

    @Test func `flattens metrics in the order of the file`() throws {
        func flat(_ text: String, _ file: String = "m.json") throws -> [String] {
            try MetricsFile.flatten(Array(text.utf8), file: file).map { "\($0.name)=\($0.value)" }
        }
        #expect(
            try flat(
                #"{"z": {"auc": 0.910, "n": {"k": -3}}, "a": 1e-5, "s": "x", "b": true, "l": [1], "nan": NaN, "e": null}"#
            )
                == ["z.auc=0.910", "z.n.k=-3", "a=1e-5"])
        #expect(try flat("loss: .5\ntime: 3\n", "m.yaml") == ["loss=0.5", "time=3"])
        #expect(try flat("0.75", "dir/acc.json") == ["acc=0.75"])
        #expect(try flat("{\"\\ud83d\\ude00\": 1}") == ["😀=1"])
        let many = "{" + (0..<60).map { "\"m\($0)\": \($0)" }.joined(separator: ", ") + "}"
        #expect(try flat(many).count == 50)
        #expect(try flat("").isEmpty)
        #expect(throws: RegistryError.self) { try flat("{") }
    }
}
