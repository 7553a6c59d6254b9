/// What an ``OutboundClient`` may do, and how long it tries.
public struct OutboundPolicy: Sendable {
    /// What is sent as `User-Agent`, such as `git-model/1.0.0`.
    public var userAgent: String
    /// Whether a server's certificate must be trusted. Turning this off lets anybody on the way read and change all.
    public var verifiesTLS = true
    /// A file of trusted certificates in PEM form instead of the system's.
    public var caFile: String?
    /// How long connecting may take, TLS included.
    public var connectTimeLimit = Duration.seconds(30)
    /// How long nothing may come before a transfer is given up. Counted in whole seconds.
    public var stallLimit = Duration.seconds(60)
    /// How long one try of ``OutboundClient/send(_:limit:)`` may take.
    public var requestTimeLimit = Duration.seconds(120)
    /// How many redirects are followed.
    public var mostRedirects = 5
    /// How often a request is tried, the first time included. Counted anew when bytes have come.
    public var attempts = 4
    /// How long the first pause between two tries is, of which up to half is taken away by chance. Each pause is twice
    /// as long as the one before.
    public var firstPause = Duration.milliseconds(500)
    /// How long a pause may get, also where the server asks for a longer one.
    public var longestPause = Duration.seconds(30)
    /// Through which servers requests go.
    public var proxies = OutboundProxies()
    /// Host names with the numeric addresses that are used for them. For tests.
    var resolves: [String: String] = [:]
    /// Addresses that count as those of the public Internet. For tests.
    var treatedAsPublic: [String] = []

    /// Creates a policy with the proxies and trusted certificates that variables of an environment name.
    ///
    /// These are `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`, as curl reads them, and `CURL_CA_BUNDLE` or
    /// `SSL_CERT_FILE`.
    public init(userAgent: String, environment: [String: String] = [:]) {
        self.userAgent = userAgent
        self.proxies = OutboundProxies(environment: environment)
        self.caFile = ["CURL_CA_BUNDLE", "SSL_CERT_FILE"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
}
