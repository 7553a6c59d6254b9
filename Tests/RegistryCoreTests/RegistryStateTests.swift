import GitTypes
import TestSupport
import Testing

@testable import RegistryCore

@Suite struct RegistryStateTests {
    /// The order in which tags were fetched, and how many times the state is computed, never shows.
    @Test(arguments: UInt64(1)...50)
    func `the state does not depend on the order of arrival`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var fixture = TagFixture()
        for counter in 1...40 {
            let artifact = ["a", "b", "d=c"].randomElement(using: &random) ?? "a"
            let commit = ["p", "q", "r", "s"].randomElement(using: &random) ?? "p"
            let version = "v1.0.\(Int.random(in: 0...3, using: &random))"
            let stage = ["dev", "prod"].randomElement(using: &random) ?? "dev"
            let tag =
                ["@\(version)", "@\(version)!", "#\(stage)", "#\(stage)!", "@deprecated"].randomElement(using: &random)
                ?? ""
            fixture.add(Int64.random(in: 1...20, using: &random), "\(artifact)\(tag)#\(counter)", commit)
        }
        let expected = Self.summary(fixture.state)
        for _ in 1...20 {
            let shuffled = RegistryState(fixture.records.shuffled(using: &random))
            #expect(Self.summary(shuffled) == expected, "seed \(seed)")
        }
    }

    private static func summary(_ state: RegistryState) -> String {
        let artifacts = state.artifacts.map { artifact in
            let holders = artifact.stageHolders(versionsPerStage: nil).map { stage, holders in
                "\(stage): \(holders.map(\.version.description))"
            }
            return
                "\(artifact.name) \(artifact.isActive) \(artifact.latestVersion?.label.description ?? "-") \(holders)"
        }
        let findings = state.findings.map(\.message)
        return (artifacts + state.history().map { "\($0.tag) \($0.version?.description ?? "-")" } + findings)
            .joined(separator: "\n")
    }

    @Test func `odd tags are named with the command that mends them`() {
        let state = TagFixture(
            """
            10 churn@v1.0.0 a
            20 churn@v2.0.0 a
            30 other@v1.0.0 a
            40 other@v1.0.0! b
            50 third@v1.0.0 a
            60 third@v1.0.0#1 b
            70 fourth@v1.0.0 a as fourth@v2.0.0
            """
        ).state
        let found = state.findings.map { "\($0.code.rawValue) \($0.subject)" }
        #expect(
            found.sorted() == [
                "renamed-tag fourth@v1.0.0", "shared-commit churn", "split-version third",
                "stray-deregistration other@v1.0.0!",
            ])
        #expect(state.findings.allSatisfy { $0.hint?.isEmpty == false })
    }

    @Test func `filters limit the stages of a version and the versions of a stage`() throws {
        let state = TagFixture(
            """
            10 churn@v1.0.0 a
            11 churn@v2.0.0 b
            20 churn#dev#1 a
            21 churn#prod#2 a
            22 churn#dev#3 b
            """
        ).state
        let churn = try #require(state.artifact(try ArtifactName("churn")))
        func text(_ holders: [(stage: StageName, holders: [VersionStage])]) -> [String] {
            holders.map { "\($0.stage)=\($0.holders.map(\.version.description).joined(separator: ","))" }.sorted()
        }
        #expect(text(churn.stageHolders()) == ["dev=v2.0.0", "prod=v1.0.0"])
        #expect(text(churn.stageHolders(versionsPerStage: nil)) == ["dev=v2.0.0,v1.0.0", "prod=v1.0.0"])
        #expect(text(churn.stageHolders(stagesPerVersion: 1, versionsPerStage: nil)) == ["dev=v2.0.0", "prod=v1.0.0"])
        #expect(text(churn.stageHolders(versionsPerStage: 0)) == ["dev=", "prod="])
    }

    @Test func `annotations of HEAD join the state`() throws {
        var state = TagFixture("10 churn@v1.0.0 a").state
        let head = TagFixture.commit("h")
        state.addAnnotations(
            [
                ArtifactAnnotation(name: try ArtifactName("churn"), file: "artifacts.yaml"),
                ArtifactAnnotation(name: try ArtifactName("segment"), file: "dvc.yaml"),
            ], at: head)
        let churn = try #require(state.artifact(try ArtifactName("churn")))
        let segment = try #require(state.artifact(try ArtifactName("segment")))
        #expect(churn.isRegistered && !segment.isRegistered)
        #expect(churn.versions.map(\.label.description) == ["v1.0.0", head.description])
        #expect(churn.latestVersion?.label.description == "v1.0.0")
        #expect(segment.versions.map(\.label.description) == [head.description])
        #expect(segment.isActive)
    }

    @Test func `selectors find versions, and say why not`() throws {
        let state = TagFixture(
            "10 churn@v1.0.0 a\n11 churn@v2.0.0 b\n20 churn#prod#1 a\n30 churn@v2.0.0! b\n40 old@v1.0.0 a\n50 old@deprecated a"
        ).state
        func find(_ text: String) -> String {
            do { return try state.version(of: Selector(text)).label.description } catch {
                return error.code.rawValue
            }
        }
        #expect(find("churn") == "v1.0.0")
        #expect(find("churn@latest") == "v1.0.0")
        #expect(find("churn#prod") == "v1.0.0")
        #expect(find("churn@v2.0.0") == "version-inactive")
        #expect(find("churn@v3.0.0") == "version-not-found")
        #expect(find("churn#dev") == "stage-empty")
        #expect(find("chrun") == "artifact-not-found")
        #expect(find("old@v1.0.0") == "version-inactive")
    }
}
