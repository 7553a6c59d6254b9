import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct DeprecateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deprecate",
        abstract: "Deprecate an artifact, a version or a stage",
        discussion: """
            With a version it deregisters the version, with a version and a stage it takes the version out of the \
            stage. A new tag says so; --delete deletes the tags instead, and with them their history.

            Examples:
              git model deprecate churn#prod
              git model deprecate churn v1.2.0 prod
              git model deprecate churn@v1.2.0
              git model deprecate churn
            """)

    @Argument(help: "Artifact or selector")
    var name: String

    @Argument(help: "Version to deregister, or whose stage is taken away")
    var version: String?

    @Argument(help: "Stage to unassign")
    var stage: String?

    @Option(help: "Commit that carries the tag that deprecates an artifact")
    var ref: String?

    @Flag(name: [.short, .long], help: "Delete the Git tags instead of adding one")
    var delete = false

    @OptionGroup var write: WriteOptions
    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let selector = try Selector(name)
        let receipt = try await common.registry().deprecate(
            selector.artifact, try request(selector), deletesTags: delete, write.requests)
        WriteReport(receipt: receipt, printer: common.printer).show(asJSON: write.json)
    }

    private func request(_ selector: Selector) throws -> DeprecationRequest {
        if ref != nil, version != nil || selector.target != .artifact {
            throw RegistryError(
                .invalidArguments, "--ref is for the deprecation of a whole artifact", hints: ["leave out --ref"])
        }
        if selector.target != .artifact, version != nil, stage != nil {
            throw RegistryError(
                .invalidArguments, "'\(name)' names a version already", subject: name,
                hints: ["git model deprecate \(name)"])
        }
        switch selector.target {
        case .artifact:
            guard let version else { return .artifact(at: try ref.map { try Revision(checking: $0) }) }
            guard let stage else { return .version(try SemanticVersion(version)) }
            return .stage(try StageName(stage), of: try versionSelection(version))
        case .version(let named):
            // `churn@v1.2.0 prod`: what stands in the place of the version is the stage.
            guard let stage = version else { return .version(named) }
            return .stage(try StageName(stage), of: .name(named))
        case .stage(let named):
            if version != nil {
                throw RegistryError(
                    .invalidArguments, "'\(name)' names a stage already", subject: name,
                    hints: ["git model deprecate \(name)"])
            }
            return .stage(named, of: .holder)
        case .latest:
            throw RegistryError(
                .invalidArguments, "'\(name)' names no version that could be taken back", subject: name,
                hints: ["to see which it is: git model show \(name) --version"])
        }
    }

    private func versionSelection(_ text: String) throws -> DeprecationRequest.VersionSelection {
        let isCommit =
            text.utf8.count >= 7
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
        return isCommit ? .commit(try Revision(checking: text)) : .name(try SemanticVersion(text))
    }
}
