import Glibc
public import RegistryCore

extension ArtifactPlacement {
    /// Looks at what stands at the target, and changes nothing.
    /// - Returns: whether exactly this content stands there.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/targetExists`` where something else does and may not be replaced.
    public func isInPlace(_ content: ArtifactContent, _ options: PlacementOptions) throws(RegistryError) -> Bool {
        // A folder that is not there has nothing in it.
        guard access(folder, F_OK) == 0 else { return false }
        let placement = PlacementFolder(try OpenFile.openFolder(folder), shown: target)
        let expected = options.verifies ? content : nil
        if try placement.filesInPlace(expected, named: name, registered: options.registered) != nil { return true }
        if placement.exists(name) {
            if !options.replaces {
                throw targetExists(try placement.difference(expected, named: name, registered: options.registered))
            }
            if let path = placement.repository(in: name) { throw holdsRepository(path) }
        }
        return false
    }
}
