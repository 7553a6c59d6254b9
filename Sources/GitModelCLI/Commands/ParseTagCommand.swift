import ArgumentParser
import GitTypes
import RegistryCore

struct ParseTagCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parse-tag",
        abstract: "Take the name of a registry tag apart",
        discussion: """
            Needs no repository, and reads a name exactly as GTO does.

            Examples:
              git model parse-tag 'churn#prod#3'
              git model parse-tag refs/tags/churn@v1.2.0 --key version
            """)

    @Argument(help: "Name of the tag")
    var name: String

    @Option(
        help: ArgumentHelp(
            "Print one value: name, version, stage, action or counter", valueName: "key"))
    var key: String?

    mutating func run() async throws {
        let short = name.hasPrefix(RefName.tagPrefix) ? String(name.dropFirst(RefName.tagPrefix.count)) : name
        guard let tag = RegistryTag(TagName(asRead: short)) else {
            throw RegistryError(
                .notARegistryTag, "'\(name)' is not the name of a registry tag", subject: name,
                hints: ["a registry tag looks like churn@v1.2.0, churn#prod#3 or churn@deprecated"])
        }
        var members = [JSONValue.Member("name", .string(tag.artifact.description))]
        if let version = tag.action.version { members.append(.init("version", .string(version.description))) }
        if let stage = tag.action.stage { members.append(.init("stage", .string(stage.description))) }
        members.append(.init("action", .string(tag.action.word)))
        if let counter = tag.counter { members.append(.init("counter", .integer(counter))) }
        let printer = Printer()
        guard let key else { return printer.json(.object(members)) }
        guard let value = JSONValue.object(members)[key] else {
            throw RegistryError(
                .invalidArguments, "tag '\(name)' has no key '\(key)'", subject: key,
                hints: ["choose one of \(members.map(\.key).joined(separator: ", "))"])
        }
        printer.json(value)
    }
}
