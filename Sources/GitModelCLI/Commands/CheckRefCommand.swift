import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct CheckRefCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-ref",
        abstract: "Find out what a Git tag registered or assigned",
        usage: "git model check-ref <ref> [<options>]",
        discussion: """
            For CI jobs that a pushed tag starts. --format github prints lines for $GITHUB_OUTPUT, gitlab a dotenv \
            file, env lines for a POSIX shell, json one object.

            Examples:
              git model check-ref churn#prod#3
              git model check-ref "$GITHUB_REF" --format github >> "$GITHUB_OUTPUT"
              git model check-ref "$CI_COMMIT_TAG" --format gitlab > model.env
            """)

    @Argument(help: "Name of the tag, with or without refs/tags/")
    var ref: String

    @Flag(help: "Print the event as JSON")
    var json = false

    @Flag(name: .customLong("name"), help: "Print the artifact's name alone")
    var showsName = false

    @Flag(name: .customLong("version"), help: "Print the version alone")
    var showsVersion = false

    @Flag(name: .customLong("event"), help: "Print the event alone")
    var showsEvent = false

    @Flag(name: .customLong("stage"), help: "Print the stage alone")
    var showsStage = false

    @Option(help: ArgumentHelp("Print all as the outputs of a CI job", valueName: "form"))
    var format: CIFormat?

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let flags = [json, showsName, showsVersion, showsEvent, showsStage, format != nil]
        if flags.count(where: { $0 }) > 1 {
            throw RegistryError(
                .invalidArguments, "only one output format may be chosen",
                hints: ["keep one of --json, --name, --version, --event, --stage, --format"])
        }
        let checked = try await common.registry().event(ofTag: ref, describes: json || format != nil)
        let event = checked.event
        let printer = common.printer
        if json {
            printer.json(.checkedEvent(event, annotation: checked.annotation))
        } else if showsName {
            printer.data(event.artifact.description)
        } else if showsVersion {
            if let version = event.version { printer.data(version.description) }
        } else if showsEvent {
            printer.data(event.kind.rawValue)
        } else if showsStage {
            if let stage = event.stage { printer.data(stage.description) }
        } else if let format {
            printer.data(CIOutputs(event, annotation: checked.annotation).text(format))
        } else {
            printer.data(event.sentence)
        }
    }
}
