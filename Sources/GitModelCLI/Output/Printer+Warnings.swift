import GitTypes
import ModelRegistry
import RegistryCore

extension Printer {
    /// Says what was left out of an answer, or read by a rule that GTO does not have: less than there is must not look
    /// like all there is.
    func warn(of snapshot: RegistrySnapshot) {
        let skipped: Set<Finding.Code> = [
            .damagedRef, .unreadableTag, .createdTag, .noCommit, .unreadableFile, .sharedCommit,
            .movedTag, .withdrawnTag,
        ]
        let findings = (snapshot.findings + snapshot.state.findings).filter { skipped.contains($0.code) }
        for finding in findings.prefix(3) { warning("warning: \(finding.message.terminalSafe())") }
        if findings.count > 3 {
            warning("warning: \(findings.count - 3) more odd tags and files; git model doctor names them")
        }
    }
}
