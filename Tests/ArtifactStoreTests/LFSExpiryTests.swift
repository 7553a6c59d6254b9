import Outbound
import RegistryFiles
import TestSupport
import Testing

@testable import ArtifactStore

/// Addresses that a Git LFS server gave out and that do not hold any more.
@Suite struct LFSExpiryTests {
    // One that waits for the question of another must let that one go on; the limit is for where it does not.
    @Test(.timeLimit(.minutes(1))) func `all files at once ask again`() async throws {
        let fixture = try FixtureServer()
        let pointers = (0..<32).map { number in
            let digits = String(number, radix: 16)
            return LFSPointer(sha256: String(repeating: "0", count: 64 - digits.utf8.count) + digits, size: 1)
        }
        let server = LFSServer(
            try OutboundURL(fixture.address("/lfs")), headers: [:],
            client: OutboundClient(policy: OutboundPolicy(userAgent: "test")), credentials: { _ in nil },
            objects: pointers)
        for _ in 0..<20 {
            try await withThrowingTaskGroup { group in
                for pointer in pointers {
                    group.addTask { _ = try await server.action(for: pointer, isAgain: true) }
                }
                try await group.waitForAll()
            }
        }
    }
}
