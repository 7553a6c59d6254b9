import GitTypes
import RegistryCore

extension ArtifactAnnotation {
    /// The digest that `meta` of `dvc.yaml`, or `custom` of `artifacts.yaml`, records for an artifact at a URL: the key
    /// is the algorithm, `sha256` or `md5`.
    var recordedDigest: ReleaseFacts.Digest? {
        for algorithm in [ReleaseFacts.Digest.Algorithm.sha256, .md5] {
            if case .string(let text)? = member(algorithm.rawValue), let digest = ReleaseFacts.Digest(algorithm, text) {
                return digest
            }
        }
        return nil
    }

    /// The bytes that the same place records under `size`.
    var recordedSize: Int? {
        if case .integer(let size)? = member("size"), size >= 0 { size } else { nil }
    }

    private func member(_ key: String) -> JSONValue? {
        guard case .object(let members)? = custom else { return nil }
        return members.first { $0.key == key }?.value
    }
}
