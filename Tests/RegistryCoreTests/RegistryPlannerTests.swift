import GitTypes
import Testing

@testable import RegistryCore

@Suite struct RegistryPlannerTests {
    private func planner(_ tags: String, stages: [String]? = nil) throws -> RegistryPlanner {
        let fixture = TagFixture(tags)
        var configuration = RegistryConfiguration(file: ".gto")
        configuration.allowedStages = try stages.map { try $0.map { try StageName($0) } }
        return RegistryPlanner(
            state: fixture.state, tagNames: TagNames(fixture.records.map(\.ref)), configuration: configuration)
    }

    /// What a registration of `churn` at a commit becomes: a tag's name, or the code of the refusal.
    private func registration(
        _ tags: String, at commit: String, _ request: VersionRequest = .next, form: TagForm = .auto,
        isForced: Bool = false, allowsSharedCommit: Bool = false
    ) throws -> String {
        let planner = try planner(tags)
        do throws(RegistryError) {
            return try planner.register(
                try ArtifactName("churn"), at: TagFixture.commit(commit), version: request, form: form,
                isForced: isForced, allowsSharedCommit: allowsSharedCommit
            ).tag.name.description
        } catch {
            return error.code.rawValue
        }
    }

    @Test(arguments: [
        ("", "a", VersionRequest.next, "churn@v0.0.1"),
        ("", "a", .bump(.major), "invalid-arguments"),
        ("10 churn@v1.2.3 a", "b", .next, "churn@v1.2.4"),
        ("10 churn@v1.2.3 a", "b", .bump(.minor), "churn@v1.3.0"),
        ("10 churn@v1.2.3 a", "b", .bump(.major), "churn@v2.0.0"),
        ("10 churn@v1.0.0-rc.1 a", "b", .next, "churn@v1.0.1"),
        ("10 churn@v1.2.3 a", "a", .next, "commit-has-version"),
        // A younger, smaller version does not pull the number back.
        ("10 churn@v2.0.0 a\n20 churn@v1.0.0 b", "c", .next, "churn@v2.0.1"),
        // A number that was taken back is never given out again.
        ("10 churn@v0.0.1 a\n20 churn@v0.0.1! a", "b", .next, "churn@v0.0.2"),
        ("10 churn@v1.0.0 a\n11 churn@v1.0.1 b\n20 churn@v1.0.1! b", "c", .next, "churn@v1.0.2"),
        ("10 churn@v1.0.0 a\n11 churn@v3.0.0 b\n20 churn@v3.0.0! b", "c", .next, "churn@v1.0.1"),
        // The same commit is registered again under a counter.
        ("10 churn@v1.0.0 a\n20 churn@v1.0.0! a", "a", .next, "churn@v1.0.0#1"),
        // With nothing active left a bump counts on from the greatest version that there ever was.
        ("10 churn@v1.2.0 a\n20 churn@v1.2.0! a", "b", .bump(.major), "churn@v2.0.0"),
        // A number that no other tool could read is not counted on from.
        ("10 churn@v999999999999999999999999999999.0.0 a", "b", .next, "invalid-version"),
        ("10 churn@v0.0.999999999999999999 a", "b", .next, "invalid-version"),
        // An assignment alone is no version.
        ("10 churn#dev#1 a", "a", .next, "churn@v0.0.1"),
    ])
    func `a registration takes the next version`(
        tags: String, commit: String, request: VersionRequest, expected: String
    ) throws {
        #expect(try registration(tags, at: commit, request) == expected)
    }

    @Test func `a registration under a given version`() throws {
        let one = "10 churn@v1.0.0 a"
        let version = VersionRequest.exactly(try SemanticVersion("v1.0.0"))
        let other = VersionRequest.exactly(try SemanticVersion("v2.0.0-rc.1"))
        #expect(try registration(one, at: "b", other) == "churn@v2.0.0-rc.1")
        #expect(try registration(one, at: "b", version) == "version-exists")
        #expect(try registration(one, at: "b", version, isForced: true) == "version-exists")
        #expect(try registration(one, at: "a", version) == "version-exists")
        #expect(try registration(one, at: "a", other) == "commit-has-version")
        #expect(try registration(one, at: "a", other, allowsSharedCommit: true) == "churn@v2.0.0-rc.1")
        #expect(try registration(one + "\n20 churn@v1.0.0! a", at: "b", version) == "version-exists")
        #expect(try registration(one + "\n20 churn@v1.0.0! a", at: "a", other) == "commit-has-version")
        #expect(try registration(one, at: "a", .next, isForced: true) == "churn@v1.0.0#1")
        #expect(try registration(one, at: "b", other, form: .counted) == "churn@v2.0.0-rc.1#1")
    }

