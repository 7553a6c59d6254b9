public import GitTypes

extension GitCommand {
    /// Reads one object. In a partial clone git fetches it first where it is missing.
    /// - Parameter limit: the most bytes that it may have.
    /// - Throws: ``GitCommandError`` of kind `objectMissing` or `tooLarge`, or of a kind that says why the remote could
    ///   not be asked.
    public func readObject(_ id: ObjectID, limit: Int = outputLimit) async throws(GitCommandError) -> GitObject {
        guard let object = try await readObjects([id], limit: limit).first else {
            throw GitCommandError(
                .objectMissing(id), operation: "cat-file", message: "the object \(id) is missing", exitCode: 0)
        }
        return object
    }

    /// Reads several objects in one child, in the order that they are named in.
    ///
    /// In a partial clone each missing one costs a request; ``fetchObjects(_:from:timeLimit:)`` fetches them at once.
    /// - Parameter limit: the most bytes that they may have together.
    /// - Throws: as ``readObject(_:limit:)``.
    public func readObjects(
        _ ids: [ObjectID], limit: Int = outputLimit
    ) async throws(GitCommandError) -> [GitObject] {
        try await readObjects(ids, limit: limit, use: .fetch(nil))
    }

    /// - Parameter use: `nil` for objects that are known to be here, so that nothing is fetched.
    func readObjects(
        _ ids: [ObjectID], limit: Int = outputLimit, use: ConfigurationUse?
    ) async throws(GitCommandError) -> [GitObject] {
        guard !ids.isEmpty else { return [] }
        var invocation = Invocation(["cat-file", "--batch"], input: Array(ids.map { "\($0)\n" }.joined().utf8))
        invocation.use = use
        invocation.limit = limit
        var parser = ObjectStreamParser(limit: limit)
        let output: GitOutput
        do {
            output = try await run(invocation) { try parser.append($0) }
        } catch let failure as ObjectStreamParser.Failure {
            throw objectFailure(failure, limit: limit)
        } catch let error as GitCommandError {
            throw error
        } catch {
            throw GitCommandError(.failed, operation: "cat-file", message: "\(error)")
        }
        guard output.exitCode == 0 else { throw objectFailure(of: invocation, output, id: nil) }
        guard parser.isBetweenObjects, parser.objects.count == ids.count else {
            throw objectFailure(.malformed, limit: limit)
        }
        return parser.objects
    }

    /// Hands a blob's bytes over in pieces, in order; memory does not grow with its size.
    /// - Parameters:
    ///   - timeLimit: how long it may take; ``timeLimit`` where it is `nil`.
    ///   - consume: takes a piece, which is valid for the call only. Git is stopped where it throws. A blob that turns
    ///     out to be damaged or missing throws after pieces may have been handed over.
    /// - Throws: ``GitCommandError`` as ``readObject(_:limit:)``, and whatever `consume` throws.
    public nonisolated(nonsending) func streamBlob(
        _ id: ObjectID, timeLimit: Duration? = nil, to consume: (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        var invocation = Invocation(["cat-file", "blob", id.description])
        invocation.use = .fetch(nil)
        invocation.timeLimit = timeLimit
        let output = try await run(invocation, streaming: consume)
        guard output.exitCode == 0 else { throw objectFailure(of: invocation, output, id: id) }
    }

    private func objectFailure(of invocation: Invocation, _ output: GitOutput, id: ObjectID?) -> GitCommandError {
        let isMissing = ["bad file", "Not a valid object name", "not our ref"].contains {
            output.errorText.contains($0)
        }
        let remote = RemoteFailure.kind(in: output.errorText, isPush: false)
        return failure(of: invocation, output, kind: isMissing ? .objectMissing(id) : remote)
    }

    private func objectFailure(_ failure: ObjectStreamParser.Failure, limit: Int) -> GitCommandError {
        switch failure {
        case .missing(let id):
            GitCommandError(
                .objectMissing(id), operation: "cat-file",
                message: "the object \(id.map(\.description) ?? "") is missing")
        case .tooLarge:
            GitCommandError(
                .tooLarge(limit: limit), operation: "cat-file", message: "the objects have more than \(limit) bytes")
        case .malformed:
            GitCommandError(.failed, operation: "cat-file", message: "git cat-file printed something unknown")
        }
    }
}
