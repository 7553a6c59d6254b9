import GitTypes
import RegistryFiles

/// Where the bytes of an artifact are kept.
enum ArtifactHome {
    /// A single file.
    case file(KeptFile)
    /// A folder with all its files; the tree where the commit has the folder.
    case folder(ObjectID?, [KeptFile])
    /// Nowhere that anything of the commit tells of.
    case absent
}

/// A file, or a folder of DVC, with whoever keeps its bytes.
struct KeptFile {
    /// The path inside the artifact; `nil` where it is the artifact.
    var path: String?
    var isExecutable = false
    let keeper: Keeper
}

/// Who keeps bytes.
enum Keeper {
    /// The commit itself.
    case git(ObjectID, size: Int)
    /// Git LFS; the commit has the pointer.
    case lfs(LFSPointer)
    /// DVC; the commit has a `.dvc` file or a `dvc.lock`.
    case dvc(DVCRecord)
}

/// What a commit says of something that DVC keeps.
struct DVCRecord {
    let output: DVCOutput
    /// The path inside the output, where a part of a folder is meant.
    var inner: String?
    /// The file that says so.
    let file: String
    /// Where it was imported from; `nil` where it was not.
    var source: DVCFile.Source?
}