    @Test func `a message says who has the version`() throws {
        let planner = try planner("10 churn@v1.0.0 a")
        let error = #expect(throws: RegistryError.self) {
            try planner.register(
                try ArtifactName("churn"), at: TagFixture.commit("b"),
                version: .exactly(try SemanticVersion("v1.0.0")))
        }
        #expect(
            error?.message == "churn v1.0.0 is already registered (tag churn@v1.0.0, 1970-01-01, Ana Ruiz)")
        #expect(error?.hints == ["git model register churn --bump-patch"])
    }

    /// What an assignment of `churn` to `prod` becomes.
    private func assignment(
        _ tags: String, _ target: AssignmentTarget, isForced: Bool = false, stages: [String]? = nil
    ) throws -> String {
        let planner = try planner(tags, stages: stages)
        do throws(RegistryError) {
            return try planner.assign(
                try ArtifactName("churn"), to: try StageName("prod"), target, isForced: isForced
            ).creations.map { "\($0.tag.name)" }.joined(separator: " ")
        } catch {
            return error.code.rawValue
        }
    }

    @Test func `an assignment finds or makes its version`() throws {
        let one = "10 churn@v1.0.0 a"
        let (a, b) = (TagFixture.commit("a"), TagFixture.commit("b"))
        let v1 = AssignmentTarget.version(try Selector("churn@v1.0.0"))
        let v2 = try SemanticVersion("v2.0.0")
        #expect(try assignment(one, v1) == "churn#prod#1")
        #expect(try assignment(one, .version(try Selector("churn@latest"))) == "churn#prod#1")
        #expect(try assignment(one, .version(try Selector("churn@v9.0.0"))) == "version-not-found")
        #expect(try assignment("", v1) == "artifact-not-found")
        #expect(try assignment(one, .commit(a, name: nil)) == "churn#prod#1")
        #expect(try assignment(one, .commit(a, name: v2)) == "commit-has-version")
        #expect(try assignment(one, .commit(b, name: nil)) == "churn@v1.0.1 churn#prod#1")
        #expect(try assignment(one, .commit(b, name: v2)) == "churn@v2.0.0 churn#prod#1")
        #expect(try assignment("", .commit(a, name: nil)) == "churn@v0.0.1 churn#prod#1")
        #expect(try assignment(one, .unregistered(b)) == "churn#prod#1")
        #expect(try assignment(one, v1, stages: ["dev"]) == "stage-not-allowed")
        #expect(try assignment(one, v1, stages: []) == "stage-not-allowed")
        #expect(try assignment(one, v1, stages: ["dev", "prod"]) == "churn#prod#1")
    }

    @Test func `an assignment that changes nothing is refused unless forced`() throws {
        let assigned = "10 churn@v1.0.0 a\n20 churn#prod#1 a"
        let v1 = AssignmentTarget.version(try Selector("churn@v1.0.0"))
        #expect(try assignment(assigned, v1) == "already-in-stage")
        #expect(try assignment(assigned, v1, isForced: true) == "churn#prod#2")
        #expect(try assignment(assigned + "\n30 churn#prod!#2 a", v1) == "churn#prod#3")
        #expect(try assignment("10 churn#prod#1 a", .unregistered(TagFixture.commit("a"))) == "already-in-stage")
    }

    @Test func `a deregistered version is assigned by force only`() throws {
        let gone = "10 churn@v1.0.0 a\n20 churn@v1.0.0! a"
        let v1 = AssignmentTarget.version(try Selector("churn@v1.0.0"))
        #expect(try assignment(gone, v1) == "version-inactive")
        #expect(try assignment(gone, v1, isForced: true) == "churn#prod#1")
    }

    /// What a deprecation of `churn` becomes.
    private func deprecation(
        _ tags: String, _ target: DeprecationTarget, form: TagForm = .auto, isForced: Bool = false,
        deletes: Bool = false
    ) throws -> String {
        let planner = try planner(tags)
        do throws(RegistryError) {
            let plan = try planner.deprecate(
                try ArtifactName("churn"), target, form: form, isForced: isForced, deletesTags: deletes,
                head: TagFixture.commit("h"))
            return (plan.creations.map { "\($0.tag.name)" } + plan.deletions.map { "-\($0)" }).joined(separator: " ")
        } catch {
            return error.code.rawValue
        }
    }

    @Test func `an artifact is deprecated once, and again after it revived`() throws {
        let one = "10 churn@v1.0.0 a"
        let all = DeprecationTarget.artifact(at: nil)
        #expect(try deprecation(one, all) == "churn@deprecated")
        #expect(try deprecation(one, all, form: .counted) == "churn@deprecated#1")
        #expect(try deprecation(one + "\n20 churn@deprecated a", all) == "already-inactive")
        #expect(try deprecation(one + "\n20 churn@deprecated a", all, isForced: true) == "churn@deprecated#1")
        #expect(try deprecation(one + "\n20 churn@deprecated a\n30 churn#dev#1 a", all) == "churn@deprecated#2")
        #expect(try deprecation("", all) == "artifact-not-found")
        #expect(try deprecation("", all, isForced: true) == "churn@deprecated#1")
        #expect(try deprecation(one, all, form: .simple, isForced: true) == "invalid-arguments")
        #expect(try deprecation(one + "\n20 churn#dev#1 a", all, deletes: true) == "-churn@v1.0.0 -churn#dev#1")
    }

    @Test func `a version is taken back once`() throws {
        let one = "10 churn@v1.0.0 a"
        let target = DeprecationTarget.version(try SemanticVersion("v1.0.0"))
        #expect(try deprecation(one, target) == "churn@v1.0.0!")
        #expect(try deprecation(one + "\n20 churn@v1.0.0! a", target) == "already-inactive")
        #expect(try deprecation(one + "\n20 churn@v1.0.0! a", target, isForced: true) == "churn@v1.0.0!#1")
        #expect(try deprecation(one, .version(try SemanticVersion("v2.0.0"))) == "version-not-found")
        #expect(
            try deprecation(one + "\n20 churn#dev#1 a\n30 churn#dev!#2 a", target, deletes: true)
                == "-churn@v1.0.0 -churn#dev#1 -churn#dev!#2")
    }

    @Test func `a stage is taken from a version that has it`() throws {
        let assigned = "10 churn@v1.0.0 a\n20 churn#prod#1 a"
        let prod = try StageName("prod")
        let name = DeprecationTarget.VersionSelection.name(try SemanticVersion("v1.0.0"))
        #expect(try deprecation(assigned, .stage(prod, of: name)) == "churn#prod!#2")
        #expect(try deprecation(assigned, .stage(prod, of: .holder)) == "churn#prod!#2")
        #expect(try deprecation(assigned, .stage(prod, of: .commit(TagFixture.commit("a")))) == "churn#prod!#2")
        #expect(try deprecation(assigned, .stage(try StageName("dev"), of: name)) == "stage-empty")
        #expect(try deprecation(assigned, .stage(try StageName("dev"), of: name), isForced: true) == "churn#dev!#2")
        #expect(try deprecation(assigned, .stage(prod, of: name), deletes: true) == "-churn#prod#1")
        // As GTO has it, taking a stage away twice is accepted.
        #expect(try deprecation(assigned + "\n30 churn#prod!#2 a", .stage(prod, of: name)) == "churn#prod!#3")
        #expect(try deprecation(assigned + "\n30 churn#prod!#2 a", .stage(prod, of: .holder)) == "stage-empty")
    }

    @Test func `messages are GTO's`() throws {
        let planner = try planner("10 churn@v1.0.0 a\n11 churn#dev#1 b")
        let churn = try ArtifactName("churn")
        let prod = try StageName("prod")
        let version = try SemanticVersion("v1.0.0")
        let sha = TagFixture.commit("b").description
        #expect(
            try planner.register(churn, at: TagFixture.commit("c")).subject
                == "Registering artifact churn version v1.0.1")
        #expect(
            try planner.assign(churn, to: prod, .version(Selector("churn"))).creations[0].subject
                == "Assigning stage prod to artifact churn version v1.0.0")
        #expect(
            try planner.assign(churn, to: prod, .unregistered(TagFixture.commit("b"))).creations[0].subject
                == "Assigning stage prod to artifact churn version \(sha)")
        func deprecation(_ target: DeprecationTarget) throws -> PlannedTag {
            try planner.deprecate(churn, target, head: nil).creations[0]
        }
        #expect(
            try deprecation(.version(version)).subject == "Deregistering artifact churn version v1.0.0")
        #expect(
            try deprecation(.stage(try StageName("dev"), of: .commit(TagFixture.commit("b")))).subject
                == "Unassigning stage 'dev' to artifact 'churn' version '\(sha)'")
        #expect(try deprecation(.artifact(at: nil)).subject == "Deprecating artifact 'churn'")
        #expect(
            try deprecation(.version(version)).announcement
                == "Created git tag 'churn@v1.0.0!' that deregisters version")
    }
}
