import GitTypes
import LibGit2
import RegistryCore

/// What a remote's new listing means: which tags are to be fetched, and which are reported instead.
///
/// An event is the tag object that a name had when it was first listed. A name that has another one later is never
/// followed: whoever may move a tag must not choose what is deployed.
struct TagComparison {
    /// The tags that are events, or history, and not here.
    private(set) var wanted: [TagReference] = []
    /// Of these, and of those that are here, the ones whose hooks are due from now on.
    private(set) var due: [TagReference] = []
    /// Refs of the cache that are in the way of one that is wanted.
    private(set) var outdated: [TagReference] = []
    /// Tags that came back as they were: nothing is due.
    private(set) var restored: [TagReference] = []
    /// Tags that are gone from the remote, with what they were known as.
    private(set) var gone: [TagReference] = []
    /// Tags whose hooks were due when they went.
    private(set) var withdrawn: [TagReference] = []
    /// Moved and deleted tags that were not told yet.
    private(set) var findings: [Finding] = []
    /// The listing as it is to be kept.
    private(set) var watched = WatchedTags()

    /// - Parameters:
    ///   - listed: the registry tags of the remote.
    ///   - before: what it listed last.
    ///   - journal: what is known of each tag.
    ///   - here: the tags of the repository here, or of the cache.
    ///   - mirror: the address of the remote where `here` is its cache, which nobody else keeps tags in.
    init(
        _ listed: [TagReference], before: WatchedTags, journal: [TagName: HookJournal.Entry],
        here: [TagName: ObjectID], mirror: GitURL?, remote: RemoteName, now: Timestamp
    ) {
        for tag in listed {
            let seen = before.tags[tag.name]
            watched.tags[tag.name] = seen?.id == tag.id ? seen : WatchedTags.Seen(id: tag.id, time: now)
            let entry = journal[tag.name]
            let isBack = entry?.word == .gone || entry?.word == .withdrawn
            let known = isBack && entry?.id != tag.id ? nil : entry?.id
            if let old = seen?.id ?? known, old != tag.id {
                findings.append(.moved(tag, from: old, since: seen?.time, mirror, remote))
            }
            if let known, known != tag.id { continue }
            if isBack, known != nil {
                if entry?.word == .withdrawn { due.append(tag) } else { restored.append(tag) }
            }
            let present = here[tag.name]
            if let present, present != tag.id {
                if mirror == nil {
                    // A name of our own that the remote uses otherwise; ours is left alone.
                    if seen == nil, known == nil {
                        findings.append(.moved(tag, from: present, since: nil, mirror, remote))
                    }
                    continue
                }
                outdated.append(TagReference(name: tag.name, id: present))
            }
            if known == nil { due.append(tag) }
            if present != tag.id { wanted.append(tag) }
        }
        for (name, seen) in before.tags where watched.tags[name] == nil {
            findings.append(.withdrawn(name, seen.id, mirror))
            guard let entry = journal[name], entry.word != .gone, entry.word != .withdrawn else { continue }
            let tag = TagReference(name: name, id: entry.id)
            if entry.word == .listed { withdrawn.append(tag) } else { gone.append(tag) }
        }
        findings.sort { $0.subject < $1.subject }
    }
}

extension Finding {
    fileprivate static func moved(
        _ tag: TagReference, from old: ObjectID, since: Timestamp?, _ mirror: GitURL?, _ remote: RemoteName
    ) -> Finding {
        let time = since.map { ", first seen \($0.tableText)" } ?? ""
        let ref = RefName(tag.name).description
        let advice =
            mirror.map { "git model trigger \(tag.name.shellQuoted) -r \($0.description.shellQuoted)" }
            ?? "git fetch \(remote) \("+\(ref):\(ref)".shellQuoted) && git model trigger \(tag.name.shellQuoted)"
        return Finding(
            .movedTag, subject: tag.name.description,
            message: "tag \(tag.name) was \(old)\(time), and is \(tag.id) at the remote now; it is not followed",
            hint: "if that is meant: \(advice)")
    }

    fileprivate static func withdrawn(_ name: TagName, _ id: ObjectID, _ mirror: GitURL?) -> Finding {
        Finding(
            .withdrawnTag, subject: name.description,
            message: "tag \(name), which was \(id), was deleted at the remote"
                + (mirror == nil ? "; it is kept here" : ""))
    }
}
