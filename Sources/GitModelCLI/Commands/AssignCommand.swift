import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct AssignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assign",
        abstract: "Assign a stage to an artifact version",
        discussion: """
            A version is named by a selector (churn@v1.2.0, churn@latest, churn#staging), by --version, or by the \
            commit <ref> that it is registered on; without any of them, HEAD is meant. A commit without a version \
            gets one registered, named by --version or by the next number, unless --skip-registration is given.

            Examples:
              git model assign churn@v1.2.0 --stage prod
              git model assign churn#staging --stage prod --push
              git model assign churn HEAD --stage dev
            """,
        aliases: ["promote"])

    @Argument(help: "Artifact or selector")
    var name: String

    @Argument(help: "Commit that has the version, or gets one (default: HEAD)")
    var ref: String?

    @Option(help: "Existing version; with <ref>, the name of the new one")
    var version: String?

    @Option(help: "Stage to assign")
    var stage: String

    @Flag(
        name: [.customLong("sr"), .customLong("skip-registration")],
        help: "Leave a commit without a version unregistered")
    var skipRegistration = false

    @OptionGroup var write: WriteOptions
    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let selector = try Selector(name)
        let receipt = try await common.registry().assign(
            selector.artifact, to: try StageName(stage), try request(selector), write.requests)
        WriteReport(receipt: receipt, printer: common.printer).show(asJSON: write.json)
    }

    private func request(_ selector: Selector) throws -> AssignmentRequest {
        let named = try version.flatMap { try $0.isEmpty ? nil : SemanticVersion($0) }
        if named != nil, skipRegistration {
            throw RegistryError(
                .invalidArguments, "--version and --skip-registration exclude each other",
                hints: ["leave out one of them"])
        }
        if selector.target != .artifact {
            if named != nil || ref != nil {
                throw RegistryError(
                    .invalidArguments, "'\(name)' names a version already", subject: name,
                    hints: ["git model assign \(name) --stage \(stage)"])
            }
            return .version(selector)
        }
        if let ref {
            return .commit(try Revision(checking: ref), name: named, registers: !skipRegistration)
        }
        if let named { return .version(Selector(artifact: selector.artifact, target: .version(named))) }
        return .commit(nil, name: nil, registers: !skipRegistration)
    }
}
