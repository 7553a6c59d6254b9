public import GitTypes

/// What is to be said of a tag's signature.
public struct SignatureReport: Hashable, Sendable {
    /// The verdict.
    public let verdict: Verdict
    /// What the signing program said, passwords replaced. It must be escaped when shown.
    public let text: String

    /// What a signature can turn out to be.
    public enum Verdict: String, Hashable, Sendable {
        /// Made by a key that the configuration trusts, of exactly these bytes.
        case good
        /// Made of these bytes by a key that nothing vouches for.
        case untrusted
        /// Good, but the key or the signature has expired.
        case expired
        /// Made by a key that has been withdrawn.
        case revoked
        /// Made of other bytes, or damaged.
        case bad
        /// The key is not here, so nothing can be said.
        case keyMissing = "key-missing"
        /// There is no signature.
        case unsigned
        /// The program that checks signatures failed or is not there.
        case checkerFailed = "checker-failed"
    }
}

extension GitCommand {
    /// Creates an annotated tag with a signature; the ref must not exist.
    ///
    /// `git tag -s` makes it, so `gpg.format`, `gpg.program` and `user.signingKey` are honoured. The signature that
    /// `tag` itself may have is left out.
    /// - Parameter key: the key as `git tag --local-user` takes it; the configured one where it is `nil`.
    /// - Returns: the id of the tag object.
    /// - Throws: ``GitCommandError`` of kind `signingFailed`, `exists`, `blocked` or `locked`.
    public func createSignedTag(_ tag: TagObject, key: String? = nil) async throws(GitCommandError) -> ObjectID {
        let reference = try checked(RefName(tag.name), operation: "tag")
        guard reference.tag?.description.hasPrefix("-") == false else {
            throw GitCommandError(
                .malformedValue, operation: "tag", message: "'\(tag.name)' is not a valid tag name: it starts with '-'")
        }
        let arguments = ["tag", key.map { "--local-user=\($0)" } ?? "--sign", "--cleanup=verbatim", "--file=-"]
        // A signature is only found at the start of a line.
        let message = tag.message.hasSuffix("\n") ? tag.message : tag.message + "\n"
        var invocation = Invocation(
            arguments + ["--", tag.name.description, tag.target.description], input: Array(message.utf8))
        invocation.variables = [
            "GIT_COMMITTER_NAME": tag.tagger.name, "GIT_COMMITTER_EMAIL": tag.tagger.email,
            "GIT_COMMITTER_DATE": "@\(tag.time.seconds) \(tag.time.gitOffset)",
        ]
        invocation.use = .signature
        invocation.settings = [Self.flushing]
        // Somebody may have to find a passphrase, or a key to touch.
        invocation.timeLimit = .seconds(600)
        let output = try await run(invocation)
        guard output.exitCode == 0 else {
            throw failure(of: invocation, output, kind: RefFailure.kind(in: output.errorText) ?? .signingFailed)
        }
        let id = try await idOfNewTag(reference)
        // Measured with git 2.39.5 and an SSH key file that is not there: status zero and a tag without a signature.
        guard try await readObjects([id], use: nil).first?.hasSignature(after: invocation.input) == true else {
            try await deleteReferences([(reference, id)])
            throw failure(of: invocation, output, kind: .signingFailed)
        }
        return id
    }

    /// Checks the signature of a tag object. The tag's name and its ref are not compared.
    /// - Throws: ``GitCommandError`` where git could not be run; a poor signature is no error.
    public func verifyTag(_ id: ObjectID) async throws(GitCommandError) -> SignatureReport {
        var invocation = Invocation(["verify-tag", "--raw", "--", id.description])
        invocation.use = .signature
        let output = try await run(invocation)
        return SignatureReport(reading: output.errorText, isSuccess: output.exitCode == 0)
    }

    private func idOfNewTag(_ reference: RefName) async throws(GitCommandError) -> ObjectID {
        let answer = try await run(["rev-parse", "--verify", "--end-of-options", reference.description])
        guard let id = answer.lines.first.flatMap({ ObjectID($0) }) else {
            throw GitCommandError(.failed, operation: "tag", message: "the new tag \(reference) cannot be read")
        }
        return id
    }
}

extension SignatureReport {
    /// Reads what `git verify-tag --raw` prints: GnuPG's status lines, or the words of `ssh-keygen`.
    init(reading text: String, isSuccess: Bool) {
        func has(_ phrases: String...) -> Bool { phrases.contains { text.contains($0) } }
        let verdict: Verdict
        if has("no signature found", "cannot verify a non-tag object") {
            verdict = .unsigned
        } else if has("[GNUPG:] BADSIG", "incorrect signature", "Signature verification failed") {
            verdict = .bad
        } else if has("[GNUPG:] REVKEYSIG", "is revoked") {
            verdict = .revoked
        } else if has("[GNUPG:] EXPKEYSIG", "[GNUPG:] EXPSIG") {
            verdict = .expired
        } else if has("[GNUPG:] NO_PUBKEY") {
            verdict = .keyMissing
        } else if has("No principal matched", "TRUST_UNDEFINED", "TRUST_NEVER", "allowedSignersFile needs to be") {
            verdict = .untrusted
        } else if isSuccess, has("[GNUPG:] GOODSIG", "Good \"git\" signature for ") {
            verdict = .good
        } else {
            verdict = .checkerFailed
        }
        self.init(verdict: verdict, text: text)
    }
}

extension GitObject {
    /// Whether a tag object's text is this message and then a signature.
    fileprivate func hasSignature(after message: [UInt8]) -> Bool {
        guard let body = bytes.firstRange(of: Array("\n\n".utf8)).map({ bytes[$0.upperBound...] }) else { return false }
        return body.starts(with: message) && body.dropFirst(message.count).starts(with: "-----BEGIN ".utf8)
    }
}
