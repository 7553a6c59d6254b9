import GitTypes
import Glibc
import LibGit2
import RegistryCore

/// The file that says of each tag whether its event still waits for hooks: one line `WORD ID NAME` a fact, the last one of
/// a name counts.
///
/// A line is added by one `write`, so a reader never sees two mixed; a line that a crash cut short is passed over, and
/// its event looked up in the ledger.
struct HookJournal {
    let path: String
    let locks: KeyLocks

    /// What is known of a tag.
    enum Word: String {
        /// It was there before hooks were first asked about.
        case seen
        /// Its hooks ran, or none asked for it.
        case done
        /// A hook failed for good.
        case failed
        /// It was pushed, listed by a remote, or begun with, as this id, and its hooks are due.
        case listed
        /// It was deleted.
        case gone
        /// It was deleted at the remote while its hooks were due.
        case withdrawn
    }

    struct Entry {
        let word: Word
        let id: ObjectID
    }

    /// What waits, and what is not what it was.
    struct Pending {
        var tags: [TagReference] = []
        /// Tags that are another object than the one that was dealt with.
        var moved: [(tag: TagReference, known: ObjectID)] = []
    }

    var exists: Bool { access(path, F_OK) == 0 }

    /// Makes the journal, with all tags that there are as history; does nothing where there is one.
    /// - Parameter ledger: what it says was cut short is no history.
    /// - Returns: how many tags are history; `nil` where the journal was there.
    func begin(
        with tags: some Sequence<TagReference>, exceptCutShort ledger: HookLedger
    ) async throws(RegistryError) -> Int? {
        if exists { return nil }
        let lock = try await locks.take("journal")
        defer { withExtendedLifetime(lock) {} }
        if exists { return nil }
        let isCutShort = Set(try ledger.cutShort())
        let known = tags.filter { RegistryTag($0.name) != nil && !isCutShort.contains($0.id) }
        let lines = known.map { Self.line(.seen, $0) }.joined()
        try RegistrySession.replaceFile(path, Array(lines.utf8), shown: path)
        return known.count
    }

    /// Adds facts; before ``begin(with:)`` nothing is noted, since everything there will be history then.
    func note(_ word: Word, _ tags: [TagReference]) async throws(RegistryError) {
        guard exists, !tags.isEmpty else { return }
        let lock = try await locks.take("journal")
        defer { withExtendedLifetime(lock) {} }
        let file = open(path, O_RDWR | O_APPEND | O_CLOEXEC)
        guard file >= 0 else { throw failure() }
        defer { close(file) }
        var last: UInt8 = 0x0A
        let size = lseek(file, 0, SEEK_END)
        if size > 0 { _ = pread(file, &last, 1, size - 1) }
        let text = (last == 0x0A ? "" : "\n") + tags.map { Self.line(word, $0) }.joined()
        let bytes = Array(text.utf8)
        guard write(file, bytes, bytes.count) == bytes.count, fdatasync(file) == 0 else { throw failure() }
    }

    /// The tags that wait for hooks, in the order of their names.
    /// - Parameter includesHistory: also those that were there before hooks were first asked about.
    func pending(of tags: some Sequence<TagReference>, includesHistory: Bool = false) throws(RegistryError) -> Pending {
        let entries = try read()
        var pending = Pending()
        for tag in tags where RegistryTag(tag.name) != nil {
            guard let entry = entries[tag.name] else {
                pending.tags.append(tag)
                continue
            }
            switch entry.word {
            case _ where entry.id == tag.id:
                if entry.word == .listed || entry.word == .seen && includesHistory { pending.tags.append(tag) }
            case .gone, .withdrawn: pending.tags.append(tag)
            case .seen, .listed, .done, .failed: pending.moved.append((tag, entry.id))
            }
        }
        return pending
    }

    /// What is known, by name; nothing where there is no journal.
    func read() throws(RegistryError) -> [TagName: Entry] {
        // A line is at most 300 bytes long: this bounds it at over three million tags.
        guard let bytes = try RegistrySession.readFile(path, limit: 1 << 30, shown: path) else { return [:] }
        var entries: [TagName: Entry] = [:]
        entries.reserveCapacity(bytes.count / 70)
        bytes.withUnsafeBytes { bytes in
            var start = 0
            while let end = bytes[start...].firstIndex(of: 0x0A) {
                let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                start = end + 1
                guard let mark = line.firstIndex(of: 0x20), line.count > mark + 42,
                    let word = Word(rawValue: String(decoding: line[..<mark], as: UTF8.self)),
                    let id = ObjectID(hexadecimal: UnsafeRawBufferPointer(rebasing: line[(mark + 1)...(mark + 40)]))
                else { continue }
                entries[TagName(bytes: line[(mark + 42)...])] = Entry(word: word, id: id)
            }
        }
        return entries
    }

    private static func line(_ word: Word, _ tag: TagReference) -> String { "\(word.rawValue) \(tag.id) \(tag.name)\n" }

    private func failure() -> RegistryError {
        RegistryError(
            .inputOutput, "cannot write \(path): \(String(cString: strerror(errno)).lowercased())", subject: path,
            hints: ["check the permissions and the space of its folder"])
    }
}
