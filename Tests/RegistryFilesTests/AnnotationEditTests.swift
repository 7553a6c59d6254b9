import GitTypes
import RegistryCore
import RegistryFiles
import Testing

@Suite struct AnnotationEditTests {
    struct Case: Sendable {
        let before: String?
        let change: @Sendable (inout ArtifactAnnotation) -> Void
        let after: String
        var name = "nn"
        var file = "dvc.yaml"
    }

    static let cases: [Case] = [
        Case(before: nil, change: { $0.path = "m.pkl" }, after: "artifacts:\n  nn:\n    path: m.pkl\n"),
        Case(
            before: nil, change: { ($0.type, $0.isVirtual, $0.summary) = ("model", false, "x: y") },
            after: "nn:\n  type: model\n  virtual: false\n  description: \"x: y\"\n", file: "artifacts.yaml"),
        Case(before: nil, change: { _ in }, after: "artifacts:\n  nn: {}\n"),
        Case(
            before: "# top\nstages: {}\n# end", change: { $0.path = "p" },
            after: "# top\nstages: {}\n# end\nartifacts:\n  nn:\n    path: p\n"),
        Case(before: "# only\n", change: { $0.path = "p" }, after: "# only\nartifacts:\n  nn:\n    path: p\n"),
        Case(
            before: "artifacts: {}  # none\nx: 1\n", change: { $0.path = "p" },
            after: "artifacts:   # none\n  nn:\n    path: p\nx: 1\n"),
        Case(before: "artifacts: {}\n", change: { $0.path = "p" }, after: "artifacts:\n  nn:\n    path: p\n"),
        Case(before: "artifacts: ~\n", change: { $0.path = "p" }, after: "artifacts:\n  nn:\n    path: p\n"),
        Case(
            before: "artifacts: # here\nx: 1\n", change: { $0.path = "p" },
            after: "artifacts: # here\n  nn:\n    path: p\nx: 1\n"),
        Case(
            before: "artifacts: {a: {path: b}}\n", change: { ($0.path, $0.labels) = ("a: b", ["no"]) },
            after: "artifacts: {a: {path: b}, nn: {path: \"a: b\", labels: [\"no\"]}}\n"),
        Case(
            before: "{\"artifacts\": {\n}}\n", change: { $0.path = "p" },
            after: "{\"artifacts\": {nn: {path: p}\n}}\n"),
        Case(
            before: "artifacts:\r\n    a:\r\n        path: b # c\r\n\r\n    # about a\r\n\r\nx: 1\r\n",
            change: { ($0.path, $0.labels) = ("p", ["x"]) },
            after:
                "artifacts:\r\n    a:\r\n        path: b # c\r\n\r\n    # about a\r\n    nn:\r\n        path: p\r\n        labels:\r\n            - x\r\n\r\nx: 1\r\n"
        ),
        Case(
            before: "artifacts:\n  a:\n    desc: |\n      x\n\n  # c\nx: 1", change: { $0.path = "p" },
            after: "artifacts:\n  a:\n    desc: |\n      x\n\n  # c\n  nn:\n    path: p\nx: 1"),
        Case(
            before: "artifacts:\n  a:\n    desc: |+\n      x\n\nx: 1\n", change: { $0.path = "p" },
            after: "artifacts:\n  a:\n    desc: |+\n      x\n\n  nn:\n    path: p\nx: 1\n"),
        // Updates.
        Case(
            before: "artifacts:\n  nn: # the one\n    path: 'old'   # keep\n    foo: bar\n",
            change: { $0.path = "new" },
            after: "artifacts:\n  nn: # the one\n    path: new   # keep\n    foo: bar\n"),
        Case(
            before: "artifacts:\n  nn:\n    path:\n    type:  # t\n", change: { ($0.path, $0.type) = ("p", "model") },
            after: "artifacts:\n  nn:\n    path: p\n    type: model  # t\n"),
        Case(
            before: "artifacts:\n  nn:\n  b: {path: c}\n", change: { $0.path = "p" },
            after: "artifacts:\n  nn:\n    path: p\n  b: {path: c}\n"),
        Case(
            before: "artifacts:\n  nn: {path: p, desc}\n", change: { ($0.summary, $0.type) = ("d", "t") },
            after: "artifacts:\n  nn: {path: p, desc: d, type: t}\n"),
        Case(
            before: "artifacts:\n  nn:\n    labels: [z, b]\n", change: { $0.labels = ["m", "b"] },
            after: "artifacts:\n  nn:\n    labels: [b, m, z]\n"),
        Case(
            before: "artifacts:\n  nn:\n    labels:\n    - z\n    - b # last\n    path: p\n",
            change: { $0.labels = ["m"] },
            after: "artifacts:\n  nn:\n    labels:\n    - z\n    - b # last\n    - m\n    path: p\n"),
        Case(
            before: "artifacts:\n  nn:\n    labels:\n      - z # best\n      - b\n", change: { $0.labels = ["m"] },
            after: "artifacts:\n  nn:\n    labels:\n      - z # best\n      - b\n      - m\n"),
        Case(
            before: "artifacts:\n  nn:\n    labels: [\n      z, # best\n      b,\n    ]\n",
            change: { $0.labels = ["m"] },
            after: "artifacts:\n  nn:\n    labels: [\n      z, # best\n      b, m,\n    ]\n"),
        Case(
            before: "artifacts:\n  nn:\n    labels: [z, b]\n", change: { $0.labels = ["z"] },
            after: "artifacts:\n  nn:\n    labels: [z, b]\n"),
        Case(
            before: "artifacts:\n  nn:\n    desc: | # why\n      a\n      b\n\n    path: p\n",
            change: { $0.summary = "c" },
            after: "artifacts:\n  nn:\n    desc: c  # why\n\n    path: p\n"),
        Case(
            before: "artifacts:\n  nn:\n    meta:\n      # lr\n      lr: 1 # x\n    path: p\n",
            change: { $0.custom = .object(["lr": .integer(2), "m": .array([.string("no"), .null])]) },
            after:
                "artifacts:\n  nn:\n    meta:\n      # lr\n      lr: 2\n      m:\n        - \"no\"\n        - null # x\n    path: p\n"
        ),
        Case(
            before: "nn: {virtual: true}\nb: {}\n", change: { $0.isVirtual = false },
            after: "nn: {virtual: false}\nb: {}\n", file: "artifacts.yaml"),
    ]

