import TestSupport
import Testing

/// `annotate` and `describe` on real files.
@Suite struct AnnotateTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = Sandbox()
        try sandbox.makeRepository()
    }

    private func write(_ text: String, _ file: String = "dvc.yaml") throws {
        try Sandbox.createFolders(of: "\(sandbox.path)/repo/\(file)")
        try Sandbox.write(text, to: "\(sandbox.path)/repo/\(file)")
    }

    private func read(_ file: String = "dvc.yaml") throws -> String { try Sandbox.read("\(sandbox.path)/repo/\(file)") }

    private func annotate(_ arguments: String) throws {
        let outcome = try sandbox.model("annotate \(arguments)")
        #expect(outcome.status == 0, "\(outcome)")
    }

    private static let pipeline = """
        # The pipeline of the team.
        stages:
          train:   # runs for an hour
            cmd: python train.py   --epochs 3
            outs: [models/churn.pkl]

        artifacts:
          # The one that marketing uses.
          churn:
            path: models/churn.pkl  # made by train
            type: model
            labels:
            - tabular
          other: {path: x}

        plots: [a.csv]

        """

    @Test func `comments, order and layout stay`() throws {
        try write(Self.pipeline)
        try annotate("churn --type dataset --label nlp")
        let edited = try read()
        let before = Self.pipeline.split(separator: "\n", omittingEmptySubsequences: false)
        let after = edited.split(separator: "\n", omittingEmptySubsequences: false)
        // Of the lines that were there, the type alone is gone.
        #expect(before.filter { !after.contains($0) } == ["    type: model"], "\(edited)")
        #expect(after.filter { !before.contains($0) }.count == 2, "\(edited)")
        try sandbox.succeed("git add . && git commit -qm x", in: "repo")
        #expect(try sandbox.model("describe churn --type").output == "dataset\n")
        #expect(try sandbox.model("describe churn --labels").output == "nlp\ntabular\n")
        #expect(try sandbox.model("describe churn --path").output == "models/churn.pkl\n")
        // The same again changes nothing.
        try annotate("churn --type dataset --label nlp")
        #expect(try read() == edited)
    }

    @Test func `lines end as they did`() throws {
        try write("artifacts:\r\n  churn:\r\n    path: a\r\n")
        try annotate("churn --type model --description 'two words'")
        let text = try read()
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
        #expect(lines.count == 5 && lines.allSatisfy { $0.last == 0x0D }, "\(text.debugDescription)")
        try sandbox.succeed("git add . && git commit -qm x", in: "repo")
        #expect(try sandbox.model("describe churn --description").output == "two words\n")
    }

    @Test func `a link is followed and stays a link`() throws {
        try sandbox.succeed(
            "mkdir shared && printf 'artifacts:\\n  churn: {path: a}\\n' > shared/real.yaml && chmod 640 shared/real.yaml && ln -s shared/real.yaml dvc.yaml",
            in: "repo")
        try annotate("churn --type model")
        #expect(
            try sandbox.succeed("readlink dvc.yaml; stat -c %a shared/real.yaml; ls -A shared", in: "repo")
                == "shared/real.yaml\n640\nreal.yaml")
        #expect(try read("shared/real.yaml").contains("model"))
    }

    @Test func `which file is written`() throws {
        try annotate("churn --path models/churn.pkl --type model")
        #expect(try read().contains("churn:"))
        try write("nn:\n  path: n\n", "artifacts.yaml")
        try annotate("nn --type model")
        #expect(try read("artifacts.yaml").contains("type: model"))
        try annotate("nn2 --type model --file artifacts.yaml")
        #expect(try read("artifacts.yaml").contains("nn2:"))
        try sandbox.succeed("mkdir models", in: "repo")
        try annotate("models:churn --path churn.pkl")
        #expect(try read("models/dvc.yaml").contains("churn:"))
        #expect(try sandbox.model("annotate models:churn --type x --file artifacts.yaml").status == 64)
        #expect(try sandbox.model("annotate churn --type x --file ../dvc.yaml").status == 64)
        #expect(try sandbox.model("annotate churn --type x --file .git/config").status == 64)
        try sandbox.succeed("git add . && git commit -qm x", in: "repo")
        #expect(try sandbox.model("describe models:churn --path").output == "models/churn.pkl\n")
        #expect(try sandbox.model("annotate nowhere:churn --type model").status == 1)
    }

    @Test func `--remove takes one artifact out`() throws {
        try write(Self.pipeline)
        try annotate("churn --remove")
        let text = try read()
        #expect(
            !text.contains("churn:") && text.contains("  other: {path: x}\n") && text.contains("# runs for an hour"),
            "\(text)")
        #expect(try sandbox.model("annotate churn --remove").status == 2)
        #expect(try read() == text)
        #expect(try sandbox.model("annotate churn --remove --type model").status == 64)
    }

    @Test(
        arguments: [
            ("churn --type 'no type'", 64), ("churn --type other", 4), ("churn --label 'a b' --type model", 64),
            ("churn", 64),
            ("churn --path ../x", 4), ("churn --path /etc/passwd", 4), ("churn --path .git/hooks/x", 4),
            ("churn --must-exist --path no", 2),
            ("churn --must-exist --type model", 64), ("a//b --type model", 64),
            ("churn --remove --file artifacts.yaml", 2),
        ] as [(String, Int32)])
    func `what is refused leaves the file`(arguments: String, status: Int32) throws {
        try write(Self.pipeline)
        try write("types: [model, dataset]\n", ".registry.yaml")
        let outcome = try sandbox.model("annotate \(arguments)")
        #expect(outcome.status == status, "\(outcome)")
        #expect(try read() == Self.pipeline)
        #expect(try sandbox.succeed("git status --porcelain", in: "repo") == "?? .registry.yaml\n?? dvc.yaml")
    }

    @Test func `a file that cannot be edited without loss is refused`() throws {
        for text in [
            "artifacts: [1, 2]\n", "artifacts:\n  churn: {path: [}\n", "- a\n", "\u{1}\n",
            "artifacts:\n  churn: &a {path: x}\n  b: *a\n  <<: *a\n",
        ] {
            try write(text)
            let outcome = try sandbox.model("annotate churn --type model")
            #expect(
                outcome.status == 64 || outcome.status == 0 && text.contains("&a"),
                "\(text.debugDescription): \(outcome)")
            if outcome.status != 0 { #expect(try read() == text) }
        }
    }

    @Test func `descriptions at a commit and at HEAD`() throws {
        try sandbox.commit("artifacts:\n  churn: {path: old.bin, desc: first}\n", as: "dvc.yaml")
        try sandbox.succeed("git model register churn && git model assign churn --stage prod", in: "repo")
        try sandbox.commit("artifacts:\n  churn: {path: new.bin, desc: second}\n", as: "dvc.yaml")
        try write("artifacts: {}\n")
        for (arguments, path) in [
            ("churn", "new.bin"), ("churn --rev HEAD~1", "old.bin"), ("churn@v0.0.1", "old.bin"),
            ("churn#prod", "old.bin"),
            ("churn@latest", "old.bin"), ("churn --rev main", "new.bin"),
        ] {
            #expect(try sandbox.model("describe \(arguments) --path").output == "\(path)\n", "\(arguments)")
        }
        for (arguments, status) in [
            ("nobody", 2), ("churn --rev nowhere", 2), ("churn#dev", 2), ("churn#prod --rev HEAD", 64),
            ("churn --rev=-x", 64),
            ("churn --path --type", 64), ("churn --rev HEAD~2", 2),
        ] as [(String, Int32)] {
            let outcome = try sandbox.model("describe \(arguments)")
            #expect(outcome.status == status, "\(outcome)")
        }
    }
}
