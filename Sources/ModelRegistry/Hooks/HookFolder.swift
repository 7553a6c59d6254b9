import GitTypes
import LibGit2
import RegistryCore

/// Where one repository's hooks keep what they did: in the common Git folder, so that all work trees share it, and for a
/// repository at a URL in the person's state folder, which outlives the cache.
///
/// | name | what it is |
/// |---|---|
/// | `journal` | a line for each tag that needs nothing more, see ``HookJournal`` |
/// | `events/ID.json` | what the hooks of one event did, see ``HookLedger`` |
/// | `remotes/NAME` | the tags that a remote listed last, see ``WatchedTags`` |
/// | `locks` | who is at work, see ``KeyLocks`` |
/// | `trigger.log` | what went wrong in the background, see ``BackgroundDrain`` |
/// | `work/ID` | an artifact or a script that was brought for a hook that runs |
struct HookFolder {
    let path: String

    init(_ session: RegistrySession) throws(RegistryError) {
        if let remote = session.remote {
            try self.init(of: remote, session.environment)
        } else {
            self.init(path: "\(session.repository.commonDirectory)/git-model/hooks")
        }
    }

    /// The folder of a repository at a URL, whether its cache is there or not.
    init(of remote: GitURL, _ environment: RegistryEnvironment) throws(RegistryError) {
        let root = LocalFolder.ofUser(environment.variables, "XDG_STATE_HOME", fallback: ".local/state")
        guard let root else {
            throw RegistryError(
                .inputOutput, "there is no folder for what hooks did: neither XDG_STATE_HOME nor HOME is set",
                hints: ["export XDG_STATE_HOME to a folder that lasts"])
        }
        self.init(path: "\(root)/remotes/\(RemoteCache.folderName(remote))/hooks")
    }

    private init(path: String) { self.path = path }

    /// The file of what a remote listed last.
    func listing(of remote: String) -> String { "\(path)/remotes/\(remote)" }

    var events: String { "\(path)/events" }
    var journal: HookJournal { HookJournal(path: "\(path)/journal", locks: locks) }
    /// What goes wrong where nobody listens.
    var log: String { "\(path)/trigger.log" }
    var ledger: HookLedger { HookLedger(folder: events) }
    var locks: KeyLocks { KeyLocks(path: "\(path)/locks") }

    /// The folder of what is brought for an event's hooks.
    func work(of event: ObjectID) -> String { "\(path)/work/\(event)" }

    func create() throws(RegistryError) {
        // Output of hooks may hold what is not for everybody.
        try LocalFolder.create(events, mode: 0o700, advice: "check the permissions of the repository's folder")
    }
}
