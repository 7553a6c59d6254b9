public import RegistryCore

import GitTypes

/// What S3 is called with: a key, a region and an address.
///
/// Precedence is botocore's as DVC uses it: options of the remote, environment, profile. Not supported, and named where
/// they are configured: roles, web identities, single sign-on, `credential_process`, keys of containers and machines.
public struct AWSConfiguration: Hashable, Sendable {
    /// The texts of the files of AWS; empty where there is no file.
    public struct Files: Sendable {
        /// The credentials file.
        public var credentials: [UInt8]
        /// The configuration file.
        public var configuration: [UInt8]

        /// Creates the texts.
        public init(credentials: [UInt8] = [], configuration: [UInt8] = []) {
            self.credentials = credentials
            self.configuration = configuration
        }
    }

    /// How requests are signed.
    public let access: AWSAccess
    /// The region, `us-east-1` where none is configured.
    public let region: String
    /// The address of the service; `nil` for Amazon's.
    public let endpointURL: String?

    /// Where the files are.
    /// - Parameter home: the user's home folder.
    public static func paths(
        options: DVCRemote.S3Options? = nil, environment: [String: String], home: String
    ) -> (credentials: String, configuration: String) {
        let path = { (variable: String, option: String?, name: String) in
            let path = environment.nonEmpty(variable) ?? option ?? "~/.aws/\(name)"
            return LocalPath.resolved(path, folder: nil, home: home)
        }
        return (
            path("AWS_SHARED_CREDENTIALS_FILE", options?.credentialsPath, "credentials"),
            path("AWS_CONFIG_FILE", options?.configurationPath, "config")
        )
    }

    /// Puts together what is configured.
    /// - Parameters:
    ///   - options: those of the DVC remote.
    ///   - environment: all variables; those of AWS are read.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidFile`` or ``ErrorCode/tooLarge`` where a file cannot be
    ///   read.
    public static func resolve(
        options: DVCRemote.S3Options? = nil, environment: [String: String], files: Files
    ) throws(RegistryError) -> AWSConfiguration {
        let credentials = try AWSFile(files.credentials, file: "the AWS credentials file")
        let configuration = try AWSFile(files.configuration, file: "the AWS configuration file")
        let profile = AWSProfile(
            options: options, environment: environment, credentials: credentials, configuration: configuration)
        let finder = AWSKeyFinder(options: options, environment: environment, profile: profile)
        return AWSConfiguration(
            access: finder.access(),
            region: options?.region ?? environment.nonEmpty("AWS_REGION") ?? environment.nonEmpty("AWS_DEFAULT_REGION")
                ?? profile.values["region"] ?? "us-east-1",
            endpointURL: options?.endpointURL
                ?? endpoint(environment: environment, profile: profile, configuration: configuration))
    }

    private static func endpoint(
        environment: [String: String], profile: AWSProfile, configuration: AWSFile
    ) -> String? {
        let ignored =
            environment.nonEmpty("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
            ?? profile.values["ignore_configured_endpoint_urls"]
        if ignored?.lowercased() == "true" { return nil }
        let services = profile.values["services"].flatMap { configuration.named("services", $0) }
        return environment.nonEmpty("AWS_ENDPOINT_URL_S3") ?? environment.nonEmpty("AWS_ENDPOINT_URL")
            ?? services?["s3.endpoint_url"] ?? profile.values["endpoint_url"]
    }
}

/// The profile that is used.
struct AWSProfile {
    let name: String
    /// Whether the remote names it: then keys of the environment do not count.
    let isOption: Bool
    /// Whether somebody named it.
    let isNamed: Bool
    /// Its values in the credentials file; `nil` where it is not there.
    let credentials: [String: String]?
    /// Its values in the configuration file; `nil` where it is not there.
    let configuration: [String: String]?
    /// All values, those of the credentials file first.
    let values: [String: String]

    init(
        options: DVCRemote.S3Options?, environment: [String: String], credentials: AWSFile, configuration: AWSFile
    ) {
        let named =
            options?.profile ?? environment.nonEmpty("AWS_DEFAULT_PROFILE") ?? environment.nonEmpty("AWS_PROFILE")
        let name = named ?? "default"
        self.name = name
        isOption = options?.profile != nil
        isNamed = named != nil
        self.credentials = credentials.sections[name]
        self.configuration =
            configuration.named("profile", name) ?? (name == "default" ? configuration.sections["default"] : nil)
        values = (self.credentials ?? [:]).merging(self.configuration ?? [:]) { first, _ in first }
    }
}

extension [String: String] {
    /// A variable that is set to something.
    func nonEmpty(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }
}
