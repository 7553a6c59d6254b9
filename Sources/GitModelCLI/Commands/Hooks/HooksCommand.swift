import ArgumentParser

/// `git model hooks`: what concerns hooks beside running them.
struct HooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hooks",
        abstract: "See, allow and install hooks, and what they did",
        discussion: """
            Hooks stand in .registry.yaml and run a program or call a server when something happens to an artifact. \
            None runs before you allowed it as it is; git model trigger, git model watch, a Git hook or a CI job starts \
            them.
            """,
        subcommands: [
            HooksListCommand.self, HooksAllowCommand.self, HooksLogCommand.self, HooksRetryCommand.self,
            HooksInstallCommand.self, HooksUninstallCommand.self, HooksRunCommand.self,
        ])

    mutating func run() async throws { throw CleanExit.helpRequest(self) }
}
