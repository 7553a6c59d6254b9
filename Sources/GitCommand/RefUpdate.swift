public import GitTypes

/// One ref of a push: what it shall hold at the remote.
public struct RefUpdate: Hashable, Sendable {
    /// What the ref shall hold; `nil` where it shall be deleted.
    public let source: Source?
    /// The ref at the remote.
    public let destination: RefName
    /// What the remote's ref must hold for the update to be done; `nil` where any value will do.
    public let expected: ObjectID?

    /// Publishes an object under a ref.
    public init(source: ObjectID, destination: RefName) {
        self.source = .object(source)
        self.destination = destination
        self.expected = nil
    }

    /// Publishes what a local ref holds, under the same name unless another one is given.
    public init(source: RefName, destination: RefName? = nil) {
        self.source = .reference(source)
        self.destination = destination ?? source
        self.expected = nil
    }

    private init(deletionOf destination: RefName, expecting expected: ObjectID?) {
        self.source = nil
        self.destination = destination
        self.expected = expected
    }

    /// Deletes a ref at the remote.
    /// - Parameter expected: what it must hold there; where it holds something else, or is not there, the deletion is
    ///   rejected as ``RejectionReason/changed``. With `nil` it is deleted whatever it holds, and none need be there.
    public static func deletion(of reference: RefName, expecting expected: ObjectID? = nil) -> RefUpdate {
        RefUpdate(deletionOf: reference, expecting: expected)
    }

    /// Whether the ref is deleted.
    public var isDeletion: Bool { source == nil }

    /// What a ref is set to.
    public enum Source: Hashable, Sendable {
        /// An object of the local repository.
        case object(ObjectID)
        /// What a local ref holds when the push starts.
        case reference(RefName)
    }
}

/// What became of one ref of a push.
public struct RefResult: Hashable, Sendable {
    /// The ref at the remote.
    public let reference: RefName
    /// What became of it.
    public let status: Status

    /// Creates a result.
    public init(reference: RefName, status: Status) {
        self.reference = reference
        self.status = status
    }

    /// What can become of a ref.
    public enum Status: Hashable, Sendable {
        /// It did not exist and does now.
        case created
        /// It follows the ref it held before.
        case updated
        /// It is gone.
        case deleted
        /// It held the same id before.
        case upToDate
        /// It was not changed.
        case rejected(RejectionReason)
    }
}
