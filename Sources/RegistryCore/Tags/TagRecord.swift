public import GitTypes

/// An annotated tag of the registry as the repository holds it: the input of the state.
///
/// A class, though it is a value: a registry has a hundred thousand of them, and each copy of a structure with this many
/// texts costs a dozen reference counts.
public final class TagRecord: Sendable {
    /// The name of the ref.
    public let ref: TagName
    /// The id of the tag object.
    public let id: ObjectID
    /// What the object says.
    public let object: TagObject
    /// The object's own name, taken apart.
    public let tag: RegistryTag
    /// The commit that the tag leads to, tags of tags followed.
    public let commit: ObjectID

    /// Creates a record.
    public init(ref: TagName, id: ObjectID, object: TagObject, tag: RegistryTag, commit: ObjectID) {
        self.ref = ref
        self.id = id
        self.object = object
        self.tag = tag
        self.commit = commit
    }
}
