import TestSupport
import Testing

@testable import LibGit2

/// What happens where libgit2 is not installed. It is looked for once, so the test has a process of its own.
@Suite struct LibraryMissingTests {
    @Test func `opening a repository says that libgit2 is missing`() async {
        await #expect(processExitsWith: .success) {
            whileNoFileOpens { _ = Library.version }
            #expect(Library.version == nil)
            let scratch = try Scratch()
            let folder = try scratch.repository()
            // The second time as well: what was found out is kept.
            for _ in 1...2 {
                let error = #expect(throws: GitError.self) { try Repository.open(at: folder) }
                #expect(error?.kind == .libraryMissing(version: Library.requiredVersion))
                let begin = "cannot load libgit2 \(Library.requiredVersion): libgit2.so.\(Library.requiredVersion): "
                #expect(error?.description.hasPrefix(begin) == true, "\(error?.description ?? "")")
            }
            #expect(throws: GitError.self) { try Repository.hash(of: [], kind: .blob) }
        }
    }
}
