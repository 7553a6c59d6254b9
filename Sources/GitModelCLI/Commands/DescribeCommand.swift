import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Show what the repository's files say of an artifact",
        usage: "git model describe <name> [<options>]",
        discussion: """
            Reads dvc.yaml and artifacts.yaml at the version's commit; at HEAD for a name alone, unless --rev names \
            another commit.

            Examples:
              git model describe churn
              git model describe churn#prod --path
            """)

    @Argument(help: "Artifact or selector")
    var name: String

    @Option(help: ArgumentHelp("Commit to read the files at (default: HEAD)", valueName: "ref"))
    var rev: String?

    @Flag(help: "Print everything as JSON")
    var json = false

    @Flag(name: .customLong("type"), help: "Print the type alone")
    var showsType = false

    @Flag(name: .customLong("path"), help: "Print the path alone, from the root of the repository")
    var showsPath = false

    @Flag(name: .customLong("description"), help: "Print the description alone")
    var showsDescription = false

    @Flag(name: .customLong("labels"), help: "Print the labels alone, one a line")
    var showsLabels = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        if [json, showsType, showsPath, showsDescription, showsLabels].count(where: { $0 }) > 1 {
            throw RegistryError(
                .invalidArguments, "only one output format may be chosen",
                hints: ["keep one of --json, --type, --path, --description, --labels"])
        }
        let selector = try Selector(name)
        let revision = try rev.map { try Revision(checking: $0) }
        if revision != nil, selector.target != .artifact {
            throw RegistryError(
                .invalidArguments, "'\(name)' names a commit already, and --rev another", subject: name,
                hints: ["git model describe \(name)"])
        }
        let annotation = try await common.registry().describe(selector, at: revision)
        let printer = common.printer
        if json { return printer.json(.annotation(annotation)) }
        func show(_ text: String?) {
            if let text, !text.isEmpty { printer.data(text.terminalSafe(keepingLines: true)) }
        }
        if showsType { return show(annotation.type) }
        if showsPath { return show(annotation.pathFromRoot) }
        if showsDescription { return show(annotation.summary) }
        if showsLabels { return annotation.labels.forEach { show($0) } }
        let fields: [(String, String?)] = [
            ("type", annotation.type), ("path", annotation.pathFromRoot), ("description", annotation.summary),
            ("labels", annotation.labels.joined(separator: ", ")), ("custom", annotation.custom?.text(.compact)),
            ("file", annotation.file),
        ]
        for (key, value) in fields { if let value, !value.isEmpty { printer.data("\(key): \(value.terminalSafe())") } }
    }
}
