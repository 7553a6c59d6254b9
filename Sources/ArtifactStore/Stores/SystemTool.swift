import ChildProcess
import GitTypes
import RegistryCore

/// A program of the system through which a store is read.
struct SystemTool {
    let program: String
    /// What installs it.
    let hint: String

    static let rclone = SystemTool(program: "rclone", hint: "apt install rclone, or see https://rclone.org/install")
    static let sftp = SystemTool(program: "sftp", hint: "apt install openssh-client")
    static let ssh = SystemTool(program: "ssh", hint: "apt install openssh-client")

    /// Runs it and hands over what it prints.
    /// - Returns: how it ended; `nil` where whoever takes the bytes wanted no more.
    func run(
        _ arguments: [String], input: [UInt8] = [], variables: [String: String], timeLimit: Duration? = nil,
        into take: ByteConsumer
    ) async throws(RegistryError) -> ToolResult? {
        var child = ChildProcess(program: program, arguments: arguments, environment: Self.environment(variables))
        child.input = input
        child.timeLimit = timeLimit
        child.standardError = .captured(first: 16_384, last: 16_384)
        do {
            let result = try await child.run { bytes in
                if !take(bytes) { throw Enough() }
            }
            return ToolResult(result)
        } catch is Enough {
            return nil
        } catch ChildProcessError.programNotFound {
            throw RegistryError(
                .programMissing, "the program '\(program)' is not installed", subject: program, hints: [hint])
        } catch ChildProcessError.cancelled {
            throw RegistryError(.inputOutput, "interrupted: \(program) was stopped", subject: program)
        } catch {
            throw RegistryError(
                .transferFailed, "\(program) could not be started: \(error)", subject: program, hints: [hint])
        }
    }

    /// Everything of the user's but what would turn another program's loading or Git's repository.
    private static func environment(_ variables: [String: String]) -> [String: String] {
        var kept = variables.filter { name, _ in
            !name.hasPrefix("LD_") && !name.hasPrefix("GIT_") && !name.hasPrefix("BASH_FUNC_")
        }
        // Messages are looked at.
        kept["LC_ALL"] = "C"
        return kept
    }

    /// Whoever takes the bytes wants no more.
    private struct Enough: Error {}
}

/// How a program ended.
struct ToolResult {
    let isSuccess: Bool
    /// The exit status; `nil` where a signal or the time limit ended it.
    let exitStatus: Int32?
    /// What it said on standard error, without secrets of addresses.
    let errorText: String

    fileprivate init(_ result: ChildResult) {
        self.isSuccess = result.isSuccess
        if case .exited(let status) = result.ending { self.exitStatus = status } else { self.exitStatus = nil }
        let bytes = result.standardError.bytes + result.standardError.tail
        // ssh ends its lines as a terminal in raw mode wants them.
        let text = String(decoding: bytes.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        self.errorText = GitURL.redact(text)
    }

    /// The last line that it said, or how it ended.
    var lastLine: String {
        errorText.split(separator: "\n").last.map(String.init) ?? exitStatus.map { "exit status \($0)" }
            ?? "it was stopped"
    }
}
