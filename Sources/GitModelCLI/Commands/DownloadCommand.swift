import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct DownloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "download",
        abstract: "Download the model that is in a stage",
        usage: "git model download <selector> [<options>]",
        discussion: """
            The bytes are checked against the digest of the version before anything stands under its final name; a \
            file or folder that has the same content already is left alone. A name alone means the latest version.

            Examples:
              git model download churn#prod
              git model download churn@v1.2.0 -o models/
              git model download churn#prod -r https://example.com/team/models.git
            """,
        aliases: ["pull"])

    @Argument(help: "Artifact or selector")
    var selector: String

    @Option(
        name: [.short, .long],
        help: "Where to put it: a new name, or a folder that exists (default: the artifact's own name here)")
    var output: String?

    @Flag(help: "Replace what is there, and take a deregistered or deprecated version too")
    var force = false

    @Flag(help: "Say what would be done, and do nothing")
    var dryRun = false

    @Flag(help: "Print the result as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let printer = common.printer
        let receipt = try await common.registry().download(
            try Selector(selector), to: output, isForced: force, isDryRun: dryRun)
        if json { return printer.json(Self.json(receipt)) }
        let version = "\(receipt.artifact) \(receipt.version)"
        for file in receipt.files {
            let state = receipt.isDryRun ? "would write" : file.isUnchanged ? "unchanged" : "wrote"
            printer.note("\(state) \(file.target.terminalSafe()) (\(file.size) bytes, \(file.digest.prefix(19)))")
        }
        if !receipt.isDryRun {
            printer.note("\(version) from \(receipt.source.terminalSafe()) at \(receipt.commit.short)")
            printer.data(receipt.target.terminalSafe())
        }
    }

    private static func json(_ receipt: DownloadReceipt) -> JSONValue {
        [
            "name": .string(receipt.artifact.description),
            "version": .string(receipt.version.description),
            "stages": .array(receipt.stages.map { .string($0.description) }),
            "commit": .string(receipt.commit.description),
            "path": .string(receipt.target),
            "source": .string(receipt.source),
            "dry_run": .bool(receipt.isDryRun),
            "files": .array(
                receipt.files.map { file in
                    [
                        "path": .string(file.target),
                        "size": .integer(file.size),
                        "digest": .string(file.digest),
                        "source": .string(receipt.source),
                        "unchanged": .bool(file.isUnchanged),
                    ]
                }),
        ]
    }
}
