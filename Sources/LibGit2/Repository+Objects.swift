import CLibGit2
public import GitTypes

extension Repository {
    /// Lends the content of an object.
    ///
    /// Replace refs are not followed: the bytes are those that the id names.
    /// - Parameters:
    ///   - id: the object.
    ///   - body: gets the kind and the bytes, which are gone when it returns.
    /// - Throws: ``GitError`` of kind ``GitError/Kind/objectMissing(_:)`` or ``GitError/Kind/damaged(what:)``, or what
    ///   `body` throws.
    public func withObject<Result>(
        _ id: ObjectID, _ body: (ObjectKind, UnsafeRawBufferPointer) throws(GitError) -> Result
    ) throws(GitError) -> Result {
        let operation = "read object \(id)"
        if isCutShort(id) {
            throw GitError(
                .damaged(what: "object \(id)"), operation: operation, message: "the file of object \(id) is cut short")
        }
        var name = id.libgit2
        let object: OpaquePointer
        do throws(GitError) {
            object = try make(operation, "object \(id)") { git_odb_read($0, objects, &name) }
        } catch {
            throw error.missing(id)
        }
        defer { git_odb_object_free(object) }
        guard let kind = ObjectKind(git_odb_object_type(object)) else { throw .unknownKind(of: id, operation) }
        let bytes = UnsafeRawBufferPointer(start: git_odb_object_data(object), count: git_odb_object_size(object))
        return try body(kind, bytes)
    }

    private func isCutShort(_ id: ObjectID) -> Bool {
        let byte = Int(id.firstByte)
        let loose = looseObjects[byte] ?? LooseObject.ids(startingWith: id.firstByte, in: objectDirectories)
        looseObjects[byte] = loose
        return loose.contains(id) && LooseObject.isCutShort(id, in: objectDirectories)
    }

    /// The kind and the size in bytes of an object, without its content.
    /// - Throws: ``GitError`` as ``withObject(_:_:)``.
    public func objectHeader(_ id: ObjectID) throws(GitError) -> (kind: ObjectKind, size: Int) {
        let operation = "read object \(id)"
        var name = id.libgit2
        var size = 0
        var type = GIT_OBJECT_INVALID
        do throws(GitError) {
            try call(operation, "object \(id)") { git_odb_read_header(&size, &type, objects, &name) }
        } catch {
            throw error.missing(id)
        }
        guard let kind = ObjectKind(type) else { throw .unknownKind(of: id, operation) }
        return (kind, size)
    }

    /// The content of a blob.
    /// - Parameter limit: the most bytes that are read.
    /// - Throws: ``GitError`` of kind ``GitError/Kind/tooLarge(size:)`` before anything is read, of kind
    ///   ``GitError/Kind/invalid(_:)`` where the object is no blob, or as ``withObject(_:_:)``.
    public func blob(_ id: ObjectID, limit: Int? = nil) throws(GitError) -> [UInt8] {
        if let limit {
            let size = try objectHeader(id).size
            if size > limit {
                throw GitError(
                    .tooLarge(size: size), operation: "read object \(id)", message: "\(size) bytes, more than \(limit)")
            }
        }
        return try withObject(id) { kind, bytes throws(GitError) in
            try expect(.blob, of: id, is: kind)
            return Array(bytes)
        }
    }

    /// The id that Git gives an object with this content; nothing is stored.
    /// - Throws: ``GitError`` where libgit2 cannot be started.
    public static func hash(of bytes: [UInt8], kind: ObjectKind = .blob) throws(GitError) -> ObjectID {
        try Library.start()
        var id = git_oid()
        try call("hash a \(kind.rawValue)") {
            bytes.withUnsafeBytes { git_odb_hash(&id, $0.baseAddress, $0.count, kind.type) }
        }
        return ObjectID(id)
    }

    /// Stores a tag object and returns its id. No ref is made: see ``createReference(_:_:logMessage:)``.
    ///
    /// What is stored is exactly ``GitTypes/TagObject/payload``, followed by the signature where there is one; libgit2's
    /// `git_tag_annotation_create` would add a newline to a message that has none, and GTO's have none.
    /// - Throws: ``GitError`` of kind ``GitError/Kind/objectMissing(_:)`` where the target is not there; of kind
    ///   ``GitError/Kind/invalid(_:)`` where the target is of another kind, or where a field would be read back as
    ///   something else or refused by `git fsck`: a line break in a name, an empty tagger, a time before 1970.
    public func write(_ tag: TagObject) throws(GitError) -> ObjectID {
        let operation = "store the tag object \(tag.name)"
        let bytes = tag.payload + (tag.signature ?? "").utf8
        if let rule = Self.brokenRule(of: tag, stored: bytes) {
            throw GitError(.invalid(rule), operation: operation, message: rule)
        }
        let target = try objectHeader(tag.target).kind
        if target.rawValue != tag.targetType {
            let rule = "\(tag.target) is a \(target.rawValue), not a \(tag.targetType)"
            throw GitError(.invalid(rule), operation: operation, message: rule)
        }
        var id = git_oid()
        try call(operation) {
            bytes.withUnsafeBytes { git_odb_write(&id, objects, $0.baseAddress, $0.count, GIT_OBJECT_TAG) }
        }
        looseObjects = Array(repeating: nil, count: 256)
        return ObjectID(id)
    }

    /// The rule that keeps a tag from being stored; `nil` where nothing does.
    private static func brokenRule(of tag: TagObject, stored bytes: [UInt8]) -> String? {
        if bytes.contains(0) { return "it holds a zero byte" }
        if tag.time.seconds < 0 { return "its time is before 1970" }
        if tag.tagger.email.contains(where: { "<>".contains($0) })
            || tag.tagger.name.contains(where: { "<>".contains($0) })
        {
            return "the tagger holds an angle bracket"
        }
        let read: TagObject
        do throws(TagObject.Defect) { read = try TagObject(parsing: bytes) } catch { return error.rawValue }
        let isSame =
            read.target == tag.target && read.targetType == tag.targetType && read.name == tag.name
            && read.tagger == tag.tagger && read.time == tag.time
        return isSame ? nil : "its header would be read as another one"
    }

    /// Throws where an object is not of the kind that is needed.
    func expect(_ wanted: ObjectKind, of id: ObjectID, is kind: ObjectKind) throws(GitError) {
        if kind == wanted { return }
        let rule = "\(id) is a \(kind.rawValue), not a \(wanted.rawValue)"
        throw GitError(.invalid(rule), operation: "read object \(id)", message: rule)
    }
}

extension GitError {
    /// The same error, naming the object that is not there where that is the reason.
    fileprivate func missing(_ id: ObjectID) -> GitError {
        guard code == GIT_ENOTFOUND.rawValue else { return self }
        return GitError(.objectMissing(id), operation: operation, message: message, code: code)
    }

    fileprivate static func unknownKind(of id: ObjectID, _ operation: String) -> GitError {
        GitError(.damaged(what: "object \(id)"), operation: operation, message: "object \(id) is of no known kind")
    }
}
