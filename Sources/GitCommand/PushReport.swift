import GitTypes

/// The table that `git push --porcelain` prints: `flag TAB from:to TAB summary (reason)`.
struct PushReport {
    /// The rows, in git's order.
    let results: [RefResult]
    /// Whether a row says that the remote never answered.
    let isUnanswered: Bool

    /// Reads the table; lines that are no rows are left out.
    /// - Parameter remoteText: the server's words, which tell more than the reason in the table.
    init(parsing text: String, remoteText: String) {
        let locks = RefFailure.failures(in: remoteText)
        var isUnanswered = false
        self.results = text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[0].count == 1, let colon = fields[1].firstIndex(of: ":") else { return nil }
            let reference = RefName(bytes: fields[1][fields[1].index(after: colon)...].utf8)
            let status: RefResult.Status
            switch fields[0] {
            case "*": status = .created
            case " ", "+": status = .updated
            case "-": status = .deleted
            case "=": status = .upToDate
            case "!":
                if fields[2].contains("remote failed to report status") { isUnanswered = true }
                let lock = locks.first { $0.ref == reference }?.kind
                status = .rejected(Self.reason(fields[2], lock: lock, remoteText: remoteText))
            default: return nil
            }
            return RefResult(reference: reference, status: status)
        }
        self.isUnanswered = isUnanswered
    }

    /// The first ref that was refused for a reason of its own, or the first that was refused at all.
    var rejection: (RefName, RejectionReason)? {
        let rejections = results.compactMap { result -> (RefName, RejectionReason)? in
            if case .rejected(let reason) = result.status { (result.reference, reason) } else { nil }
        }
        return rejections.first { $0.1 != .atomic } ?? rejections.first
    }

    private static func reason(
        _ summary: Substring, lock: GitCommandError.Kind?, remoteText: String
    ) -> RejectionReason {
        func says(_ phrases: String...) -> Bool { phrases.contains { summary.contains($0) } }
        switch lock {
        case .exists, .changed: return .alreadyExists
        case .locked: return .locked
        case .blocked: return .blocked
        default: break
        }
        if says("already exists") { return .alreadyExists }
        if says("non-fast-forward", "fetch first", "needs force") { return .notFastForward }
        if says("stale info") { return .changed }
        if says("protected branch", "protected tag", "protected ref", "rule violations") { return .protected }
        if says("hook declined") {
            // GitLab answers with its own pre-receive hook.
            let isRule = ["protected tag", "protected branch", "as it is protected"].contains {
                remoteText.contains($0)
            }
            return isRule ? .protected : .hookDeclined
        }
        if says("atomic push failed", "atomic push failure", "atomic transaction failed") { return .atomic }
        let words = summary.split(separator: "(", maxSplits: 1).last.map { $0.hasSuffix(")") ? $0.dropLast() : $0 }
        return .other(String(words ?? summary))
    }
}
