public import GitTypes

import RegistryCore

extension DVCRemote {
    /// What is asked of a server's certificate.
    public enum TLSCheck: Hashable, Sendable {
        /// It is checked by the system's authorities.
        case system
        /// It is not checked.
        case none
        /// It is checked by the authorities of a file or folder, relative to the working folder as in DVC.
        case authorities(String)

        init(_ text: String?) {
            switch text?.lowercased() {
            case nil, "true": self = .system
            case "false": self = .none
            default: self = .authorities(text ?? "")
            }
        }
    }

    /// How a request proves who sends it.
    public enum Authentication: String, Hashable, Sendable, CaseIterable {
        /// User and password in a header.
        case basic
        /// User and a digest of the password.
        case digest
        /// The password as the value of a header of its own.
        case custom
    }

    /// The options of HTTP and WebDAV.
    public struct HTTPOptions: Hashable, Sendable {
        /// How a request proves who sends it; `nil` for not at all.
        public let authentication: Authentication?
        /// The header that holds the password where ``authentication`` is custom.
        public let customAuthHeader: String?
        /// The method of uploads.
        public let method: String?
        /// Seconds to wait for a connection.
        public let connectTimeout: Double?
        /// Seconds to wait for the next bytes.
        public let readTimeout: Double?
        /// The bearer token of WebDAV.
        public let token: Secret?
        /// The client's certificate.
        public let certificatePath: String?
        /// The key of the client's certificate.
        public let keyPath: String?

        init(_ options: inout DVCOptions) throws(RegistryError) {
            authentication = try options.choice("auth", of: Authentication.self)
            customAuthHeader = try options.text("custom_auth_header")
            method = try options.text("method")
            connectTimeout = try options.seconds("connect_timeout")
            readTimeout = try options.seconds("read_timeout")
            token = try options.secret("token")
            certificatePath = try options.text("cert_path")
            keyPath = try options.text("key_path")
        }
    }

    /// The options of S3.
    public struct S3Options: Hashable, Sendable {
        /// The address of a service that is not Amazon's.
        public let endpointURL: String?
        /// The region.
        public let region: String?
        /// The profile of the AWS files.
        public let profile: String?
        /// The AWS credentials file.
        public let credentialsPath: String?
        /// The AWS configuration file.
        public let configurationPath: String?
        /// The id of the key.
        public let accessKeyID: Secret?
        /// The key.
        public let secretAccessKey: Secret?
        /// The token that goes with a temporary key.
        public let sessionToken: Secret?
        /// Whether requests are not signed.
        public let isAnonymous: Bool
        /// Whether TLS is used.
        public let usesTLS: Bool

        init(_ options: inout DVCOptions) throws(RegistryError) {
            endpointURL = try options.text("endpointurl")
            region = try options.text("region")
            profile = try options.text("profile")
            credentialsPath = try options.text("credentialpath")
            configurationPath = try options.text("configpath")
            accessKeyID = try options.secret("access_key_id")
            secretAccessKey = try options.secret("secret_access_key")
            sessionToken = try options.secret("session_token")
            isAnonymous = try options.bool("allow_anonymous_login") ?? false
            usesTLS = try options.bool("use_ssl") ?? true
        }
    }

    /// The options of SSH.
    public struct SSHOptions: Hashable, Sendable {
        /// The port.
        public let port: Int?
        /// The file with the private key.
        public let keyFile: String?
        /// The passphrase of the private key.
        public let passphrase: Secret?
        /// Whether DVC would ask for the passphrase.
        public let asksPassphrase: Bool
        /// Seconds to wait for a connection.
        public let timeout: Double?
        /// Whether keys of the agent may be used; `nil` where it is not said.
        public let allowsAgent: Bool?

        init(_ options: inout DVCOptions) throws(RegistryError) {
            port = try options.count("port", atMost: 65_535)
            keyFile = try options.text("keyfile")
            passphrase = try options.secret("passphrase")
            asksPassphrase = try options.bool("ask_passphrase") ?? false
            timeout = try options.seconds("timeout")
            allowsAgent = try options.bool("allow_agent")
        }
    }
}
