import Outbound
import Synchronization

/// How Git LFS lets us in, for people; known once a server was asked.
final class LFSLogin: Sendable {
    private let text = Mutex<String?>(nil)

    /// Without secrets; `nil` where nothing was needed so far.
    var shown: String? { text.withLock { $0 } }

    func set(_ login: String) { text.withLock { $0 = login } }

    /// - Parameter place: where the login was found.
    func set(_ authorization: OutboundAuthorization, of place: String) {
        switch authorization {
        case .none: break
        case .basic(let user, _), .digest(let user, _): set("user \(user) of \(place)")
        default: set("\(authorization) of \(place)")
        }
    }
}
