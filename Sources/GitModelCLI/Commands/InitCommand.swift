import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a CI pipeline that reacts to tags",
        usage: "git model init --ci <product> [<options>]",
        discussion: """
            The pipeline reads what a pushed tag did, downloads the model of a registration or an assignment, and runs \
            the hooks of .registry.yaml. It stands where the product reads it: .github/workflows/git-model.yml, \
            .gitlab-ci.yml (.gitlab/git-model.yml where that is taken), Jenkinsfile or bitbucket-pipelines.yml.

            Examples:
              git model init --ci github
              git model init --ci gitlab --dry-run
            """)

    @Option(help: ArgumentHelp("CI product", valueName: "product"))
    var ci: PipelineProduct

    @Flag(help: "Replace the file where it has other content")
    var force = false

    @Flag(help: "Print the pipeline, and write nothing")
    var dryRun = false

    @Flag(help: "Print the result as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let pipeline = ci.pipeline
        let receipt = try await common.registry().place(
            pipeline.text, at: pipeline.places, isForced: force, isDryRun: dryRun)
        let printer = common.printer
        let steps = pipeline.steps(receipt.file)
        if json { return printer.json(Self.json(receipt, ci, dryRun, pipeline, steps)) }
        if dryRun {
            printer.note("\(receipt.file) would be \(Self.word(receipt.change)):")
            // The text ends with a line break of its own.
            return printer.data(String(pipeline.text.dropLast()))
        }
        printer.data("\(receipt.file): \(receipt.change.rawValue)")
        if receipt.change == .unchanged { return }
        for step in steps { printer.note(step) }
        printer.note("Set the CI variable GIT_MODEL_SOURCE to the address of the sources of git-model, unless the")
        printer.note("machines that run the pipeline have the program. To make it react to tags from now on, run:")
        printer.note("    git add \(receipt.file) && git commit && git push")
    }

    private static func word(_ change: PlacementReceipt.Change) -> String {
        change == .unchanged ? "left as it is" : change.rawValue
    }

    private static func json(
        _ receipt: PlacementReceipt, _ product: PipelineProduct, _ isDryRun: Bool, _ pipeline: Pipeline,
        _ steps: [String]
    ) -> JSONValue {
        [
            "ci": .string(product.rawValue),
            "file": .string(receipt.file),
            "change": .string(receipt.change.rawValue),
            "dry_run": .bool(isDryRun),
            "next": .array(steps.map { .string($0) }),
            "content": .string(pipeline.text),
        ]
    }
}
