import GitTypes
import RegistryCore
import RegistryFiles
import Testing

@Suite struct AnnotationFileTests {
    @Test func `reads the artifacts of a dvc.yaml in a folder, in their order`() throws {
        let text = """
            stages:
              train: {cmd: python train.py}
            artifacts:
              zeta:
                path: out/z.pkl
                type: model
                desc: |
                  Two
                  lines
                labels: [b, a, 1.0]
                meta: {lr: 0.1, tags: [x]}
              alpha:
              no: {path: p}
            """
        let file = try AnnotationFile.parse(Array(text.utf8), file: "models/dvc.yaml")
        #expect(file.problems.isEmpty)
        #expect(
            file.annotations == [
                ArtifactAnnotation(
                    name: try ArtifactName("models:zeta"), type: "model", path: "out/z.pkl", labels: ["b", "a", "1.0"],
                    summary: "Two\nlines\n",
                    custom: .object(["lr": .number("0.1"), "tags": .array([.string("x")])]), file: "models/dvc.yaml"),
                ArtifactAnnotation(name: try ArtifactName("models:alpha"), file: "models/dvc.yaml"),
                ArtifactAnnotation(name: try ArtifactName("models:no"), path: "p", file: "models/dvc.yaml"),
            ])
        #expect(file.annotations.first?.pathFromRoot == "models/out/z.pkl")
    }

    @Test func `reads GTO's artifacts.yaml`() throws {
        let text =
            "nn:\n  type: model\n  path: m.pkl\n  virtual: false\n  description: d\n  custom: [1]\n  labels: [x]\n"
        let file = try AnnotationFile.parse(Array(text.utf8), file: "artifacts.yaml")
        #expect(
            file.annotations == [
                ArtifactAnnotation(
                    name: try ArtifactName("nn"), type: "model", path: "m.pkl", isVirtual: false, labels: ["x"],
                    summary: "d", custom: .array([.integer(1)]), file: "artifacts.yaml")
            ])
    }

    @Test func `a bad artifact is a problem and hides no other`() throws {
        let text = """
            artifacts:
              good: {path: a}
              templated: {path: "models/${item}.pkl"}
              "bad name": {path: a}
              a:b: {path: c}
              list: [a]
              number: {labels: 5}
              nested: {desc: {a: 1}}
              nul: {path: "a\\0b"}
              last: {path: b}
            """
        let file = try AnnotationFile.parse(Array(text.utf8), file: "dvc.yaml")
        #expect(file.annotations.map(\.name.description) == ["good", "last"])
        #expect(file.problems.count == 7)
        for (problem, line) in zip(file.problems, 3...9) {
            #expect(problem.code == .invalidFile)
            #expect(problem.message.hasPrefix("dvc.yaml:\(line):"), "\(problem.message)")
        }
    }

    @Test(arguments: ["- a", "artifacts: [a]", "artifacts: x", "artifacts: {a: 1, a: 2}", "a: *b"])
    func `a file that is none is refused`(text: String) {
        #expect(throws: RegistryError.self) { try AnnotationFile.parse(Array(text.utf8), file: "x/dvc.yaml") }
    }

    @Test func `other sections of dvc.yaml may be anything`() throws {
        let text = "x: &a {b: 1}\nstages: {t: {foreach: *a, do: {cmd: x}}}\n"
        #expect(try AnnotationFile.parse(Array(text.utf8), file: "dvc.yaml").annotations.isEmpty)
        #expect(try AnnotationFile.parse([], file: "dvc.yaml").annotations.isEmpty)
    }
}
