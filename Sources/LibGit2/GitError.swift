import CLibGit2
import Glibc
public import GitTypes

/// A failure of libgit2, or of what this module reads beside it.
public struct GitError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as a caller can act on it.
    public let kind: Kind
    /// What was being done, as a clause: "create refs/tags/churn@v1.0.0".
    public let operation: String
    /// libgit2's own text, or ours; it may hold names from the repository and is not escaped.
    public let message: String
    /// libgit2's return code; zero where the failure was found without it.
    public let code: Int32

    /// The kinds of failure.
    public enum Kind: Hashable, Sendable {
        /// No repository at the path or above it.
        case notARepository(path: String)
        /// The repository is of a format that libgit2 cannot read: `extensions.objectformat`,
        /// `core.repositoryformatversion`; and the value that it has, where that matters.
        case unsupportedExtension(name: String, value: String? = nil)
        /// The repository belongs to another user and `safe.directory` does not list it.
        case dubiousOwnership(path: String)
        /// A revision, ref or path that is not there.
        case notFound(String)
        /// A short id that several objects start with.
        case ambiguous(String)
        /// The ref that was to be created is there.
        case exists(RefName)
        /// The ref that was to be deleted has another value by now.
        case changed(RefName)
        /// A ref stands where a folder is needed, or the reverse: `m` and `m/x@v1`.
        case refBlocked(by: RefName?)
        /// Another process holds the lock file at this path, or left it behind; `age` in seconds since it was made.
        case locked(path: String, age: Int?)
        /// The object is not in the repository, as in a partial or shallow clone.
        case objectMissing(ObjectID)
        /// A file, ref or object that cannot be read as what it is: `packed-refs`, `refs/tags/m`, `object 8a1e…`.
        case damaged(what: String)
        /// The repository cannot be written: the operating system's words.
        case readOnly(String)
        /// A file could not be read or written: the operating system's words.
        case inputOutput(String)
        /// The object is larger than the caller's limit; its size in bytes.
        case tooLarge(size: Int)
        /// What was given breaks a rule: the rule.
        case invalid(String)
        /// The libgit2 that this program needs is not installed, or lacks a function: the versions that fit.
        case libraryMissing(version: String)
        /// Anything else.
        case other
    }

    /// Creates an error.
    public init(_ kind: Kind, operation: String, message: String, code: Int32 = 0) {
        self.kind = kind
        self.operation = operation
        self.message = message
        self.code = code
    }

    /// One sentence for a person, safe to print on a terminal.
    public var description: String {
        "cannot \(operation): \(message)".terminalSafe(limit: 1000)
    }

    /// The error of a system call that set `errno`.
    init(errno number: Int32, operation: String, path: String) {
        let text = String(cString: strerror(number))
        self.init(
            Self.isWriteProtection(text) ? .readOnly(text) : .inputOutput(text), operation: operation,
            message: "\(path): \(text)")
    }

    /// Copies libgit2's last error of this thread; nothing may run between the failed call and this.
    ///
    /// - Parameter subject: what the operation was about; it becomes the value of ``Kind/notFound(_:)`` and
    ///   ``Kind/ambiguous(_:)``.
    init(code: Int32, operation: String, subject: String) {
        let last = git_error_last()
        let message = last.map { String(cString: $0.pointee.message) } ?? "libgit2 returned \(code)"
        let errorClass = last.map { git_error_t(rawValue: UInt32($0.pointee.klass)) }
        self.init(
            Self.kind(code: code, errorClass: errorClass, message: message, subject: subject), operation: operation,
            message: message, code: code)
    }

    private static func kind(code: Int32, errorClass: git_error_t?, message: String, subject: String) -> Kind {
        switch git_error_code(code) {
        case GIT_ENOTFOUND:
            if let id = missingObject(message) { return .objectMissing(id) }
            return .notFound(subject)
        case GIT_EAMBIGUOUS: return .ambiguous(subject)
        case GIT_EINVALIDSPEC, GIT_EPEEL: return .invalid(message)
        case GIT_EMISMATCH: return .damaged(what: subject)
        default: break
        }
        switch errorClass {
        case GIT_ERROR_OS:
            // The class and the system's words are all that libgit2 keeps: it sets `errno` back to zero.
            let words = message.split(separator: ": ").last.map { String($0) } ?? message
            return isWriteProtection(words) ? .readOnly(words) : .inputOutput(words)
        case GIT_ERROR_ZLIB, GIT_ERROR_ODB, GIT_ERROR_OBJECT: return .damaged(what: subject)
        default: return .other
        }
    }

    /// The id in "object not found - no match for id (8a1e…)".
    private static func missingObject(_ message: String) -> ObjectID? {
        guard message.hasPrefix("object not found"), let open = message.lastIndex(of: "(") else { return nil }
        return ObjectID(message[message.index(after: open)...].prefix(2 * ObjectID.byteCount))
    }

    private static func isWriteProtection(_ words: String) -> Bool {
        [EROFS, EACCES, EPERM].contains { words == String(cString: strerror($0)) }
    }
}

/// Calls a function of libgit2 and throws what it reports.
///
/// The error text lives in the calling thread until the next call, so it is copied before anything else happens.
/// - Parameters:
///   - operation: the clause of ``GitError/operation``.
///   - subject: the thing it is about, where an error should name it.
/// - Throws: ``GitError`` where the function returns a negative number.
func call(_ operation: String, _ subject: String = "", _ body: () -> Int32) throws(GitError) {
    let code = body()
    if code < 0 { throw GitError(code: code, operation: operation, subject: subject) }
}

/// Calls a function of libgit2 that hands out an object through its first parameter.
/// - Throws: ``GitError`` where the function returns a negative number.
func make(
    _ operation: String, _ subject: String = "", _ body: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
) throws(GitError) -> OpaquePointer {
    var made: OpaquePointer?
    try call(operation, subject) { body(&made) }
    guard let made else { throw GitError(.other, operation: operation, message: "libgit2 returned nothing") }
    return made
}
