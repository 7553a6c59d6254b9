import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct StagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stages",
        abstract: "Print the stages of the registry",
        usage: "git model stages [--allowed] [--used] [<options>]",
        discussion: "Without a flag the allowed stages are printed, or where none are configured those in use.")

    @Flag(help: "Print the stages that the configuration allows")
    var allowed = false

    @Flag(help: "Print the stages that a version is in now")
    var used = false

    @Flag(help: "Print the stages as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        if allowed, used {
            throw RegistryError(
                .invalidArguments, "--allowed and --used exclude each other", hints: ["leave out one of them"])
        }
        let snapshot = try await common.registry().snapshot(.current)
        // Which stages are allowed is not known then; which are in use is.
        if !used, let error = snapshot.configurationError { throw error }
        common.printer.warn(of: snapshot)
        let configured = snapshot.configuration.allowedStages
        let stages = allowed ? configured : used ? snapshot.state.stagesInUse : configured ?? snapshot.state.stagesInUse
        let printer = common.printer
        if json {
            return printer.json(stages.map { .array($0.map { .string($0.description) }) } ?? .null)
        }
        if stages == nil { printer.note("every stage is allowed: 'stages' is not configured") }
        stages?.forEach { printer.data($0.description) }
    }
}
