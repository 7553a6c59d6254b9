public import GitTypes

extension GitCommand {
    /// Creates refs, all of them or none. None of them may exist.
    /// - Throws: ``GitCommandError`` of kind `exists`, `blocked` or `locked`, which names the ref or the lock.
    public func createReferences(_ references: [(RefName, ObjectID)]) async throws(GitCommandError) {
        try await transact(references, verb: "create")
    }

    /// Deletes refs, all of them or none. Each must still hold the id that goes with it.
    /// - Throws: ``GitCommandError`` of kind `changed` or `locked`, which names the ref or the lock.
    public func deleteReferences(_ references: [(RefName, ObjectID)]) async throws(GitCommandError) {
        try await transact(references, verb: "delete")
    }

    private func transact(_ references: [(RefName, ObjectID)], verb: String) async throws(GitCommandError) {
        guard !references.isEmpty else { return }
        var commands = "start\0"
        for (name, id) in references {
            // The zero id would mean "whatever it holds".
            guard id != .zero else {
                throw GitCommandError(
                    .malformedValue, operation: "update-ref", message: "the zero id cannot be given for '\(name)'")
            }
            commands += "\(verb) \(try checked(name, operation: "update-ref"))\0\(id)\0"
        }
        commands += "prepare\0commit\0"
        var invocation = Invocation(["update-ref", "--stdin", "-z"], input: Array(commands.utf8))
        invocation.settings = [Self.flushing]
        let output = try await run(invocation)
        guard output.exitCode == 0 else { throw failure(of: invocation, output) }
    }

    /// Puts all refs into one file.
    public func packReferences() async throws(GitCommandError) {
        _ = try await run(["pack-refs", "--all"])
    }

    /// A ref name that git reads as this one ref and as nothing else.
    ///
    /// A name that came out of a repository was never judged, and one that is not UTF-8 stands here in escaped form.
    func checked(_ name: RefName, operation: String) throws(GitCommandError) -> RefName {
        do {
            return try RefName(name.description)
        } catch {
            throw GitCommandError(.malformedValue, operation: operation, message: error.description)
        }
    }
}
