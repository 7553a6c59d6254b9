import GitTypes
import RegistryCore
import RegistryFiles
import Testing

@Suite struct AWSConfigurationTests {
    static func options(_ text: String) throws -> DVCRemote.S3Options {
        let text = "['remote \"r\"']\nurl = s3://b\n\(text)\n"
        let source = DVCConfiguration.Source(.repository, Array(text.utf8), file: "config", folder: "/w/.dvc")
        return try DVCConfiguration.parse([source]).remote("r").s3
    }

    @Test func `takes what botocore takes`() throws {
        let cases = try JSONDocument.parse(try Fixture.bytes("aws.json"), file: "aws.json")
        guard case .array(let cases) = cases else { return #expect(Bool(false)) }
        #expect(cases.count == 43)
        for value in cases {
            var environment: [String: String] = [:]
            if case .object(let members)? = value["environment"] {
                for member in members { environment[member.key] = member.value.string }
            }
            let files = AWSConfiguration.Files(
                credentials: Array((value["credentials"]?.string ?? "").utf8),
                configuration: Array((value["config"]?.string ?? "").utf8))
            let options = try value["profile"]?.string.map { try Self.options("profile = \($0)") }
            let found = try? AWSConfiguration.resolve(options: options, environment: environment, files: files)
            let title: Comment = "\(value.text(.compact))"
            guard let botocore = value["botocore"] else { return #expect(Bool(false)) }
            switch (botocore["key"]?.optionalTexts, botocore["method"], botocore["error"]) {
            case (let key?, _, nil):
                let credentials = try #require(found?.credentials, title)
                let parts = [credentials.accessKeyID, credentials.secretAccessKey, credentials.sessionToken]
                #expect(parts.map { $0?.revealed } == key, title)
            case (_, nil, nil):
                guard case .notFound(let places)? = found?.access else { return #expect(Bool(false), title) }
                #expect(places.count >= 3)
            default:
                #expect(found == nil || found?.isUnusable == true, title)
                continue
            }
            #expect(found?.region == botocore["region"]?.string ?? "us-east-1", title)
            #expect(found?.endpointURL == botocore["endpoint"]?.string, title)
        }
    }

    @Test func `options of the remote come first`() throws {
        let environment = [
            "AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "K", "AWS_REGION": "r1", "AWS_DEFAULT_REGION": "r2",
            "AWS_ENDPOINT_URL_S3": "http://e",
        ]
        let resolve = { (text: String) throws in
            try AWSConfiguration.resolve(options: try Self.options(text), environment: environment, files: .init())
        }
        let own = try resolve(
            "access_key_id = A\nsecret_access_key = B\nsession_token = C\nregion = r\nendpointurl = http://o")
        #expect(own.credentials?.sessionToken?.revealed == "C" && own.credentials?.accessKeyID.revealed == "A")
        #expect(own.region == "r" && own.endpointURL == "http://o")
        #expect(try resolve("allow_anonymous_login = true\naccess_key_id = A").access == .anonymous)
        #expect(try resolve("access_key_id = A").isUnusable)
        #expect(try resolve("").region == "r1")
        var printed = "\(own)"
        dump(own, to: &printed)
        #expect(!printed.contains("B") && !printed.contains("\"A\""), "\(printed)")
    }

    @Test func `the files are where the environment, the remote or custom says`() throws {
        let options = try Self.options("credentialpath = creds\nconfigpath = /etc/aws")
        #expect(AWSConfiguration.paths(environment: [:], home: "/h") == ("/h/.aws/credentials", "/h/.aws/config"))
        #expect(AWSConfiguration.paths(options: options, environment: [:], home: "/h") == ("/w/.dvc/creds", "/etc/aws"))
        let environment = ["AWS_SHARED_CREDENTIALS_FILE": "~/c", "AWS_CONFIG_FILE": "/f"]
        #expect(AWSConfiguration.paths(options: options, environment: environment, home: "/h") == ("/h/c", "/f"))
    }

    @Test func `hostile files are refused, and no error tells a value`() throws {
        let texts: [[UInt8]] = [
            [0xFF], [0x5B, 0x61, 0x5D, 0x0A, 0x00], Array("[a]\nhunter2\n".utf8), Array("hunter2 = 1\n".utf8),
            Array("[a]\nx = hunter2\nx = hunter2\n".utf8), Array(String(repeating: "\n", count: 20_000).utf8),
            Array(repeating: 0x23, count: 262_145),
        ]
        for text in texts {
            do throws(RegistryError) {
                _ = try AWSConfiguration.resolve(environment: [:], files: .init(credentials: text))
                Issue.record("read")
            } catch {
                #expect(!error.message.contains("hunter2"), "\(error.message)")
            }
        }
    }
}

extension AWSConfiguration {
    fileprivate var credentials: AWSCredentials? {
        guard case .key(let credentials, from: _) = access else { return nil }
        return credentials
    }

    fileprivate var isUnusable: Bool {
        guard case .unusable(let reason) = access else { return false }
        return !reason.isEmpty
    }
}
