import TestSupport
import Testing

/// The same six commands in every kind of repository that Git knows.
@Suite struct RepositoryKindTests {
    /// How a repository is made out of `repo`, and where the commands then run.
    struct Kind: Sendable, CustomTestStringConvertible {
        let name: String
        let setUp: String
        let folder: String
        var gitDirectory: String?
        var testDescription: String { name }
    }

    static let kinds = [
        Kind(name: "plain", setUp: "true", folder: "repo"),
        Kind(name: "bare", setUp: "git clone -q --bare repo x.git", folder: "x.git"),
        Kind(name: "linked worktree", setUp: "git -C repo worktree add -q --detach ../tree main", folder: "tree"),
        Kind(
            name: "submodule",
            setUp: "git init -q above && cd above && git submodule add -q ../repo inner 2>&1", folder: "above/inner"),
        Kind(name: "subfolder", setUp: "mkdir -p repo/deep/er", folder: "repo/deep/er"),
        Kind(name: "alternates", setUp: "git clone -q --shared repo x", folder: "x"),
        Kind(
            name: "shallow",
            setUp: #"git clone -q --depth 1 "file://$PWD/repo" x && git -C x fetch -q --depth 1 --tags"#, folder: "x"),
        Kind(
            name: "blobless",
            setUp: #"git clone -q --filter=blob:none --no-checkout "file://$PWD/repo" x"#, folder: "x"),
        Kind(
            name: "treeless", setUp: #"git clone -q --filter=tree:0 --no-checkout "file://$PWD/repo" x"#, folder: "x"),
        Kind(
            name: "sparse", setUp: #"git clone -q --filter=blob:none --sparse "file://$PWD/repo" x"#, folder: "x"),
        Kind(name: "GIT_DIR", setUp: "mkdir elsewhere", folder: "elsewhere", gitDirectory: "repo/.git"),
        Kind(name: "separate folder", setUp: "git clone -q --separate-git-dir=y.git repo x", folder: "x"),
    ]

    @Test(arguments: kinds)
    func `six commands work`(kind: Kind) throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        try sandbox.succeed("git config uploadpack.allowFilter true", in: "repo")
        try sandbox.commit(
            "artifacts:\n  churn:\n    path: models/churn.bin\n    type: model\n", as: "dvc.yaml")
        try sandbox.commit("the model\n", as: "models/churn.bin")
        try sandbox.succeed("git model register churn && git model assign churn --stage prod", in: "repo")
        try sandbox.commit("a newer model\n", as: "models/churn.bin")
        try sandbox.succeed(kind.setUp)
        if let directory = kind.gitDirectory { sandbox.environment["GIT_DIR"] = "\(sandbox.path)/\(directory)" }

        let show = try sandbox.model("show churn --json", in: kind.folder)
        #expect(show.status == 0, "\(show)")
        #expect(show.output.contains("\"v0.0.1\"") && show.output.contains("\"prod\""), "\(show)")
        let history = try sandbox.model("history --plain", in: kind.folder)
        #expect(history.status == 0, "\(history)")
        #expect(history.output.split(separator: "\n").count == 3, "\(history)")
        let check = try sandbox.model("check-ref 'churn#prod#1' --format env", in: kind.folder)
        #expect(check.status == 0, "\(check)")
        #expect(check.output.contains("MODEL_PATH=models/churn.bin\n"), "\(check)")
        let download = try sandbox.model("download churn#prod -o '\(sandbox.path)/out.bin'", in: kind.folder)
        #expect(download.status == 0, "\(download)")
        #expect(try Sandbox.read("\(sandbox.path)/out.bin") == "the model\n")

        let register = try sandbox.model("register churn", in: kind.folder)
        #expect(register.status == 0, "\(register)")
        let assign = try sandbox.model("assign churn@v0.0.2 --stage dev", in: kind.folder)
        #expect(assign.status == 0, "\(assign)")
        #expect(try sandbox.tags(in: kind.folder) == ["churn#dev#2", "churn#prod#1", "churn@v0.0.1", "churn@v0.0.2"])
        #expect(
            try sandbox.succeed("git rev-parse 'churn@v0.0.2^{commit}'", in: kind.folder)
                == sandbox.succeed("env -u GIT_DIR git rev-parse main", in: "repo"))
        let message = try sandbox.succeed("git cat-file tag churn@v0.0.2", in: kind.folder)
        #expect(message.contains("Artifact-Path: models/churn.bin\n"), "\(message)")
        // Registering downloads no model: where it is not here, Git's own id stands for it.
        let blob = try sandbox.succeed("env -u GIT_DIR git rev-parse main:models/churn.bin", in: "repo")
        let isPartial = ["blobless", "treeless", "sparse"].contains(kind.name)
        #expect(
            isPartial ? message.hasSuffix("Artifact-Digest: git:\(blob)") : message.contains("Artifact-Size: 14"),
            "\(message)")
    }

    @Test(arguments: [
        ("git init -q --object-format=sha256 x", "objectformat=sha256"),
        (
            "git init -q x && git -C x config core.repositoryformatversion 1 && git -C x config extensions.fancyName y",
            "fancyname"
        ),
        (
            "git init -q x && git -C x config core.repositoryformatversion 1 && git -C x config extensions.refStorage reftable",
            "refstorage=reftable"
        ),
    ])
    func `a repository of another format is named`(setUp: String, word: String) throws {
        let sandbox = Sandbox()
        try sandbox.succeed(setUp)
        for command in ["show", "register churn", "doctor"] {
            let outcome = try sandbox.run("git-model \(command)", in: "x")
            #expect(outcome.status == 1, "\(command): \(outcome)")
            #expect(outcome.errors.lowercased().contains(word), "\(command): \(outcome)")
        }
    }

    @Test func `outside a repository and without commits`() throws {
        let sandbox = Sandbox()
        try sandbox.succeed("mkdir none && git init -q empty")
        for command in ["show", "history", "register churn", "assign churn --stage prod", "download churn", "doctor"] {
            let outcome = try sandbox.run("git-model \(command)", in: "none")
            #expect(outcome.status == 1, "\(command): \(outcome)")
        }
        for (command, status) in [
            ("show", 0), ("history", 0), ("doctor", 0), ("stages", 0), ("register churn", 2), ("download churn", 2),
            ("assign churn --stage prod", 2), ("check-ref churn@v0.0.1", 2), ("show churn", 2),
        ] as [(String, Int32)] {
            let outcome = try sandbox.model(command, in: "empty")
            #expect(outcome.status == status, "\(command): \(outcome)")
        }
    }
}
