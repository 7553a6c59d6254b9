import GitTypes
import ModelRegistry
import RegistryCore

/// What a writing command says when it is done: GTO's lines, or JSON.
struct WriteReport {
    let receipt: WriteReceipt
    let printer: Printer

    func show(asJSON: Bool) {
        for warning in receipt.warnings { printer.warning("warning: \(warning.terminalSafe())") }
        for note in receipt.notes { printer.note("note: \(note.terminalSafe())") }
        if asJSON { return printer.json(json) }
        for tag in receipt.created {
            printer.data(receipt.isDryRun ? "Would create git tag '\(tag.planned.tag.name)'" : tag.planned.announcement)
        }
        for name in receipt.deleted {
            let name = name.description.terminalSafe()
            printer.data(receipt.isDryRun ? "Would delete git tag '\(name)'" : "Deleted git tag '\(name)'")
        }
        if receipt.isDryRun { return }
        if let remote = receipt.pushedTo {
            for tag in receipt.created {
                printer.data("Successfully pushed git tag \(tag.planned.tag.name) on remote.")
            }
            for name in receipt.deleted {
                let text = name.description.terminalSafe()
                if receipt.deletedAtRemote.contains(name) {
                    printer.data("Successfully deleted git tag \(text) on remote.")
                } else {
                    printer.note("The remote had no git tag \(text).")
                }
            }
            printer.note("The remote is \(remote.terminalSafe()).")
        } else if !receipt.isEmpty {
            printer.note("To push the changes upstream, run:")
            let delete = receipt.deleted.isEmpty ? "" : "--delete "
            let names = receipt.deleted.isEmpty ? receipt.created.map(\.planned.tag.name) : receipt.deleted
            printer.note(
                "    git push \(delete)origin " + names.map { $0.description.shellQuoted }.joined(separator: " "))
        }
    }

    private var json: JSONValue {
        [
            "created": .array(
                receipt.created.map { tag in
                    [
                        "tag": .string(tag.planned.tag.name.description),
                        "action": .string(tag.planned.tag.action.word),
                        "artifact": .string(tag.planned.tag.artifact.description),
                        "version": .optional(tag.planned.version?.description),
                        "stage": .optional(tag.planned.tag.action.stage?.description),
                        "commit_hexsha": .string(tag.planned.commit.description),
                        "tag_hexsha": .optional(tag.id?.description),
                    ]
                }),
            "deleted": .array(receipt.deleted.map { .string($0.description) }),
            "deleted_on_remote": .array(receipt.deletedAtRemote.map { .string($0.description) }),
            "pushed": .bool(receipt.pushedTo != nil),
            "remote": .optional(receipt.pushedTo),
            "dry_run": .bool(receipt.isDryRun),
        ]
    }
}
