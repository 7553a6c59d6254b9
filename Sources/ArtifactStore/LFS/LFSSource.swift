import GitTypes
public import Outbound
public import RegistryCore
public import RegistryFiles
import Synchronization

/// Files that Git LFS keeps: looked for on this machine first, then at the server.
public struct LFSSource: ArtifactSource {
    /// What asks the server.
    public struct Access: Sendable {
        let endpoint: LFSEndpoint
        let client: OutboundClient
        let variables: [String: String]
        let credentials: @Sendable (OutboundURL) async throws(RegistryError) -> OutboundAuthorization?

        /// Creates the access.
        /// - Parameter credentials: answers a question for a user and password; `nil` where nobody knows any.
        public init(
            _ endpoint: LFSEndpoint, client: OutboundClient, variables: [String: String],
            credentials: @escaping @Sendable (OutboundURL) async throws(RegistryError) -> OutboundAuthorization?
        ) {
            self.endpoint = endpoint
            self.client = client
            self.variables = variables
            self.credentials = credentials
        }
    }

    private let local: LocalObjects
    private let access: Access?
    private let whyNoServer: RegistryError
    private let servers: LFSServerDirectory
    private let login = LFSLogin()

    /// Creates the source.
    /// - Parameters:
    ///   - local: folders with objects of Git LFS.
    ///   - whyNoServer: what is thrown where no folder has an object and there is no server to ask.
    ///   - objects: everything that will be read, so that the server is asked for many at a time.
    public init(local: [FolderStore], access: Access?, whyNoServer: RegistryError, objects: [LFSPointer]) {
        self.access = access
        self.whyNoServer = whyNoServer
        self.servers = LFSServerDirectory(access, objects, login)
        if case .folder(let path) = access?.endpoint {
            // A repository of this machine: its own folder of objects, bare or not.
            let folders = [FolderStore("\(path)/.git/lfs/objects"), FolderStore("\(path)/lfs/objects")]
            self.local = LocalObjects(local + folders, checks: true)
        } else {
            self.local = LocalObjects(local, checks: access != nil)
        }
    }

    /// The place for people, without secrets.
    public var name: String {
        switch access?.endpoint {
        case .web(let url): "Git LFS at \(url)"
        case .ssh(let target, _): "Git LFS at \(target.destination):\(target.path)"
        case .folder(let path): "Git LFS in \(path)"
        case nil: "Git LFS"
        }
    }
    /// How it lets us in, for people; `nil` where it needs nothing, and before it was asked.
    public var credentials: String? { login.shown }
    /// Whether bytes can be read from the middle on.
    public var readsRanges: Bool { true }

    /// Whether parts can be read side by side.
    public func readsParts(of file: ArtifactFile) async throws(RegistryError) -> Bool {
        let pointer = try pointer(file)
        if await cached(pointer).place != nil { return false }
        let server = try await servers.server(for: pointer, whyNoServer)
        let action = try await server.action(for: pointer)
        let authorization = await server.authorization(for: action)
        return try await WebStore(
            action.url, authorization: authorization, headers: action.headers, client: client(),
            credentialHints: LFSServer.hints(
                action.url, hasCredentials: action.hasOwnCredentials || authorization != .none)
        ).readsParts(of: ObjectKey(""))
    }

    /// Hands over bytes, in order, until there are no more or no more are wanted.
    public func read(
        _ file: ArtifactFile, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        let pointer = try pointer(file)
        let (place, damage) = await cached(pointer)
        if let place { return try await place.folder.read(place.key, from: offset, to: end, into: take) }
        do throws(RegistryError) {
            try await download(pointer, from: offset, to: end, into: take)
        } catch {
            throw error.with(damage: damage)
        }
    }

    private func download(
        _ pointer: LFSPointer, from offset: Int, to end: Int?, into take: @escaping ByteConsumer
    ) async throws(RegistryError) {
        let server = try await servers.server(for: pointer, whyNoServer)
        let client = try client()
        var isAgain = false
        let handedOn = Atomic(0)
        while true {
            let action = try await server.action(for: pointer, isAgain: isAgain)
            let authorization = await server.authorization(for: action)
            let request = OutboundRequest(.get, action.url, headers: action.headers, authorization: authorization)
            do throws(OutboundError) {
                let start = offset + handedOn.load(ordering: .relaxed)
                return try await client.read(request, from: start, to: end) { piece in
                    handedOn.add(piece.count, ordering: .relaxed)
                    return take(piece)
                }
            } catch {
                if error.kind == .stopped { return }
                // An address that was given for an hour may have expired meanwhile, also in the middle of a file.
                if !isAgain, [.status(401), .status(403), .status(410)].contains(error.kind) {
                    isAgain = true
                    continue
                }
                let hasCredentials = action.hasOwnCredentials || authorization != .none
                throw RegistryError(
                    error, hasCredentials: hasCredentials,
                    credentialHints: LFSServer.hints(action.url, hasCredentials: hasCredentials))
            }
        }
    }

    /// Where a file can be had; no byte of it is read.
    public func find(_ file: ArtifactFile) async throws(RegistryError) -> String {
        let pointer = try pointer(file)
        if let cache = local.folder(of: [Self.path(pointer)]) { return cache.path }
        _ = try await servers.server(for: pointer, whyNoServer).action(for: pointer)
        return name
    }

    private func client() throws(RegistryError) -> OutboundClient {
        guard let access else { throw whyNoServer }
        return access.client
    }

    private func cached(
        _ pointer: LFSPointer
    ) async -> (place: (folder: FolderStore, key: ObjectKey)?, damage: RegistryError?) {
        await local.find(ContentDigest(.sha256, pointer.sha256), at: [Self.path(pointer)])
    }

    private func pointer(_ file: ArtifactFile) throws(RegistryError) -> LFSPointer {
        LFSPointer(sha256: try digest(of: file, .sha256).hexadecimal, size: file.mostBytes)
    }

    private static func path(_ pointer: LFSPointer) -> String {
        let digits = pointer.sha256
        return "\(digits.prefix(2))/\(digits.dropFirst(2).prefix(2))/\(digits)"
    }
}
