import ModelRegistry
import TestSupport
import Testing

/// What the program says where libgit2 is not what it needs. `LD_LIBRARY_PATH` puts something else in its place.
@Suite struct LibraryMissingTests {
    @Test(arguments: [
        ("printf broken >", "file too short"),
        // Another library, which is whole.
        ("cp \"$(ldd \"$(command -v git)\" | awk '/libz/ { print $3 }')\"", "undefined symbol: git_libgit2_init"),
    ])
    func `says what is wrong with libgit2, and how to get it`(replace: String, reason: String) throws {
        let sandbox = Sandbox()
        try sandbox.makeRepository()
        let version = RuntimeVersions.requiredLibGit2
        try sandbox.succeed("mkdir lib && \(replace) lib/libgit2.so.\(version)")
        sandbox.environment["LD_LIBRARY_PATH"] = "\(sandbox.path)/lib"
        for command in ["show", "register churn", "doctor", "show -r file://\(sandbox.path)/repo"] {
            let outcome = try sandbox.model(command)
            #expect(outcome.status == 1 && outcome.output.isEmpty, "\(command): \(outcome)")
            #expect(outcome.errors.hasPrefix("error: cannot load libgit2 \(version): "), "\(command): \(outcome)")
            #expect(outcome.errors.contains(reason), "\(command): \(outcome)")
            #expect(outcome.errors.hasSuffix("\nhint: apt install libgit2-\(version)\n"), "\(command): \(outcome)")
        }
        // What needs no repository needs no libgit2.
        let outcome = try sandbox.model("--version")
        #expect(outcome.status == 0 && outcome.output.hasSuffix(" libgit2 \(version)\n"), "\(outcome)")
    }
}
