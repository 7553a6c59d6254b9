import ArgumentParser
import RegistryCore

struct CompletionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print a completion script for a shell",
        discussion: """
            Examples:
              git model completion bash > ~/.bash_completion.d/git-model
              git model completion zsh > ~/.zfunc/_git-model
              git model completion fish > ~/.config/fish/completions/git-model.fish
            """)

    @Argument(help: ArgumentHelp("Shell", valueName: "bash|zsh|fish"))
    var shell: String

    mutating func run() async throws {
        guard let known = CompletionShell(rawValue: shell) else {
            throw RegistryError(
                .invalidArguments, "there is no completion script for '\(shell)'", subject: shell,
                hints: ["choose one of bash, zsh, fish"])
        }
        Printer().data(StandaloneCommand.completionScript(for: known))
        if known == .bash { Printer().data(Self.bashHook) }
    }

    /// What Git's own completion calls for `git model …`: it hands the words on as if they were those of `git-model`.
    private static let bashHook = """

        _git_model() {
            local -a rest=("${words[@]:__git_cmd_idx + 1}")
            local -a COMP_WORDS=(git-model "${rest[@]}")
            local -i COMP_CWORD=$((cword - __git_cmd_idx))
            local COMP_LINE="${COMP_WORDS[*]}"
            local -i COMP_POINT=${#COMP_LINE}
            _git-model git-model "$cur" "$prev"
        }
        """
}

/// The same commands under the program's own name, which a completion script has to know.
private struct StandaloneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "git-model", subcommands: GitModelCommand.configuration.subcommands)
}
