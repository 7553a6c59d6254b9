import GitTypes
import ModelRegistry

extension JSONValue {
    /// What became of Git hooks.
    static func gitHooks(_ receipts: [GitHookReceipt]) -> JSONValue {
        .array(
            receipts.map { receipt in
                [
                    "hook": .string(receipt.hook.rawValue), "file": .string(receipt.file),
                    "change": .string(receipt.change.rawValue), "other": .optional(receipt.other),
                ]
            })
    }
}
