import Glibc
import TestSupport
import Testing

/// Holds the documentation against the program: what it shows is printed, what it tells to type works, and its links
/// lead somewhere.
@Suite(.serialized) struct DocumentationTests {
    /// Every page whose shell blocks and links are checked.
    static let pages = [
        "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "Examples/README.md", "docs/architecture.md",
        "docs/ci.md", "docs/errors.md", "docs/format.md", "docs/gto.md", "docs/decisions/0001-libyaml.md",
        "docs/decisions/0002-no-ports-without-a-fake.md", "docs/decisions/0003-digests-of-a-registration.md",
        "docs/decisions/0004-links-in-artifacts.md", "docs/decisions/0005-the-next-version.md",
        "docs/decisions/0006-swift-6.2.md", "docs/decisions/0007-libcurl.md",
        "docs/decisions/0008-delivery.md", "docs/decisions/0009-libgit2-loaded-late.md",
        "docs/decisions/0010-repository-configuration.md", "docs/decisions/0011-hooks.md",
        "docs/decisions/0012-lost-races.md", "docs/decisions/0013-sqlite-loaded-late.md",
        "docs/decisions/0014-index.md", "docs/decisions/0015-moved-tags.md",
        "docs/decisions/0016-a-new-clone-in-the-cache.md",
        "docs/delivery.md", "docs/hooks.md",
        "docs/performance.md",
    ]

    @Test func `every page is on the list`() async throws {
        let found = try await onThreadOfItsOwn {
            try Sandbox().succeed("cd '\(Sandbox.project)' && ls *.md Examples/*.md docs/*.md docs/*/*.md | sort")
        }
        #expect(found.split(separator: "\n").map(String.init) == Self.pages.sorted())
    }

    @Test func `the quickstart prints what README.md shows`() async throws {
        let outcome = try await onThreadOfItsOwn {
            try Sandbox().run("bash '\(Sandbox.project)/Examples/quickstart/quickstart.sh'")
        }
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let page = try MarkdownDocument("README.md")
        let shown = page.blocks.first { $0.language == "console" }.map { $0.lines.joined(separator: "\n") }
        #expect(page.text.contains("<!-- quickstart -->\n```console\n"))
        #expect(page.text.contains("\n```\n<!-- /quickstart -->"))
        // scripts/update-readme writes it.
        #expect(shown == String(outcome.output.dropFirst().dropLast()))
    }

    @Test(arguments: DocumentationTests.pages)
    func `what a page tells to type works`(page: String) async throws {
        try await onThreadOfItsOwn { try Self.checkShellLines(of: page) }
    }

    private static func checkShellLines(of page: String) throws {
        let document = try MarkdownDocument(page)
        let workshop = try Workshop()
        for block in document.blocks {
            let lines = MarkdownDocument.shellLines(block)
            if lines.isEmpty {
                let isShell =
                    block.language.isEmpty && block.lines.contains { $0.hasPrefix("git ") || $0.hasPrefix("make ") }
                #expect(!isShell, "\(page):\(block.line): mark the block 'sh'")
                continue
            }
            let outcome = try workshop.run(lines)
            #expect(outcome.status == 0, "\(page):\(block.line): \(outcome.output)\(outcome.errors)")
        }
        for command in document.tableCommands {
            let outcome = try workshop.run([command])
            #expect(outcome.status == 0, "\(page): \(command): \(outcome.errors)")
        }
        if page == "README.md" { #expect(document.tableCommands.count >= 10) }
    }

    @Test func `a CI job gets the outputs that docs/ci.md lists`() async throws {
        try await onThreadOfItsOwn { try Self.checkOutputs() }
    }

    private static func checkOutputs() throws {
        let page = try MarkdownDocument("docs/ci.md")
        let workshop = try Workshop()
        let listed = page.prose.filter { $0.hasPrefix("| `") }.flatMap { row in
            row.split(separator: "|").first.map { $0.matches(of: #/`([a-z_]+)`/#).map { String($0.1) } } ?? []
        }
        let outcome = try workshop.run(["git model check-ref \"$GITHUB_REF\" --format github"])
        let printed = outcome.output.split(separator: "\n").compactMap {
            $0.split(separator: "=").first.map(String.init)
        }
        #expect(listed == printed)
        #expect(outcome.output.contains("event=assignment\n") && outcome.output.contains("stage=prod\n"))
    }

    @Test(arguments: DocumentationTests.pages)
    func `links lead to files`(page: String) throws {
        let folder = page.contains("/") ? page.split(separator: "/").dropLast().joined(separator: "/") + "/" : ""
        for link in try MarkdownDocument(page).relativeLinks {
            #expect(access("\(Sandbox.project)/\(folder)\(link)", F_OK) == 0, "\(page): \(link)")
        }
    }
}

/// A team's repository as the documentation supposes it, made anew for each block: three versions of `churn`, one in
/// staging and one in production, a commit that has no version yet, hooks, and a server that has all of it.
private struct Workshop {
    private let sandbox = Sandbox()

    init() throws {
        // The address that the pages use is that of a folder here.
        sandbox.environment["GIT_CONFIG_COUNT"] = "4"
        sandbox.environment["GIT_CONFIG_KEY_2"] = "url.file://\(sandbox.path)/server/models.git.insteadOf"
        sandbox.environment["GIT_CONFIG_VALUE_2"] = "https://example.com/team/models.git"
        sandbox.environment["GIT_CONFIG_KEY_3"] = "uploadpack.allowFilter"
        sandbox.environment["GIT_CONFIG_VALUE_3"] = "true"
        sandbox.environment["GITHUB_REF"] = "refs/tags/churn#prod#1"
        sandbox.environment["GITHUB_OUTPUT"] = "\(sandbox.path)/outputs"
        sandbox.environment["CI_COMMIT_TAG"] = "churn#prod#1"
        for (name, value) in [("NAME", "churn"), ("VERSION", "v0.0.2")] {
            sandbox.environment[name] = value
            sandbox.environment["MODEL_\(name)"] = value
        }
        let steps = [
            "git init -q --bare server/models.git && git init -q team && mkdir team/models",
            """
            cd team && git remote add origin ../server/models.git && printf '[1]\\n' > models/churn.json
            printf 'hooks:\\n  - name: tell\\n    on: assigned\\n    run: [cat]\\n' > .registry.yaml
            git model annotate churn --type model --path models/churn.json && git add . && git commit -q -m 'First model'
            """,
            "cd team && git model register churn",
            "cd team && printf '[2]\\n' > models/churn.json && git commit -q -a -m 'Second model'",
            "cd team && git model register churn",
            "cd team && git model assign churn@v0.0.2 --stage prod",
            "cd team && git commit -q --allow-empty -m 'Third model' && git model register churn",
            "cd team && git model assign churn@v0.0.3 --stage staging",
            "cd team && git push -q origin HEAD --tags && git commit -q --allow-empty -m 'Fourth model'",
        ]
        for step in steps { try sandbox.succeed(step) }
        try sandbox.succeed("mkdir kept && mv server team kept")
    }

    /// Runs lines as one script. A line of `make` is looked up in the Makefile, and not carried out.
    func run(_ lines: [String]) throws -> Sandbox.Outcome {
        try sandbox.succeed("rm -rf server team cache outputs && cp -R kept/server kept/team .")
        let script = lines.map { line in
            line.hasPrefix("make ") ? "make -n -C '\(Sandbox.project)' \(line.dropFirst("make ".count))" : line
        }
        return try sandbox.run((["set -e"] + script).joined(separator: "\n"), in: "team")
    }
}
