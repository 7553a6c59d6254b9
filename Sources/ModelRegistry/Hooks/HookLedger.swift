import GitTypes
import Glibc
import RegistryCore
import RegistryFiles

/// What hooks did: a file for each event, written whole before a hook starts and when it ended.
struct HookLedger {
    let folder: String

    /// The most bytes of a record: 4 KiB of output, escaped, for some hundred hooks.
    private static let recordLimit = 4 << 20

    /// The record of an event; `nil` where there is none, or none that can be read.
    func record(of event: ObjectID) throws(RegistryError) -> EventRecord? {
        let path = path(of: event)
        guard let bytes = try RegistrySession.readFile(path, limit: Self.recordLimit, shown: path) else { return nil }
        guard let json = try? JSONDocument.parse(bytes, limits: .response, file: path) else { return nil }
        return EventRecord(json).flatMap { $0.id == event ? $0 : nil }
    }

    /// Keeps a record. When this returns, it is on the disk.
    func write(_ record: EventRecord) throws(RegistryError) {
        let path = path(of: record.id)
        try RegistrySession.replaceFile(path, Array((record.json.text() + "\n").utf8), shown: path)
    }

    /// The records that were written last, newest first, as far as they are wanted.
    func newest(
        _ count: Int, where isWanted: (EventRecord) -> Bool = { _ in true }
    ) throws(RegistryError) -> [EventRecord] {
        let found = ids().map { id -> (id: ObjectID, seconds: Int, nanoseconds: Int) in
            var status = stat()
            stat(path(of: id), &status)
            return (id, status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        }
        var records: [EventRecord] = []
        for (id, _, _) in found.sorted(by: { ($0.seconds, $0.nanoseconds) > ($1.seconds, $1.nanoseconds) }) {
            if records.count == count { break }
            if let record = try record(of: id), isWanted(record) { records.append(record) }
        }
        return records
    }

    /// The events of which a hook was started and did not end.
    func cutShort() throws(RegistryError) -> [ObjectID] {
        var found: [ObjectID] = []
        for id in ids() {
            let hooks = try record(of: id)?.hooks ?? []
            if hooks.contains(where: { $0.state == .running || $0.state == .interrupted }) { found.append(id) }
        }
        return found
    }

    /// The events whose ids start with these digits.
    func events(startingWith digits: String) -> [ObjectID] {
        ids().filter { $0.description.hasPrefix(digits.lowercased()) }
    }

    private func ids() -> [ObjectID] {
        LocalFolder.names(in: folder).compactMap { name in
            name.hasSuffix(".json") ? ObjectID(name.dropLast(5)) : nil
        }
    }

    private func path(of event: ObjectID) -> String { "\(folder)/\(event).json" }
}
