import ArgumentParser
import ModelRegistry

/// Which of Git's hooks.
struct GitHookOptions: ParsableArguments {
    @Flag(help: "Check pushed tags before they are accepted; for a server")
    var preReceive = false

    @Flag(help: "Run the registry's hooks for pushed tags; for a server")
    var postReceive = false

    @Flag(help: "Check tags before they are pushed; for a clone")
    var prePush = false

    @Flag(help: "Run the registry's hooks for tags made here, however they come")
    var referenceTransaction = false

    /// The hooks that were named.
    var hooks: [GitHook] {
        let named: [(GitHook, Bool)] = [
            (.preReceive, preReceive), (.postReceive, postReceive), (.prePush, prePush),
            (.referenceTransaction, referenceTransaction),
        ]
        return named.filter(\.1).map(\.0)
    }
}
