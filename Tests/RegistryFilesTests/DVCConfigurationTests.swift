import GitTypes
import RegistryCore
import RegistryFiles
import Testing

@Suite struct DVCConfigurationTests {
    static let folders = ["/etc/xdg/dvc", "/home/u/.config/dvc", "/w/.dvc", "/w/.dvc"]

    static func parse(_ texts: [String], folder: String? = nil) throws(RegistryError) -> DVCConfiguration {
        var sources: [DVCConfiguration.Source] = []
        for (text, level) in zip(texts, DVCConfiguration.Level.allCases).reversed() {
            sources.append(
                .init(level, Array(text.utf8), file: "config of \(level)", folder: folder ?? folders[level.rawValue]))
        }
        return try DVCConfiguration.parse(sources, home: "/home/u")
    }

    static func repository(_ text: String) throws(RegistryError) -> DVCConfiguration { try parse(["", "", text, ""]) }

    @Test func `merges and resolves what DVC merges and resolves`() throws {
        let cases = try JSONDocument.parse(try Fixture.bytes("dvcconfig.json"), file: "dvcconfig.json")
        guard case .array(let cases) = cases else { return #expect(Bool(false)) }
        #expect(cases.count == 26)
        for value in cases {
            let texts = (value["levels"]?.texts ?? [])
            guard let dvc = value["dvc"], texts.count == 4 else { return #expect(Bool(false)) }
            guard let expected = dvc["remote"] else {
                #expect(throws: RegistryError.self, "\(texts)") { try Self.parse(texts).remote("r") }
                continue
            }
            let configuration = try Self.parse(texts)
            #expect(configuration.defaultRemote == dvc["default"]?.string, "\(texts)")
            #expect(configuration.cacheFolder == dvc["cache"]?.string, "\(texts)")
            let remote = try configuration.remote("R")
            #expect("\(remote.address)" == expected["url"]?.string, "\(texts)")
            #expect(remote.user == expected["user"]?.string)
            #expect(remote.ssh.port.map(JSONValue.integer) == expected["port"])
            #expect(remote.ssh.keyFile == expected["keyfile"]?.string)
            #expect(remote.http.authentication?.rawValue == expected["auth"]?.string)
            #expect(remote.isVersionAware == (expected["version_aware"] ?? expected["worktree"] == .bool(true)))
            #expect(remote.tlsCheck == (expected["ssl_verify"] == .bool(false) ? .none : .system))
            let s3 = [remote.s3.region, remote.s3.profile, remote.s3.credentialsPath, remote.s3.configurationPath]
            let keys = ["region", "profile", "credentialpath", "configpath"]
            #expect(s3 == keys.map { expected[$0]?.string }, "\(texts)")
            #expect(remote.s3.endpointURL == expected["endpointurl"]?.string)
        }
    }

    @Test func `tells paths from addresses, and where the folder is not known`() throws {
        let text = { (url: String) in "['remote \"r\"']\nurl = \(url)\n" }
        let address = { (url: String) throws in try Self.repository(text(url)).remote("r").address }
        #expect(try address("gs://b/k") == .url(scheme: "gs", Secret("gs://b/k")))
        #expect(try address("HTTPS://h/k") == .url(scheme: "https", Secret("HTTPS://h/k")))
        #expect(try address("file:///x y") == .path("/x y"))
        #expect(try address("file://host/x") == .url(scheme: "file", Secret("file://host/x")))
        #expect(try address("../../../..//x") == .path("/x"))
        let unknown = DVCConfiguration.Source(.repository, Array(text("../store").utf8), file: "config", folder: nil)
        #expect(try DVCConfiguration.parse([unknown]).remote("r").address == .relativePath("../store"))
    }

    @Test func `no secret is printed`() throws {
        let configuration = try Self.repository(
            """
            [core]
            remote = web
            ['remote "web"']
            url = https://ana:hunter2@host/x?token=hunter2
            password = hunter2
            unknown = hunter2
            token = hunter2
            ['remote "s"']
            url = s3://bucket
            access_key_id = hunter2
            secret_access_key = hunter2
            session_token = hunter2
            passphrase = hunter2
            """)
        let web = try configuration.remote()
        let bucket = try configuration.remote("s")
        #expect(web.password?.revealed == "hunter2" && bucket.s3.sessionToken?.revealed == "hunter2")
        #expect(web.otherKeys == ["unknown"] && web.addressLevel == .repository)
        var printed = "\(configuration) \(web) \(bucket) \(String(reflecting: web)) \(String(reflecting: bucket))"
        for value in [configuration, web, bucket, web.address] as [Any] { dump(value, to: &printed) }
        #expect(!printed.contains("hunter2"))
    }

    @Test(arguments: [
        "remote = nobody", "", "remote = a, b",
    ])
    func `a default remote that is none is said to be none`(core: String) {
        #expect(throws: RegistryError.self) { try Self.repository("[core]\n\(core)\n").remote() }
    }

    @Test(arguments: [
        "port = 65536", "port = hunter2x", "use_ssl = 1", "auth = ntlm", "connect_timeout = nan", "read_timeout = -1",
        "user = a, b", "jobs = -1",
    ])
    func `an option that cannot be read names its place`(option: String) throws {
        let configuration = try Self.repository("['remote \"r\"']\nurl = ssh://h/x\n\(option)\n")
        do throws(RegistryError) {
            _ = try configuration.remote("r")
            Issue.record("read")
        } catch {
            #expect(error.code == .invalidFile && error.message.hasPrefix("config of repository:3:1: "))
        }
    }
}
