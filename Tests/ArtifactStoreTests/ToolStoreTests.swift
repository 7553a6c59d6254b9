import RegistryCore
import TestSupport
import Testing

@testable import ArtifactStore

/// What stores make of the words of the programs that they read through. The programs are scripts that say what
/// rclone 1.60 and OpenSSH 9.2 say.
@Suite struct ToolStoreTests {
    private let sandbox = Sandbox()
    private let notice = "NOTICE: Config file \"/home/ana/.config/rclone/rclone.conf\" not found - using defaults"

    /// The variables of an environment in which a program is a script.
    private func variables(_ program: String, _ script: String) throws -> [String: String] {
        try sandbox.succeed("mkdir -p bin")
        try Sandbox.write("#!/bin/sh\n\(script)\n", to: "\(sandbox.path)/script")
        // A process that another test starts just now may have open what this one writes, and that cannot be run.
        try sandbox.succeed("cp script bin/\(program) && chmod +x bin/\(program)")
        return ["PATH": "\(sandbox.path)/bin:/usr/bin:/bin"]
    }

    private func rclone(_ script: String) throws -> RcloneStore {
        RcloneStore(
            name: "webdav://host/models", root: ":webdav,url=\"http://host\":models",
            variables: try variables("rclone", script))
    }

    private func error(_ body: () async throws -> Void) async -> RegistryError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? RegistryError
        }
    }

    @Test func `a notice of rclone's is not its reason`() async throws {
        let store = try rclone(
            "echo '\(notice)' >&2; echo 'Failed to create file system: 401 Unauthorized' >&2; exit 1")
        let error = await error { _ = try await store.list(below: ObjectKey("nn"), limit: 10) }
        #expect(error?.code == .accessDenied)
        #expect(
            error?.message
                == "rclone cannot read webdav://host/models: Failed to create file system: 401 Unauthorized")
    }

    @Test(arguments: [
        (":azureblob,env_auth=true:x", "RCLONE_AZUREBLOB_ACCOUNT"),
        (":gcs,env_auth=true:x", "GOOGLE_APPLICATION_CREDENTIALS"),
        (":s3,provider=Alibaba,env_auth=true:x", "RCLONE_S3_ENDPOINT"), (":swift:x", "rclone help flags"),
    ])
    func `each kind has variables of its own for credentials`(root: String, name: String) async throws {
        let store = RcloneStore(
            name: "x://x", root: root, variables: try variables("rclone", "echo '403 Forbidden' >&2; exit 1"))
        let error = await error { _ = try await store.size(of: ObjectKey("nn")) }
        #expect(error?.code == .accessDenied)
        #expect(error?.hints.contains { $0.contains(name) } == true)
        // The message has said it.
        #expect(error?.underlying == nil)
    }

    @Test(arguments: [("nn", "nn is not in webdav://host/models"), ("", "webdav://host/models is not there")])
    func `rclone's exit status says that something is missing`(key: String, message: String) async throws {
        let store = try rclone("echo '\(notice)' >&2; echo 'Failed to cat: directory not found' >&2; exit 3")
        let error = await error { try await store.read(ObjectKey(key), from: 0, to: nil) { _ in true } }
        #expect(error?.code == .objectNotFound)
        #expect(error?.message == message)
    }

    @Test(arguments: [("true", true), ("false", false)])
    func `a file that rclone lists as itself is no folder`(isFolder: String, isListed: Bool) async throws {
        let store = try rclone(
            """
            case "$*" in
            *lsf*) printf '12\\tnn\\n' ;;
            *lsjson*--stat*) echo '{"Path":"nn","Name":"nn","Size":12,"IsDir":\(isFolder)}' ;;
            *) exit 1 ;;
            esac
            """)
        let objects = try await store.list(below: ObjectKey("nn"), limit: 10)
        #expect(objects == (isListed ? [StoredObject(path: "nn", size: 12)] : nil))
    }

    @Test(arguments: [
        ("Host key verification failed.", ErrorCode.accessDenied),
        ("ana@host: Permission denied (publickey).", .credentialsMissing),
        ("ssh: connect to host host port 22: Connection refused", .remoteUnreachable),
        ("kex_exchange_identification: read: Connection reset by peer", .transferFailed),
    ])
    func `why ssh could not connect is told`(reason: String, code: ErrorCode) async throws {
        // A real ssh says nothing of this where it is told to be quiet.
        let script = "case \" $* \" in *' -q '*) ;; *) printf '\(reason)\\r\\n' >&2 ;; esac"
        let store = try SFTPStore(
            SFTPStore.Location(host: "host", user: "ana", port: 2222, path: "/models"),
            variables: variables("sftp", "\(script); printf 'Connection closed\\r\\n' >&2; exit 255"))
        let error = await error { _ = try await store.size(of: ObjectKey("nn")) }
        #expect(error?.code == code)
        #expect(error?.message.contains("Connection closed") == false)
        #expect(error?.message.contains("\r") == false)
        if code == .transferFailed { #expect(error?.message.hasSuffix(reason) == true) }
        #expect(error?.hints.contains { $0.contains("2222") } == true)
    }

    private func sftp(_ script: String, keyFile: String? = nil) throws -> SFTPStore {
        var variables = try variables("sftp", script)
        variables["TMPDIR"] = sandbox.path
        return try SFTPStore(
            SFTPStore.Location(host: "host", path: "/models", keyFile: keyFile), variables: variables)
    }

    @Test(arguments: [
        ("Can't ls: \"/models/nn\" not found", ErrorCode.objectNotFound),
        ("File \"/models/nn\" not found.", .objectNotFound),
        ("Couldn't stat remote file: No such file or directory", .objectNotFound),
        (
            "Warning: Identity file /k not accessible: No such file or directory.\nana@host: Permission denied (publickey).",
            .credentialsMissing
        ),
        ("Warning: Identity file /k not accessible: No such file or directory.\nkex: reset", .transferFailed),
        ("ssh: Could not resolve hostname host: Name or service not known", .remoteUnreachable),
        ("write local \"/tmp/x\": No space left on device", .inputOutput),
    ])
    func `only a file of the other machine is missing`(said: String, code: ErrorCode) async throws {
        let store = try sftp("cat >&2 <<'END'\n\(said)\nEND\nexit 255")
        let error = await error { _ = try await store.size(of: ObjectKey("nn")) }
        #expect(error?.code == code)
    }

    @Test func `a key file that is not there is told as that`() async throws {
        let store = try sftp("echo 'Connection closed' >&2; exit 255", keyFile: "\(sandbox.path)/no-key")
        let error = await error { _ = try await store.size(of: ObjectKey("nn")) }
        #expect(error?.code == .credentialsMissing)
        #expect(error?.message.contains("\(sandbox.path)/no-key") == true)
    }

    @Test(arguments: [(11, false), (12, true)])
    func `what is too large is not copied by sftp`(limit: Int, isRead: Bool) async throws {
        let store = try sftp(
            """
            while read -r line; do case $line in
            ls*) echo '-rw-r--r--    1 0        0              12 Nov 21 12:00 /models/nn' ;;
            get*) touch "\(sandbox.path)/copied" ;;
            esac; done
            """)
        let error = await error { try await store.read(ObjectKey("nn"), from: 0, to: limit) { _ in true } }
        #expect(error?.code == (isRead ? nil : .digestMismatch))
        try sandbox.succeed(isRead ? "test -e copied" : "! test -e copied")
    }

    @Test func `nothing is left of a shared connection`() throws {
        let folder = "\(sandbox.path)/t"
        try sandbox.succeed("mkdir t")
        var connection: SSHConnection? = SSHConnection(temporaryFolder: folder)
        let own = try #require(connection?.folder)
        #expect(own.hasPrefix(folder + "/"))
        // A socket that nobody listens at any more.
        try sandbox.succeed("python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"\(own)/left\")'")
        connection = nil
        #expect(Target.entries(of: folder).isEmpty)
        connection = SSHConnection(temporaryFolder: folder + String(repeating: "/long", count: 20))
        #expect(connection?.folder?.hasPrefix("/tmp/git-model-") == true)
    }

    @Test func `the process behind a shared connection is told to end`() throws {
        try sandbox.succeed("mkdir t")
        var connection: SSHConnection? = SSHConnection(temporaryFolder: "\(sandbox.path)/t")
        let own = try #require(connection?.folder)
        try Sandbox.write(
            """
            import socket
            server = socket.socket(socket.AF_UNIX)
            server.bind("\(own)/s")
            server.listen()
            open("ready", "w")
            client = server.accept()[0]
            said = b""
            while len(said) < 24:
                said += client.recv(24)
            open("said", "w").write(said.hex())
            client.close()
            """, to: "\(sandbox.path)/master.py")
        try sandbox.succeed(
            "python3 master.py > /dev/null 2>&1 < /dev/null & while ! test -e ready; do sleep 0.01; done")
        connection = nil
        // A greeting, and MUX_C_TERMINATE.
        let said = try sandbox.succeed("while ! test -s said; do sleep 0.01; done; cat said")
        #expect(said == "000000080000000100000004" + "000000081000000500000000")
    }
}
