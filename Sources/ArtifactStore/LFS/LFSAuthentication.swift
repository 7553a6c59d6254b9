import GitTypes
import Outbound
import RegistryCore
import RegistryFiles

/// Asks a machine over SSH where its Git LFS server is, and with which header it lets us in.
///
/// Source of the format: `docs/api/authentication.md` of git-lfs.
enum LFSAuthentication {
    /// - Throws: ``RegistryError`` with code ``ErrorCode/objectNotFound`` where the machine has no such program.
    static func ask(
        _ target: LFSEndpoint.SSHTarget, variables: [String: String]
    ) async throws(RegistryError) -> (OutboundURL, OutboundHeaders) {
        let output = SmallBody(limit: 1 << 20)
        let remote = "git-lfs-authenticate \(target.path.shellQuoted) download"
        var options = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=30"]
        if let port = target.port { options += ["-p", "\(port)"] }
        let arguments = options + ["--", target.destination, remote]
        let result: ToolResult?
        if let command = variables["GIT_SSH_COMMAND"], !command.isEmpty {
            // Git gives this variable to a shell, too; what is ours goes along as arguments.
            result = try await SystemTool(program: "sh", hint: "check GIT_SSH_COMMAND").run(
                ["-c", "\(command) \"$@\"", "ssh"] + arguments, variables: variables, into: { output.append($0) })
        } else {
            let program = variables["GIT_SSH"].flatMap { $0.isEmpty ? nil : $0 }
            let tool = program.map { SystemTool(program: $0, hint: "check GIT_SSH") } ?? .ssh
            result = try await tool.run(arguments, variables: variables, into: { output.append($0) })
        }
        guard let result, result.isSuccess, let bytes = output.bytes else {
            throw failure(result, target)
        }
        let file = "the answer of git-lfs-authenticate"
        let root = try JSONDocument.parse(bytes, limits: .response, file: file)
        guard case .object(let members) = root,
            case .string(let href)? = members.first(where: { $0.key == "href" })?.value
        else {
            throw RegistryError(
                .transferFailed, "\(file) at \(target.destination) has no href", subject: target.destination)
        }
        var headers = OutboundHeaders()
        if case .object(let fields)? = members.first(where: { $0.key == "header" })?.value {
            for field in fields {
                if case .string(let value) = field.value { headers.append(field.key, value) }
            }
        }
        do throws(MalformedValue) {
            return (try OutboundURL(href), headers)
        } catch {
            throw RegistryError(error, code: .storeNotConfigured)
        }
    }

    private static func failure(_ result: ToolResult?, _ target: LFSEndpoint.SSHTarget) -> RegistryError {
        let line = result?.lastLine ?? "it printed too much"
        // 127 is a shell's word for a program that is not there; a hosting service says it in its own words.
        if let status = result?.exitStatus, status != 255 {
            return RegistryError(
                .objectNotFound, "\(target.destination) has no git-lfs-authenticate: \(line)",
                subject: target.destination)
        }
        return RegistryError(
            .remoteUnreachable, "\(target.destination) cannot be reached by SSH: \(line)", subject: target.destination,
            hints: ["to try it by hand: ssh -T \(target.destination.shellQuoted)"])
    }
}
