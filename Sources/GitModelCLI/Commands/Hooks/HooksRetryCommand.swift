import ArgumentParser
import GitTypes
import ModelRegistry
import RegistryCore

struct HooksRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Run the hooks of an event that are not done",
        usage: "git model hooks retry <event> [<options>]",
        discussion: """
            Examples:
              git model hooks log --failed
              git model hooks retry 1f3a9c2
              git model hooks retry churn#prod#3 --again
            """)

    @Argument(help: "An event: its id, the first digits of it, or its tag")
    var event: String

    @Flag(help: "Run those that are done, too")
    var again = false

    @Flag(help: "Run hooks that nobody allowed")
    var allow = false

    @Flag(help: "Print the result as JSON")
    var json = false

    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
        let registry = try common.registry()
        let record = try await registry.hookRecord(of: event)
        let now = try await registry.event(ofTag: record.ref.description).event.id
        guard now == record.id else {
            throw RegistryError(
                .tagMoved, "tag \(record.ref) was \(record.id.short) and is \(now.short) now, which is another event",
                subject: record.ref.description,
                hints: ["to run the hooks of what it is now: git model trigger \(record.ref.shellQuoted)"])
        }
        var request = TriggerRequest(.tags([RefName(record.ref).description]))
        request.runsAgain = again
        request.allowsAll = allow
        let report = HookReport(printer: common.printer.outlivingReader, isJSON: json)
        try report.show(try await registry.trigger(request) { report.show($0) }, isDryRun: false)
    }
}
