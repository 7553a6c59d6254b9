import GitTypes

/// The script that Git starts. It calls somebody else's hook that was there first, and our program only where a tag of
/// the registry's form is concerned, since it is called for every push, and `reference-transaction` for every commit.
struct GitHookScript {
    let hook: GitHook
    /// The absolute path of the program at the time of the installation. A mere name is looked for in `PATH`, never in
    /// the folder that Git starts a hook in, which may be full of other people's files.
    let program: String

    /// What somebody else's hook is called while ours is there.
    static let otherSuffix = ".before-git-model"
    /// How ours is known again.
    static let mark = "#!/bin/sh\n# Installed by git model hooks install; git model hooks uninstall takes it out.\n"

    var text: String {
        Self.mark
            + """
            # A hook that was here before is \(hook.rawValue)\(Self.otherSuffix) now, and is called first.
            program=\(program.hasPrefix("/") ? program.shellQuoted : "")
            other="$0\(Self.otherSuffix)"

            """ + body
    }

    private var body: String {
        let state = hook == .referenceTransaction ? " \"$1\"" : ""
        let run = "printf '%s' \"${input%.}\" | \"$program\" hooks run \(hook.rawValue)\(state)"
        if hook.refuses {
            return """
                # The dot keeps the line breaks at the end.
                input=$(cat; echo .)
                if [ -x "$other" ]; then
                    printf '%s' "${input%.}" | "$other" "$@" || exit
                fi
                \(filter(status: "0"))
                [ -x "$program" ] || program=$(command -v git-model) || {
                    echo 'error: git-model is not installed, so the tags cannot be checked' >&2
                    echo 'hint: install it, or take it out of the hook \(hook.rawValue)' >&2
                    exit 1
                }
                \(run)

                """
        }
        let isTransaction = hook == .referenceTransaction
        return
            (isTransaction
            ? "[ \"$1\" = committed ] || [ -x \"$other\" ] || exit 0\n" : "")
                + """
                # The dot keeps the line breaks at the end.
                input=$(cat; echo .)
                status=0
                if [ -x "$other" ]; then
                    printf '%s' "${input%.}" | "$other" "$@"
                    status=$?
                fi

                """ + (isTransaction ? "[ \"$1\" = committed ] || exit $status\n" : "")
                + """
                \(filter(status: "$status"))
                if [ -x "$program" ] || program=$(command -v git-model); then
                    \(run)
                else
                    echo 'warning: git-model is not installed, so no hook of the registry runs now' >&2
                fi
                exit $status

                """
    }

    /// Ends the script where no name has the form of a registry tag.
    private func filter(status: String) -> String { "case $input in *refs/tags/*[@#]*) ;; *) exit \(status) ;; esac" }
}
