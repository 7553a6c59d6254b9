import RegistryCore
import TestSupport
import Testing

@testable import ArtifactStore

/// What stores make of the words of the programs that they read through. The programs are scripts that say what
/// rclone 1.60 and OpenSSH 9.2 say.
@Suite struct ToolStoreTests {
    private let sandbox = Sandbox()
    private let notice = "NOTICE: Config file \"/root/.config/rclone/rclone.conf\" not found - using defaults"

    /// The variables of an environment in which a program is a script.
    private func variables(_ program: String, _ script: String) throws -> [String: String] {
        try sandbox.succeed("mkdir -p bin")
        try Sandbox.write("#!/bin/sh\n\(script)\n", to: "\(sandbox.path)/bin/\(program)")
        try sandbox.succeed("chmod +x bin/\(program)")
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
}
