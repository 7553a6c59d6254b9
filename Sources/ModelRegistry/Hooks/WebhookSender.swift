import GitTypes
import Outbound
import RegistryCore

/// Sends an event to a server, signed as GitHub signs its webhooks, so that what checks those checks ours.
///
/// `X-Hub-Signature-256: sha256=` and the HMAC-SHA256 of the body's bytes, in hexadecimal digits. Redirects are not
/// followed, a metadata service is never asked, and the address is told to nobody where it came from a secret.
struct WebhookSender {
    let rule: HookRule
    let webhook: Webhook
    /// Our own environment.
    let environment: [String: String]

    /// The most bytes of an answer that are kept.
    private static let answerLimit = 64 << 10

    func run(_ input: HookInput, attempt: Int) async throws(RegistryError) -> HookRun {
        let url: OutboundURL
        do {
            url = try OutboundURL(try value(webhook.url, "url"))
        } catch let error as RegistryError {
            throw error
        } catch {
            throw failure("its url is not an address of the web", "write url: https://example.com/hook")
        }
        let body = Array(input.payload(for: rule, attempt: attempt).text(.compact).utf8)
        let facts = input.variables(for: rule, attempt: attempt)
        var headers: OutboundHeaders = [
            "Content-Type": "application/json",
            "X-Git-Model-Event": facts["MODEL_EVENT"] ?? "",
            "X-Git-Model-Delivery": facts["MODEL_EVENT_ID"] ?? "",
            "X-Git-Model-Attempt": facts["MODEL_ATTEMPT"] ?? "",
        ]
        if let secret = webhook.secret {
            let key = try bytes(of: secret, "secret")
            headers.append("X-Hub-Signature-256", "sha256=" + MessageSignature.hmacSHA256(key, body).hexadecimal)
        }
        var policy = OutboundPolicy(userAgent: "git-model/\(RuntimeVersions.product)", environment: environment)
        // Trying again is the rule's business, and a receiver must see each attempt as one.
        policy.attempts = 1
        policy.mostRedirects = 0
        policy.requestTimeLimit = .seconds(rule.timeLimit)
        policy.connectTimeLimit = .seconds(min(30, rule.timeLimit))
        policy.stallLimit = .seconds(rule.timeLimit)
        let client = OutboundClient(policy: policy, connections: 1)
        defer { client.shutdown() }
        let clock = ContinuousClock()
        let start = clock.now
        func finished(_ outcome: String, _ status: Int?, _ answer: [UInt8], isSuccess: Bool) -> HookRun {
            HookRun(
                rule: rule, outcome: outcome, isSuccess: isSuccess, exitStatus: status.map { Int32(clamping: $0) },
                milliseconds: Int(start.duration(to: clock.now) / .milliseconds(1)), output: String(lossless: answer),
                droppedBytes: 0)
        }
        do throws(OutboundError) {
            let response = try await client.send(
                OutboundRequest(.post, url, headers: headers, body: body), limit: Self.answerLimit)
            return finished("done", response.status, response.body, isSuccess: true)
        } catch {
            if case .cancelled = error.kind {
                throw RegistryError(.hookFailed, "hook \(rule.name) was stopped", subject: rule.name)
            }
            // The server took it; how much it has to say does not matter.
            if case .tooLong = error.kind { return finished("done", nil, [], isSuccess: true) }
            if let failure = error.failure {
                return finished("the server answered \(failure.status)", failure.status, failure.body, isSuccess: false)
            }
            return finished(isAddressSecret ? "the server could not be asked" : "\(error)", nil, [], isSuccess: false)
        }
    }

    private var isAddressSecret: Bool { if case .text = webhook.url { false } else { true } }

    private func value(_ value: HookValue, _ what: String) throws(RegistryError) -> String {
        String(decoding: try bytes(of: value, what), as: UTF8.self)
    }

    /// The value as it is kept; of a file without the line's end behind it. The key of a signature need not be text.
    private func bytes(of value: HookValue, _ what: String) throws(RegistryError) -> [UInt8] {
        switch value {
        case .text(let text): return Array(text.utf8)
        case .variable(let name):
            if let text = environment[name], !text.isEmpty { return Array(text.utf8) }
            throw failure("its \(what) is in the variable \(name), which is not set", "export \(name)=…")
        case .file(let path):
            guard var bytes = try RegistrySession.readFile(path, limit: 4096, shown: path) else {
                throw failure("its \(what) is in the file \(path), which is not there", "check the path in 'webhook'")
            }
            if bytes.last == 0x0A { bytes.removeLast() }
            if bytes.last == 0x0D { bytes.removeLast() }
            guard !bytes.isEmpty else {
                throw failure("its \(what) is in the file \(path), which is empty", "write the secret into it")
            }
            return bytes
        }
    }

    private func failure(_ clause: String, _ hint: String) -> RegistryError {
        RegistryError(
            .hookFailed, "hook \(rule.name) cannot be sent: \(clause)", subject: rule.name, hints: [hint])
    }
}
