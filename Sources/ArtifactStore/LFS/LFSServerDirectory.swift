import GitTypes
import Outbound
import RegistryCore
import RegistryFiles

/// Finds the server once, for all files that are read from it.
actor LFSServerDirectory {
    private let access: LFSSource.Access?
    private let objects: [LFSPointer]
    private let login: LFSLogin
    private var search: Task<Result<LFSServer, RegistryError>, Never>?

    init(_ access: LFSSource.Access?, _ objects: [LFSPointer], _ login: LFSLogin) {
        self.login = login
        self.access = access
        self.objects = objects
    }

    /// The server.
    /// - Parameters:
    ///   - pointer: what is wanted of it.
    ///   - whyNone: what is thrown where there is none.
    func server(
        for pointer: LFSPointer, _ whyNone: RegistryError
    ) async throws(RegistryError) -> LFSServer {
        guard let access else { throw whyNone }
        if case .folder(let path) = access.endpoint {
            throw RegistryError(
                .objectNotFound, "Git LFS in \(path) does not have sha256:\(pointer.sha256.prefix(12))",
                subject: pointer.sha256, hints: ["where it was made: git lfs push --all origin"])
        }
        let (objects, login) = (objects, login)
        let task = search ?? Task { await Self.find(access, objects, login, whyNone) }
        search = task
        return try await task.value.get()
    }

    private static func find(
        _ access: LFSSource.Access, _ objects: [LFSPointer], _ login: LFSLogin, _ whyNone: RegistryError
    ) async -> Result<LFSServer, RegistryError> {
        func server(_ url: OutboundURL, _ headers: OutboundHeaders = [:]) -> LFSServer {
            LFSServer(
                url, headers: headers, client: access.client, credentials: access.credentials,
                objects: objects, login: login)
        }
        switch access.endpoint {
        case .web(let url): return .success(server(url))
        case .folder: return .failure(whyNone)
        case .ssh(let target, let fallback):
            do throws(RegistryError) {
                let (url, headers) = try await LFSAuthentication.ask(target, variables: access.variables)
                login.set("SSH as \(target.destination)")
                return .success(server(url, headers))
            } catch {
                if error.code == .objectNotFound, let fallback { return .success(server(fallback)) }
                return .failure(error)
            }
        }
    }
}
