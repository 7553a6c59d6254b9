import GitTypes
import RegistryCore

/// A ref that Git tells a hook of: what it was and what it becomes.
struct PushedReference {
    let name: RefName
    /// Zero where the ref is new.
    let old: ObjectID
    /// Zero where it is deleted.
    let new: ObjectID

    var isCreated: Bool { old == .zero && new != .zero }
    var isDeleted: Bool { new == .zero }
    var isMoved: Bool { old != .zero && new != .zero && old != new }

    /// The tag, where the name has the form of the registry's.
    var registryTag: RegistryTag? { name.tag.flatMap { RegistryTag($0) } }

    /// Reads the lines of a hook's standard input: `OLD NEW REF`, and for `pre-push` `SOURCE NEW REF OLD`, where the
    /// source may be any expression.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidArguments`` where a line about a tag is no such line and
    ///   the hook is one that refuses.
    static func read(_ input: [UInt8], of hook: GitHook) throws(RegistryError) -> [PushedReference] {
        var references: [PushedReference] = []
        for line in input.split(separator: 0x0A) {
            let fields = line.split(separator: 0x20, omittingEmptySubsequences: false)
            if let reference = hook == .prePush ? pushed(fields) : received(fields) {
                references.append(reference)
            } else if hook.refuses {
                throw RegistryError(
                    .invalidArguments,
                    "a line of the hook \(hook.rawValue) is not understood: \(String(lossless: line))",
                    hints: ["this is called by Git; to install it: git model hooks install --\(hook.rawValue)"])
            }
        }
        return references
    }

    private static func received(_ fields: [ArraySlice<UInt8>]) -> PushedReference? {
        guard fields.count == 3, let old = id(fields[0]), let new = id(fields[1]) else { return nil }
        return PushedReference(name: RefName(bytes: fields[2]), old: old, new: new)
    }

    private static func pushed(_ fields: [ArraySlice<UInt8>]) -> PushedReference? {
        guard fields.count >= 4, let old = id(fields[fields.count - 1]), let new = id(fields[fields.count - 3]) else {
            return nil
        }
        return PushedReference(name: RefName(bytes: fields[fields.count - 2]), old: old, new: new)
    }

    private static func id(_ field: ArraySlice<UInt8>) -> ObjectID? {
        field.count == 2 * ObjectID.byteCount ? ObjectID(String(decoding: field, as: UTF8.self)) : nil
    }
}
