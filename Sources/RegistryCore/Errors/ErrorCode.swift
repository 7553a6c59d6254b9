/// What went wrong, as a stable word that a script can test. Every code of the product is in this file.
///
/// Codes may be added, never renamed; each belongs to one exit status.
public enum ErrorCode: String, CaseIterable, Hashable, Sendable {
    // Exit 1: the environment, the disk, the network, the repository itself.
    /// No Git repository where one was named.
    case notARepository = "not-a-repository"
    /// The repository uses a format that libgit2 cannot read: SHA-256, reftable, another extension.
    case unsupportedRepository = "unsupported-repository"
    /// The repository belongs to another user and is not listed in `safe.directory`.
    case dubiousOwnership = "dubious-ownership"
    /// A ref, an object or `packed-refs` is damaged or missing.
    case damagedRepository = "damaged-repository"
    /// `user.name` and `user.email` are not known.
    case identityUnknown = "identity-unknown"
    /// A file could not be read or written.
    case inputOutput = "input-output"
    /// The `git` program failed for a reason that has no code of its own.
    case gitFailed = "git-failed"
    /// The remote could not be reached or did not answer in time.
    case remoteUnreachable = "remote-unreachable"
    /// The connection broke while a push was under way: it may or may not have arrived.
    case outcomeUnknown = "outcome-unknown"
    /// The remote cannot take several refs all or none.
    case atomicUnsupported = "atomic-unsupported"
    /// Signing a tag failed.
    case signingFailed = "signing-failed"
    /// What was asked for is planned, and not in this release.
    case notSupportedYet = "not-supported-yet"
    /// A program or a library that is needed is not installed.
    case programMissing = "program-missing"
    /// The bytes of an artifact stopped coming, or the server that has them failed.
    case transferFailed = "transfer-failed"
    /// The store asks for credentials and none were found.
    case credentialsMissing = "credentials-missing"
    /// The store does not let these credentials read.
    case accessDenied = "access-denied"
    /// Nothing says in which store the bytes are, or the store's settings are wrong.
    case storeNotConfigured = "store-not-configured"

    // Exit 2: not found.
    /// No such artifact.
    case artifactNotFound = "artifact-not-found"
    /// No such version of the artifact.
    case versionNotFound = "version-not-found"
    /// No version is in the stage.
    case stageEmpty = "stage-empty"
    /// A revision names no commit of the repository.
    case revisionNotFound = "revision-not-found"
    /// A ref names no registry tag.
    case notARegistryTag = "not-a-registry-tag"
    /// A tag is lightweight, so it carries no event.
    case lightweightTag = "lightweight-tag"
    /// A file or folder is not in the commit.
    case pathNotFound = "path-not-found"
    /// The artifact is not described at the commit.
    case annotationNotFound = "annotation-not-found"
    /// No hook of that name, or no event of that id in the log.
    case hookNotFound = "hook-not-found"
    /// The store does not have the bytes.
    case objectNotFound = "object-not-found"

    // Exit 3: conflict.
    /// The version is registered already.
    case versionExists = "version-exists"
    /// The commit carries another version of the artifact already.
    case commitHasVersion = "commit-has-version"
    /// The version is in the stage already.
    case alreadyInStage = "already-in-stage"
    /// The artifact, version or stage is deprecated, deregistered or unassigned already.
    case alreadyInactive = "already-inactive"
    /// A tag of that name exists.
    case tagExists = "tag-exists"
    /// Another ref stands in the way: `m` blocks `m/x@v1.0.0`.
    case refBlocked = "ref-blocked"
    /// A ref is locked by another process.
    case refLocked = "ref-locked"
    /// Another process does the same already, and one is enough.
    case alreadyRunning = "already-running"
    /// Something else stands where a file should go.
    case targetExists = "target-exists"
    /// A version is registered on several commits.
    case ambiguousVersion = "ambiguous-version"

    // Exit 4: refused by policy, by a hook, or because it is not safe.
    /// The version is inactive: deregistered, or its artifact deprecated.
    case versionInactive = "version-inactive"
    /// The stage is not among the allowed ones.
    case stageNotAllowed = "stage-not-allowed"
    /// The type is not among the allowed ones.
    case typeNotAllowed = "type-not-allowed"
    /// The remote refused the push.
    case pushRefused = "push-refused"
    /// A setting of the repository's own configuration names a program that `git` would run.
    case configurationNotTrusted = "configuration-not-trusted"
    /// A hook failed or ran too long.
    case hookFailed = "hook-failed"
    /// A push is being checked, so nothing may be written yet.
    case insideHook = "inside-hook"
    /// Nobody here allowed a hook to run as it is now.
    case hooksNotTrusted = "hooks-not-trusted"
    /// A hook tried to start hooks.
    case nestedHook = "nested-hook"
    /// A path leads outside the folder it belongs in.
    case unsafePath = "unsafe-path"
    /// An address leads where nothing is fetched from: another scheme, a private network, the local disk.
    case addressRefused = "address-refused"

    // Exit 5: verification.
    /// The bytes are not the ones that were registered.
    case digestMismatch = "digest-mismatch"
    /// Nothing says what the bytes must be.
    case digestUnknown = "digest-unknown"
    /// The remote has a tag of that name with another id.
    case tagMoved = "tag-moved"
    /// The repository has odd tags (`doctor`).
    case findings = "findings"

    // Exit 64: usage.
    /// The name of an artifact, stage, type or label is malformed.
    case invalidName = "invalid-name"
    /// A version is malformed.
    case invalidVersion = "invalid-version"
    /// A revision, ref or remote is malformed.
    case invalidRevision = "invalid-revision"
    /// A selector is malformed.
    case invalidSelector = "invalid-selector"
    /// Options that exclude each other, or one that is missing.
    case invalidArguments = "invalid-arguments"
    /// A configuration or metadata file is malformed.
    case invalidFile = "invalid-file"
    /// A message or a value is longer than what is accepted.
    case tooLarge = "too-large"

    // Exit 70.
    /// A fault of this program.
    case internalFault = "internal-fault"

    /// The status that the process ends with.
    public var exitStatus: Int32 {
        switch self {
        case .notARepository, .unsupportedRepository, .dubiousOwnership, .damagedRepository, .identityUnknown,
            .inputOutput, .gitFailed, .remoteUnreachable, .outcomeUnknown, .atomicUnsupported, .signingFailed,
            .notSupportedYet, .programMissing, .transferFailed, .credentialsMissing, .accessDenied, .storeNotConfigured:
            1
        case .artifactNotFound, .versionNotFound, .stageEmpty, .revisionNotFound, .notARegistryTag, .lightweightTag,
            .pathNotFound, .annotationNotFound, .hookNotFound, .objectNotFound:
            2
        case .versionExists, .commitHasVersion, .alreadyInStage, .alreadyInactive, .tagExists, .refBlocked,
            .refLocked, .alreadyRunning, .targetExists, .ambiguousVersion:
            3
        case .versionInactive, .stageNotAllowed, .typeNotAllowed, .pushRefused, .hookFailed, .insideHook,
            .configurationNotTrusted, .hooksNotTrusted, .nestedHook, .unsafePath, .addressRefused:
            4
        case .digestMismatch, .digestUnknown, .tagMoved, .findings: 5
        case .invalidName, .invalidVersion, .invalidRevision, .invalidSelector, .invalidArguments, .invalidFile,
            .tooLarge:
            64
        case .internalFault: 70
        }
    }
}
