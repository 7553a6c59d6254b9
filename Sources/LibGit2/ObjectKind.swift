import CLibGit2
import GitTypes

/// The four kinds of Git objects.
public enum ObjectKind: String, CaseIterable, Hashable, Sendable {
    /// A snapshot with its parents, author and message.
    case commit
    /// A folder.
    case tree
    /// The content of a file.
    case blob
    /// An annotated tag.
    case tag

    init?(_ type: git_object_t) {
        switch type {
        case GIT_OBJECT_COMMIT: self = .commit
        case GIT_OBJECT_TREE: self = .tree
        case GIT_OBJECT_BLOB: self = .blob
        case GIT_OBJECT_TAG: self = .tag
        default: return nil
        }
    }

    var type: git_object_t {
        switch self {
        case .commit: GIT_OBJECT_COMMIT
        case .tree: GIT_OBJECT_TREE
        case .blob: GIT_OBJECT_BLOB
        case .tag: GIT_OBJECT_TAG
        }
    }
}

extension ObjectID {
    init(_ id: git_oid) {
        self = withUnsafeBytes(of: id) { ObjectID(bytes: $0) } ?? .zero
    }

    var libgit2: git_oid {
        var id = git_oid()
        withUnsafeMutableBytes(of: &id) { $0.copyBytes(from: bytes) }
        return id
    }
}
