import GitTypes
import TestSupport
import Testing

@testable import RegistryCore

/// Artifacts that are folded one by one make the registry that all tags make at once; and the few tags that tell what
/// holds now tell the same as all.
@Suite struct ArtifactFoldTests {
    @Test func `artifacts folded alone make the same state`() throws {
        var random = SeededGenerator(seed: SeededGenerator.seed)
        var findings = 0
        for round in 0..<500 {
            let records = Self.records(&random)
            let whole = RegistryState(records)
            let groups = Dictionary(grouping: records, by: \.tag.artifact).values
            let parts = RegistryState(groups.compactMap { ArtifactFold($0.shuffled(using: &random)) })
            let place = "round \(round), seed \(SeededGenerator.seed)"
            #expect(parts.artifacts == whole.artifacts, "\(place)")
            #expect(parts.findings == whole.findings, "\(place)")
            #expect(parts.history() == whole.history(), "\(place)")
            findings += whole.findings.count
        }
        // Else no round had versions that share a commit.
        #expect(findings > 100)
    }

    @Test func `few tags tell what holds now`() throws {
        var random = SeededGenerator(seed: SeededGenerator.seed)
        var (kept, all) = (0, 0)
        for round in 0..<1000 {
            let records = Self.records(&random, sharesCommits: round % 2 == 0)
            let whole = RegistryState(records)
            let groups = Dictionary(grouping: records, by: \.tag.artifact).values
            let current = groups.compactMap { records -> ArtifactFold? in
                guard let fold = ArtifactFold(records), let refs = fold.artifact.currentRefs else {
                    return ArtifactFold(records)
                }
                let few = records.filter { refs.contains($0.ref) }
                if round % 2 == 1 { (kept, all) = (kept + few.count, all + records.count) }
                return ArtifactFold(current: few, place: fold.place, findings: fold.findings)
            }
            let state = RegistryState(current)
            let place = "round \(round), seed \(SeededGenerator.seed)"
            #expect(state.findings == whole.findings, "\(place)")
            #expect(state.stagesInUse == whole.stagesInUse, "\(place)")
            #expect(state.artifacts.map(Self.summary) == whole.artifacts.map(Self.summary), "\(place)")
        }
        // Where each version has a commit of its own most tags can be left out.
        #expect(kept * 10 < all * 9, "\(kept) of \(all)")
    }

    @Test func `tags that are added go on from what held`() throws {
        var random = SeededGenerator(seed: SeededGenerator.seed)
        var (grown, all) = (0, 0)
        for round in 0..<4000 {
            let records = Self.records(&random, sharesCommits: round % 8 == 0).filter {
                $0.tag.artifact.description == "a"
            }
            // The newest tags, or any.
            let ordered =
                round % 2 == 0
                ? records.sorted { $0.object.time.seconds < $1.object.time.seconds } : records.shuffled(using: &random)
            let new = ordered.suffix(Int.random(in: 1...4, using: &random))
            let old = ordered.dropLast(new.count)
            guard let before = ArtifactFold(Array(old)), let after = ArtifactFold(records) else { continue }
            let known = (before, before.currentRecords(of: Array(old)))
            let current = ArtifactFold(current: known.1, place: before.place, findings: before.findings)
            let search = ArtifactGrowth.Search(for: Array(new))
            let related = old.filter { record in
                Array(record.ref.description.utf8.dropFirst()).withUnsafeBytes { search.finds($0, at: record.commit) }
            }
            all += 1
            guard
                let growth = ArtifactGrowth(
                    adding: Array(new), to: (try #require(current), known.1), related: Array(related))
            else { continue }
            grown += 1
            let place = "round \(round), seed \(SeededGenerator.seed)"
            let wanted = after.currentRecords(of: records)
            #expect(Set(growth.currentRecords.map(\.ref)) == Set(wanted.map(\.ref)), "\(place)")
            #expect(growth.fold.place == after.place, "\(place)")
            #expect(after.findings == [], "\(place)")
            let versions = after.artifact.versionsOfStageTags
            for record in new + related where record.tag.action.stage != nil {
                #expect(growth.version(ofStageTag: record.ref) == versions[record.ref], "\(place) \(record.ref)")
            }
        }
        // Else it always gave up.
        #expect(grown * 2 > all, "\(grown) of \(all)")
    }

    /// All that may be asked of an artifact whose history was left out.
    private static func summary(_ artifact: Artifact) -> [String] {
        let holders = artifact.stageHolders().map { stage, holders in
            let versions = holders.map { "\($0.version) \($0.commit) \($0.authoringEvent?.ref.description ?? "-")" }
            return "\(stage): \(versions)"
        }
        let latest = artifact.latestVersion
        return [
            artifact.name.description, "\(artifact.isActive)", "\(artifact.isRegistered)",
            "\(latest?.label.description ?? "-") \(latest?.commit.description ?? "-")",
            latest?.authoringEvent?.ref.description ?? "-", "\(artifact.stagesInUse.sorted())",
            "\(latest?.activeStages().map(\.stage) ?? [])",
        ] + holders
    }

    private static func records(_ random: inout SeededGenerator, sharesCommits: Bool = true) -> [TagRecord] {
        var fixture = TagFixture()
        for counter in 1...Int.random(in: 1...60, using: &random) {
            let artifact = ["a", "b", "d=c"].randomElement(using: &random) ?? "a"
            let number = Int.random(in: 0...7, using: &random)
            // One commit a version, or any.
            let commit = sharesCommits ? "p\(Int.random(in: 0...5, using: &random))" : "p\(number)"
            let stage = ["dev", "prod", "qa"].randomElement(using: &random) ?? "dev"
            let statements = ["@v1.0.\(number)", "@v1.0.\(number)!", "#\(stage)", "#\(stage)!", "#\(stage)"]
            let isDeprecation = Int.random(in: 0..<20, using: &random) == 0
            let statement = isDeprecation ? "@deprecated" : statements.randomElement(using: &random) ?? ""
            fixture.add(Int64.random(in: 1...20, using: &random), "\(artifact)\(statement)#\(counter)", commit)
        }
        return fixture.records
    }
}
