import GitTypes
import RegistryCore
import Testing

@Suite struct SemanticVersionTests {
    @Test(arguments: ["v1.0.0", "1.0.0", "v0.0.0", "v1.0.0-rc.1", "v1.0.0+build.5", "v10.20.30-a-b.1+c"])
    func `accepts semantic versions with and without the v`(text: String) throws {
        let version = try SemanticVersion(text)
        #expect(version.description == (text.hasPrefix("v") ? text : "v" + text))
    }

    @Test(arguments: [
        "", "v", "v1", "v1.0", "V1.0.0", "v01.0.0", "v1.0.0-", "v1.0.0+", "v1.0.0-01", "v1.0.0-a..b", "v1.0.0 ",
        "v1.0.0\n", "vv1.0.0", "v1.0.0-é", "v١.0.0", "-v1.0.0", "v1.0.0.0", "v-1.0.0",
        "v1234567890123456789.0.0",
    ])
    func `refuses anything else with the rule and exit status 64`(text: String) {
        let error = #expect(throws: RegistryError.self) { try SemanticVersion(text) }
        #expect(error?.code == .invalidVersion)
        #expect(error?.code.exitStatus == 64)
        #expect(error?.hints.isEmpty == false)
    }

    @Test func `orders versions by SemVer precedence`() throws {
        // The order of https://semver.org, section 11, and numbers too large for any integer.
        let ordered = [
            "v0.0.1", "v1.0.0-alpha", "v1.0.0-alpha.1", "v1.0.0-alpha.beta", "v1.0.0-beta", "v1.0.0-beta.2",
            "v1.0.0-beta.11", "v1.0.0-rc.1", "v1.0.0", "v1.0.1", "v1.2.0", "v1.10.0", "v2.0.0", "v10.0.0",
            "v999999999999999999.0.0",
        ]
        let versions = try ordered.map { try SemanticVersion($0) }
        let huge = try #require(RegistryTag(TagName(asRead: "x@v999999999999999999999999999999.0.0"))?.action.version)
        #expect(versions.allSatisfy { $0.precedes(huge) && !huge.precedes($0) })
        for (left, right) in zip(versions, versions.dropFirst()) {
            #expect(left.precedes(right), "\(left) < \(right)")
            #expect(!right.precedes(left), "\(right) > \(left)")
        }
    }

    @Test(arguments: [
        ("v1.2.3", SemanticVersion.Part.major, "v2.0.0"), ("v1.2.3", .minor, "v1.3.0"), ("v1.2.3", .patch, "v1.2.4"),
        ("v1.0.0-rc.1", .patch, "v1.0.1"), ("v1.0.0+a", .minor, "v1.1.0"), ("v9.9.9", .major, "v10.0.0"),
        ("v0.0.99", .patch, "v0.0.100"),
    ])
    func `bumps as GTO does`(version: String, part: SemanticVersion.Part, expected: String) throws {
        #expect(try SemanticVersion(version).bumped(part).description == expected)
    }
}
