import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct PrintStateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "print-state", abstract: "Print the whole state as JSON, as GTO does", shouldDisplay: false)

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let registry = try common.registry()
        let snapshot = try await registry.snapshot()
        let commits = Set(snapshot.state.artifacts.flatMap { $0.versions.map(\.commit) })
        let facts = try await registry.commitFacts(commits, snapshot)
        common.printer.json(.state(snapshot.state, facts: facts))
    }
}