    @Test(arguments: cases.indices)
    func `changes the artifact and no other byte`(index: Int) throws {
        let test = Self.cases[index]
        var annotation = ArtifactAnnotation(name: try ArtifactName(test.name), file: test.file)
        test.change(&annotation)
        let result = try AnnotationEdit.setting(annotation, in: test.before.map { Array($0.utf8) }, file: test.file)
        #expect(String(decoding: result, as: UTF8.self) == test.after)
        let again = try AnnotationEdit.setting(annotation, in: result, file: test.file)
        #expect(again == result)
    }

    @Test(arguments: [
        (
            "artifacts:\n  a: {path: x}\n  nn:\n    path: p\n    # in\n    type: m # c\n  # after\n  b: {}\n",
            "artifacts:\n  a: {path: x}\n  # after\n  b: {}\n"
        ),
        ("artifacts:  # all\n  nn: {path: p}\nx: 1", "artifacts: {}  # all\nx: 1"),
        ("artifacts: {nn: {path: p}, b: {}}", "artifacts: {b: {}}"),
        ("artifacts: {a: 1, nn: {path: p}}", "artifacts: {a: 1}"),
        ("artifacts: {nn: {path: p}}", "artifacts: {}"), ("artifacts: {nn: {path: p},}", "artifacts: {}"),
        ("artifacts:\r\n  nn:\r\n    desc: >\r\n      x\r\n\r\n  b: {}\r\n", "artifacts:\r\n\r\n  b: {}\r\n"),
    ])
    func `removes an artifact`(before: String, after: String) throws {
        let result = try AnnotationEdit.removing(try ArtifactName("nn"), in: Array(before.utf8), file: "dvc.yaml")
        #expect(String(decoding: result, as: UTF8.self) == after)
    }

    @Test(arguments: [
        ("artifacts: &a\n  b: {}\nx: *a\n", "shared"), ("a: &a {path: x}\nartifacts:\n  nn: *a\n", "alias"),
        ("artifacts:\n  nn:\n    path: &p x\n    desc: *p\n", "anchor"), ("artifacts:\n  nn: [a]\n", "bad"),
        ("artifacts:\n  ? b\n  : {path: x}\n", "explicit"), ("artifacts: [", "broken"),
        ("artifacts:\n  nn:\n    meta: {a: 1, # c\n      b: 2}\n", "comment in a flow mapping"), ("- a\n", "list"),
    ])
    func `refuses rather than change more`(before: String, why: String) throws {
        let annotation = ArtifactAnnotation(
            name: try ArtifactName("nn"), path: "y", custom: .object(["q": .integer(1)]), file: "dvc.yaml")
        let error = #expect(throws: RegistryError.self, "\(why)") {
            try AnnotationEdit.setting(annotation, in: Array(before.utf8), file: "dvc.yaml")
        }
        #expect(error?.code == .invalidFile && error?.hints.isEmpty == false)
    }

    @Test(arguments: [
        "no", "Yes", "on", "y", "null", "~", "1.0", "1_000", "0b1", "12:30", "2020-01-01", ".inf", "1e5", "-1", "+1",
        "=", "<<",
        "a: b", "a #b", "x:", " a", "a ", "- a", "? a", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a", "'a", "[a", "{a",
        "a, b", "",
    ])
    func `quotes what YAML 1.1 or 1.2 would read as something else`(text: String) throws {
        let annotation = ArtifactAnnotation(name: try ArtifactName("no"), type: text, file: "dvc.yaml")
        let result = try AnnotationEdit.setting(annotation, in: nil, file: "dvc.yaml")
        #expect(String(decoding: result, as: UTF8.self) == "artifacts:\n  \"no\":\n    type: \"\(text)\"\n")
    }

    @Test(arguments: [
        "model", "models/churn.pkl", "s3://b/k", "a b", "v1.0", "ä", "x/1", "1/x", "a=b", "nothing", ".models/x",
    ])
    func `leaves plain what nothing can mistake`(text: String) throws {
        let annotation = ArtifactAnnotation(name: try ArtifactName("nn"), type: text, file: "dvc.yaml")
        let result = try AnnotationEdit.setting(annotation, in: nil, file: "dvc.yaml")
        #expect(String(decoding: result, as: UTF8.self) == "artifacts:\n  nn:\n    type: \(text)\n")
    }

    @Test func `a name belongs into the dvc.yaml of its folder`() throws {
        for (name, file) in [("nn", "models/dvc.yaml"), ("models:nn", "dvc.yaml"), ("models:nn", "artifacts.yaml")] {
            let annotation = ArtifactAnnotation(name: try ArtifactName(name), path: "p", file: file)
            let error = #expect(throws: RegistryError.self) {
                try AnnotationEdit.setting(annotation, in: nil, file: file)
            }
            #expect(error?.code == .invalidName)
        }
        let missing = #expect(throws: RegistryError.self) {
            try AnnotationEdit.removing(try ArtifactName("nn"), in: Array("artifacts: {}".utf8), file: "dvc.yaml")
        }
        #expect(missing?.code == .annotationNotFound)
    }
}
