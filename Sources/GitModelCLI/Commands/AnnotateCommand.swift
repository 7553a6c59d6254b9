import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct AnnotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "annotate",
        abstract: "Describe an artifact in dvc.yaml or artifacts.yaml",
        usage: "git model annotate <name> [<options>]",
        discussion: """
            Edits the file in the working tree; its comments, order and layout stay. What is not named stays as it \
            is; labels are added to those that are there. Commit the file for the next version to carry it.

            Examples:
              git model annotate churn --type model --path models/churn.pkl --label nlp
              git model annotate models:churn --description "Predicts churn"
              git model annotate churn --remove
            """)

    @Argument(help: "Artifact name: churn, or models:churn for the one of models/dvc.yaml")
    var name: String

    @Option(help: "What it is: model, dataset or another word")
    var type: String?

    @Option(help: "Where the artifact is, relative to the file that describes it, or a URL")
    var path: String?

    @Option(name: [.customLong("label"), .customLong("labels")], help: "Label to add; may be given several times")
    var label: [String] = []

    @Option(help: "One or more sentences for people")
    var description: String?

    @Flag(help: "Refuse a path that is not in the working tree")
    var mustExist = false

    @Option(help: "File to edit: dvc.yaml or artifacts.yaml (default: the one that has the artifact, else dvc.yaml)")
    var file: String?

    @Flag(help: "Take the artifact out of the file")
    var remove = false

    @Flag(help: "Say what would be done, and do nothing")
    var dryRun = false

    @Flag(help: "Print the result as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let artifact = try ArtifactName(name)
        let changes = AnnotationChanges(
            type: type, path: path, labels: label, summary: description, mustExist: mustExist)
        if remove, !changes.isEmpty {
            throw RegistryError(
                .invalidArguments, "--remove excludes every other change",
                hints: ["git model annotate \(artifact) --remove"])
        }
        if !remove, changes.isEmpty {
            throw RegistryError(
                .invalidArguments, "no change of \(artifact) was given",
                hints: ["add at least one of --type, --path, --label, --description, --remove"])
        }
        let receipt = try await common.registry().annotate(
            artifact, remove ? nil : changes, file: file, isDryRun: dryRun)
        let printer = common.printer
        if json { return printer.json(["file": .string(receipt.file), "dry_run": .bool(dryRun)]) }
        printer.data("\(dryRun ? "Would update" : "Updated") `\(receipt.file.terminalSafe())`")
        if !dryRun {
            printer.note("To make it part of the next version, run:")
            printer.note("    git add \(receipt.file.terminalSafe().shellQuoted) && git commit")
        }
    }
}
