import GitTypes
import RegistryCore

/// The `webhook:` of a hook.
extension YAMLReader {
    private static let keys = ["url", "secret"]
    private static let places = ["env", "file"]

    /// An address alone, or a mapping with the address and where the key of the signature is kept.
    func webhook(_ node: YAMLNode) throws(RegistryError) -> Webhook {
        if node.text != nil { return Webhook(url: try address(node), secret: nil) }
        for entry in try entries(node, of: "webhook") where !Self.keys.contains(entry.key) {
            throw unknownKey(entry, of: "webhook", known: Self.keys)
        }
        guard let url = node["url"], !url.isNull else {
            throw refusal(
                "a webhook has no 'url'", at: node.start, hint: "write webhook: {url: https://example.com/hook}")
        }
        guard let secret = node["secret"], !secret.isNull else { return Webhook(url: try address(url), secret: nil) }
        if secret.text != nil {
            throw refusal(
                "the secret of a webhook stands in the file, where everybody reads it", at: secret.start,
                hint: "write secret: {env: NAME} or secret: {file: /path}")
        }
        return Webhook(url: try address(url), secret: try place(secret, of: "secret"))
    }

    private func address(_ node: YAMLNode) throws(RegistryError) -> HookValue {
        guard let text = try? text(node, of: "url") else { return try place(node, of: "url") }
        let isAddress = ["http://", "https://"].contains { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }
        guard isAddress, text.utf8.count <= 2000, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw refusal(
                "'\(text.terminalSafe(limit: 60))' is not an address of the web", at: node.start,
                hint: "write url: https://example.com/hook, or url: {env: NAME} where it is a secret")
        }
        return .text(text)
    }

    /// `{env: NAME}` or `{file: /path}`.
    private func place(_ node: YAMLNode, of what: String) throws(RegistryError) -> HookValue {
        let hint = "write \(what): {env: NAME} or \(what): {file: /path}"
        let entries = try entries(node, of: what)
        for entry in entries where !Self.places.contains(entry.key) {
            throw unknownKey(entry, of: what, known: Self.places)
        }
        guard entries.count == 1, let entry = entries.first, let text = try text(entry.value, of: what) else {
            throw refusal("\(what) names not one place where it is kept", at: node.start, hint: hint)
        }
        if entry.key == "env" { return .variable(try variable(text, at: entry.value.start, hint: hint)) }
        guard text.hasPrefix("/") else {
            throw refusal(
                "'\(text.terminalSafe(limit: 60))' is not an absolute path", at: entry.value.start,
                hint: "a secret does not belong in the repository: \(what): {file: /etc/git-model/webhook.key}")
        }
        return .file(text)
    }
}
