import GitTypes
import Outbound
import RegistryCore
import RegistryFiles

/// One question to a Git LFS server: where objects can be had from.
///
/// Source of the format: `docs/api/batch.md` of git-lfs.
enum LFSBatch {
    static let mediaType = "application/vnd.git-lfs+json"
    /// The most objects of one question; servers refuse more than they like, and 100 is what git-lfs asks for.
    static let size = 100

    /// How one object is downloaded.
    struct Action: Sendable {
        let url: OutboundURL
        let headers: OutboundHeaders
        /// Whether the address and the headers are all that lets us in, so that nothing of ours goes along.
        let isAuthenticated: Bool

        /// Whether the server has put into the action who asks.
        var hasOwnCredentials: Bool {
            isAuthenticated || headers["authorization"] != nil || url.authorization != .none
        }
    }

    /// What a server says of one object.
    enum Answer: Sendable {
        case action(Action)
        case refused(code: Int, message: String)
    }

    static func body(_ objects: [LFSPointer]) -> [UInt8] {
        let request: [JSONValue.Member] = [
            .init("operation", .string("download")), .init("transfers", .array([.string("basic")])),
            .init("hash_algo", .string("sha256")),
            .init(
                "objects",
                .array(objects.map { ["oid": .string($0.sha256), "size": .integer($0.size)] })),
        ]
        return Array(JSONValue.object(request).text(.compact).utf8)
    }

    /// Reads the server's answer.
    /// - Parameter base: the server's own address; what it names may be relative to nothing, so it must be whole.
    static func answers(_ bytes: [UInt8], from server: OutboundURL) throws(RegistryError) -> [String: Answer] {
        let file = "the answer of \(server)"
        let root = try JSONDocument.parse(bytes, limits: .response, file: file)
        func refuse(_ problem: String) -> RegistryError {
            RegistryError(
                .transferFailed, "\(file) is not one of a Git LFS server: \(problem)", subject: server.description,
                hints: ["check lfs.url"])
        }
        if let transfer = root["transfer"]?.text, transfer != "basic" {
            throw refuse("it chose the transfer '\(transfer)', which was not offered")
        }
        guard let objects = root["objects"]?.elements else { throw refuse("it lists no objects") }
        var answers: [String: Answer] = [:]
        for object in objects {
            guard let oid = object["oid"]?.text else { throw refuse("an object has no oid") }
            if let error = object["error"] {
                answers[oid] = .refused(
                    code: error["code"]?.number ?? 0,
                    message: GitURL.redact(error["message"]?.text ?? "no reason given"))
            } else if let download = object["actions"]?["download"], let href = download["href"]?.text {
                var headers = OutboundHeaders()
                for member in download["header"]?.members ?? [] {
                    if let value = member.value.text { headers.append(member.key, value) }
                }
                do throws(MalformedValue) {
                    let isAuthenticated = object["authenticated"]?.flag ?? false
                    answers[oid] = .action(
                        Action(url: try OutboundURL(href), headers: headers, isAuthenticated: isAuthenticated))
                } catch {
                    throw RegistryError(error, code: .addressRefused)
                }
            } else {
                answers[oid] = .refused(code: 404, message: "the server has no download for it")
            }
        }
        return answers
    }
}

extension JSONValue {
    fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }
    fileprivate var number: Int? { if case .integer(let number) = self { number } else { nil } }
    fileprivate var flag: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    fileprivate var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    fileprivate var members: [Member]? { if case .object(let members) = self { members } else { nil } }

    fileprivate subscript(key: String) -> JSONValue? { members?.first { $0.key == key }?.value }
}
