// swift-tools-version: 6.1
import PackageDescription

// Every target is a room of the house; `docs/architecture.md` says what each is for, and a test holds the
// `import` lines of Sources/ against the arrows there.

/// CI sets GIT_MODEL_STRICT=1. Only targets of this package get the flag: dependencies may warn. It is unsafe in SwiftPM's
/// sense (a package with it cannot be a dependency), hence not always on.
let warningsAreErrors: [SwiftSetting] =
    Context.environment["GIT_MODEL_STRICT"] == "1" ? [.unsafeFlags(["-warnings-as-errors"])] : []

let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .swiftLanguageMode(.v6),
    ] + warningsAreErrors

/// The commit that `--version` names. SwiftPM remembers what a manifest said, so `make build` gives it by a variable.
let buildCommit =
    Context.environment["GIT_MODEL_COMMIT"]
    ?? Context.gitInformation.map { $0.currentCommit.prefix(12) + ($0.hasUncommittedChanges ? "+" : "") } ?? "unknown"

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
// The types of Subprocess's paths and descriptors; it brings this package along in any case.
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func systemLibrary(_ name: String, pkgConfig: String, package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let package = Package(
    name: "git-model",
    products: [
        .library(name: "ModelRegistry", targets: ["ModelRegistry"]),
        .executable(name: "git-model", targets: ["git-model"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    ],
    targets: [
        systemLibrary("CLibYAML", pkgConfig: "yaml-0.1", package: "libyaml-dev"),
        systemLibrary("CLibCrypto", pkgConfig: "libcrypto", package: "libssl-dev"),

        .systemLibrary(name: "CLinux"),
        .target(name: "CLibCurl"),
        .target(name: "CLibGit2", linkerSettings: [.linkedLibrary("z")]),
        .target(name: "CLibSQLite"),
        .target(name: "CBuildCommit", cSettings: [.define("GIT_MODEL_COMMIT", to: "\"\(buildCommit)\"")]),

        room("GitTypes", []),
        room("LibGit2", ["CLibGit2", "GitTypes"]),
        room("ChildProcess", [subprocess, systemPackage]),
        room("GitCommand", ["ChildProcess", "GitTypes"]),
        room("Outbound", ["CLibCurl", "CLibCrypto", "GitTypes"]),
        room("RegistryCore", ["GitTypes"]),
        room("RegistryFiles", ["CLibYAML", "RegistryCore", "GitTypes"]),
        room("RegistryIndex", ["CLibSQLite", "RegistryCore", "GitTypes"]),

        room(
            "ArtifactStore",
            [
                "CLibCrypto", "CLinux", "RegistryCore", "RegistryFiles", "Outbound", "ChildProcess", "GitTypes",
            ]),
        room(
            "ModelRegistry",
            [
                "CLinux", "RegistryCore", "RegistryFiles", "RegistryIndex", "ArtifactStore", "Outbound", "LibGit2",
                "GitCommand", "ChildProcess", "GitTypes",
            ]),
        room("GitModelCLI", ["ModelRegistry", "RegistryCore", "GitTypes", "CBuildCommit", argumentParser]),
        .executableTarget(name: "git-model", dependencies: ["GitModelCLI"], swiftSettings: strict),

        .target(name: "TestSupport", path: "Tests/Support", exclude: ["servers"], swiftSettings: strict),
        tests("HouseTests", []),
        tests("TranscriptTests", ["TestSupport", "RegistryCore", "git-model"], exclude: ["Transcripts"]),
        tests("GitTypesTests", ["GitTypes", "TestSupport"]),
        tests("LibGit2Tests", ["LibGit2", "GitTypes", "TestSupport"]),
        tests("ChildProcessTests", ["ChildProcess"]),
        tests("GitCommandTests", ["GitCommand", "ChildProcess", "GitTypes", "TestSupport"]),
        tests("OutboundTests", ["Outbound", "GitTypes", "TestSupport"]),
        tests("RegistryCoreTests", ["RegistryCore", "GitTypes", "TestSupport"]),
        tests(
            "RegistryFilesTests", ["RegistryFiles", "RegistryCore", "GitTypes", "TestSupport"], exclude: ["Fixtures"]),
        tests("RegistryIndexTests", ["RegistryIndex", "TestSupport"]),
        tests(
            "ArtifactStoreTests",
            ["ArtifactStore", "Outbound", "RegistryFiles", "RegistryCore", "GitTypes", "TestSupport", "git-model"],
            exclude: ["Fixtures"]),
        tests("ModelRegistryTests", ["ModelRegistry", "RegistryCore", "GitTypes", "TestSupport", "git-model"]),
    ]
)
