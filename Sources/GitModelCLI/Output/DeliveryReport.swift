import GitTypes
import ModelRegistry
import RegistryCore

/// Digests as people read them.
enum ContentLabel {
    /// The algorithm and the first twelve digits: `sha256:1e7b23d0f0a3`.
    static func short(_ digest: String) -> String {
        let parts = digest.split(separator: ":", maxSplits: 1)
        return parts.count == 2 ? "\(parts[0]):\(parts[1].prefix(12))" : String(digest.prefix(12))
    }
}

/// What `download` and `doctor SELECTOR` say of a version's bytes.
struct DeliveryReport {
    let receipt: DownloadReceipt

    /// Lines for people: what, from where, and with whose credentials.
    var summary: String {
        let stages = receipt.stages.map(\.description).joined(separator: ", ")
        let size = receipt.size.map { ", \(ByteCount.text($0))" } ?? ""
        let files = receipt.files.count == 1 ? "1 file" : "\(receipt.files.count) files"
        return "\(receipt.artifact) \(receipt.version)\(stages.isEmpty ? "" : " (\(stages))"): \(files)\(size) "
            + "from \(receipt.source), commit \(receipt.commit.short)"
    }

    /// The same as data.
    var json: JSONValue {
        [
            "name": .string(receipt.artifact.description),
            "version": .string(receipt.version.description),
            "stage": .optional(receipt.stage?.description),
            "stages": .array(receipt.stages.map { .string($0.description) }),
            "commit": .string(receipt.commit.description),
            "path": .string(receipt.target),
            "source": .string(receipt.source),
            "credentials": .optional(receipt.credentials),
            "size": receipt.size.map { .integer($0) } ?? .null,
            "dry_run": .bool(receipt.isDryRun),
            "files": .array(
                receipt.files.map { file in
                    [
                        "path": .string(file.target),
                        "size": file.size.map { .integer($0) } ?? .null,
                        "digest": .optional(file.digest),
                        "source": .string(file.source),
                        "unchanged": .bool(file.isUnchanged),
                    ]
                }),
        ]
    }
}
