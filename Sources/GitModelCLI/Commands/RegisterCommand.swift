import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct RegisterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Create an artifact version at a commit",
        discussion: """
            Without --version or a bump the next patch is taken, and v0.0.1 the first time.

            Examples:
              git model register churn
              git model register churn --bump-minor -m "more data"
              git model register churn HEAD~2 --version v1.2.0
              git model register models:churn v1.0-branch --push
            """)

    @Argument(help: "Artifact name: churn, or models:churn for the one of models/dvc.yaml")
    var name: String

    @Argument(help: "Commit to register (default: HEAD)")
    var ref: String?

    @Option(name: [.long, .customLong("ver")], help: "Version to register, such as v1.2.0")
    var version: String?

    @Flag(help: "Raise the first number: v1.2.3 is followed by v2.0.0")
    var bumpMajor = false

    @Flag(help: "Raise the second number: v1.2.3 is followed by v1.3.0")
    var bumpMinor = false

    @Flag(help: "Raise the third number: v1.2.3 is followed by v1.2.4")
    var bumpPatch = false

    @Flag(help: "Register a second version on a commit, which GTO cannot read")
    var allowSameCommit = false

    @OptionGroup var write: WriteOptions
    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let selector = try Selector(name)
        var wanted = try version.flatMap { try $0.isEmpty ? nil : SemanticVersion($0) }
        switch selector.target {
        case .artifact: break
        case .version(let named) where wanted == nil: wanted = named
        default:
            throw RegistryError(
                .invalidArguments, "'\(name)' names no new version", subject: name,
                hints: ["git model register \(selector.artifact)"])
        }
        let receipt = try await common.registry().register(
            selector.artifact, at: ref.map { try Revision(checking: $0) }, version: try request(wanted),
            allowsSharedCommit: allowSameCommit, write.requests)
        WriteReport(receipt: receipt, printer: common.printer).show(asJSON: write.json)
    }

    private func request(_ version: SemanticVersion?) throws -> VersionRequest {
        let bumps: [SemanticVersion.Part] = [
            bumpMajor ? .major : nil, bumpMinor ? .minor : nil, bumpPatch ? .patch : nil,
        ].compactMap { $0 }
        if bumps.count + (version == nil ? 0 : 1) > 1 {
            throw RegistryError(
                .invalidArguments, "only one of --version, --bump-major, --bump-minor and --bump-patch may be given",
                hints: ["leave out the others"])
        }
        return version.map { .exactly($0) } ?? bumps.first.map { .bump($0) } ?? .next
    }
}
