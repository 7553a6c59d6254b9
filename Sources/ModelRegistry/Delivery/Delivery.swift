import ArtifactStore
import RegistryCore

/// What a version consists of, and who has the bytes.
struct Delivery {
    var content: ArtifactContent
    var source: any ArtifactSource
    /// What the registration says of a single file, or of a file's source.
    var registered: ContentDigest?
    /// The name that the artifact has by itself.
    var name: String
}
