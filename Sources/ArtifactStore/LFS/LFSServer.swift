import GitTypes
import Outbound
import RegistryCore
import RegistryFiles

/// A Git LFS server, asked for the places of objects when the first of them is wanted, a hundred at a time.
actor LFSServer {
    /// Answers a question for a user and password, as `git credential fill` does; `nil` where nobody knows any.
    typealias Credentials = @Sendable (OutboundURL) async throws(RegistryError) -> OutboundAuthorization?

    private let endpoint: OutboundURL
    private let headers: OutboundHeaders
    private let client: OutboundClient
    private let credentials: Credentials
    private let login: LFSLogin
    /// What has not been asked for yet.
    private var pending: [LFSPointer]
    private var answers: [String: LFSBatch.Answer] = [:]
    private var authorization = OutboundAuthorization.none
    private var hasAskedForCredentials = false
    /// The question that is under way; others wait for it.
    private var question: Task<Result<Void, RegistryError>, Never>?

    init(
        _ endpoint: OutboundURL, headers: OutboundHeaders, client: OutboundClient, credentials: @escaping Credentials,
        objects: [LFSPointer], login: LFSLogin = LFSLogin()
    ) {
        self.endpoint = endpoint
        self.headers = headers
        self.client = client
        self.credentials = credentials
        self.pending = objects
        self.login = login
        login.set(endpoint.authorization, of: "the address")
    }

    /// Whether the download of an object may carry what this server was told.
    ///
    /// What this server was told goes along to itself only, and not where it sends elsewhere. Where an action lets in by
    /// itself, a user and password would be taken instead of that.
    nonisolated func sharesLogin(with action: LFSBatch.Action) -> Bool {
        !action.hasOwnCredentials && action.url.hasSameOrigin(as: endpoint)
    }

    /// Who asks for the bytes of an object, beside what its action says; known once a question was answered.
    func authorization(for action: LFSBatch.Action) -> OutboundAuthorization {
        sharesLogin(with: action) ? authorization : .none
    }

    /// How an object is downloaded.
    /// - Parameter isAgain: what was told before does not hold any more.
    func action(for pointer: LFSPointer, isAgain: Bool = false) async throws(RegistryError) -> LFSBatch.Action {
        if isAgain { answers[pointer.sha256] = nil }
        while answers[pointer.sha256] == nil {
            if let question {
                try await question.value.get()
                continue
            }
            let others = pending.filter { $0.sha256 != pointer.sha256 }.prefix(LFSBatch.size - 1)
            let objects = [pointer] + others
            let task = Task { await self.ask(objects) }
            question = task
            try await task.value.get()
        }
        switch answers[pointer.sha256] {
        case .action(let action): return action
        case .refused(let code, let message): throw refusal(pointer, code, message)
        case nil: throw refusal(pointer, 404, "the server did not answer for it")
        }
    }

    private func ask(_ objects: [LFSPointer]) async -> Result<Void, RegistryError> {
        // Not left to the one who asked: those who wait may come first, and would wait for what has ended for ever.
        defer { question = nil }
        do throws(RegistryError) {
            let response = try await post(LFSBatch.body(objects))
            let found = try LFSBatch.answers(response.body, from: endpoint)
            let asked = Set(objects.map(\.sha256))
            for oid in asked { answers[oid] = found[oid] ?? .refused(code: 404, message: "the server did not answer") }
            pending.removeAll { asked.contains($0.sha256) }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private func post(_ body: [UInt8]) async throws(RegistryError) -> OutboundResponse {
        let url: OutboundURL
        do throws(MalformedValue) {
            url = try endpoint.appending(path: ["objects", "batch"])
        } catch {
            throw RegistryError(error, code: .storeNotConfigured)
        }
        while true {
            var request = OutboundRequest(.post, url, headers: headers, body: body, authorization: authorization)
            request.headers.append("Accept", LFSBatch.mediaType)
            request.headers.append("Content-Type", LFSBatch.mediaType)
            do throws(OutboundError) {
                return try await client.send(request, limit: 8 << 20)
            } catch {
                let isUnauthorized = error.kind == .status(401) || error.kind == .status(403)
                if isUnauthorized, !hasAskedForCredentials, authorization == .none {
                    hasAskedForCredentials = true
                    if let found = try await credentials(endpoint) {
                        authorization = found
                        login.set(found, of: "Git's credential helpers")
                        continue
                    }
                }
                if error.kind == .status(404) {
                    throw RegistryError(
                        .storeNotConfigured, "there is no Git LFS server at \(endpoint)",
                        subject: endpoint.description, hints: ["git config lfs.url https://HOST/PATH names another"])
                }
                throw RegistryError(
                    error, hasCredentials: hasCredentials,
                    credentialHints: Self.hints(endpoint, hasCredentials: hasCredentials))
            }
        }
    }

    private func refusal(_ pointer: LFSPointer, _ code: Int, _ message: String) -> RegistryError {
        let what = "sha256:\(pointer.sha256.prefix(12))"
        if code == 404 || code == 410 {
            return RegistryError(
                .objectNotFound, "the Git LFS server \(endpoint) does not have \(what): \(message)",
                subject: pointer.sha256, hints: ["where it was made: git lfs push --all origin"])
        }
        return RegistryError(
            code == 401 || code == 403 ? .accessDenied : .transferFailed,
            "the Git LFS server \(endpoint) does not give out \(what): \(message) (\(code))", subject: pointer.sha256,
            hints: Self.hints(endpoint, hasCredentials: hasCredentials))
    }

    private var hasCredentials: Bool {
        authorization != .none || endpoint.authorization != .none || headers["authorization"] != nil
    }

    /// What mends missing credentials, or wrong ones.
    static func hints(_ url: OutboundURL, hasCredentials: Bool) -> [String] {
        let isUsual = url.port == (url.scheme == "https" ? 443 : 80)
        let host = (url.host.contains(":") ? "[\(url.host)]" : url.host) + (isUsual ? "" : ":\(url.port)")
        func command(_ verb: String, _ fields: String) -> String {
            "printf 'protocol=\(url.scheme)\\nhost=\(host)\\n\(fields)\\n' | git credential \(verb)"
        }
        let store = [
            "to keep some: git config --global credential.helper store",
            "then, with yours: " + command("approve", "username=USER\\npassword=TOKEN\\n"),
        ]
        return hasCredentials ? ["to forget those that are kept: " + command("reject", "")] + store : store
    }
}
