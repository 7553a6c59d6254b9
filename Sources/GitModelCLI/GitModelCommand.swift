import ArgumentParser
import ModelRegistry

/// `git model`: the root of all commands. A new one is a file in `Commands/` and a line here.
struct GitModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        _superCommandName: "git",
        abstract: "A model registry that is nothing but Git",
        discussion: """
            Versions and stages of models are annotated Git tags in GTO's format. Nothing else is needed: no server, \
            no database. git model --version tells the version.
            """,
        groupedSubcommands: [
            CommandGroup(
                name: "Tag releases",
                subcommands: [
                    RegisterCommand.self, AssignCommand.self, DeprecateCommand.self, PushCommand.self,
                    FetchCommand.self,
                ]),
            CommandGroup(
                name: "Read the registry",
                subcommands: [
                    ShowCommand.self, HistoryCommand.self, StagesCommand.self, DescribeCommand.self, DoctorCommand.self,
                ]),
            CommandGroup(
                name: "React to tags",
                subcommands: [
                    CheckRefCommand.self, TriggerCommand.self, WatchCommand.self, HooksCommand.self, InitCommand.self,
                ]),
            CommandGroup(name: "Deliver models", subcommands: [DownloadCommand.self]),
            CommandGroup(
                name: "Other",
                subcommands: [
                    AnnotateCommand.self, ParseTagCommand.self, PrintStateCommand.self, CompletionCommand.self,
                ]),
        ])

    mutating func run() async throws { throw CleanExit.helpRequest(self) }
}
