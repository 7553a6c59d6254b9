/// How git reaches a remote, as far as it decides which settings it reads.
enum Transport: Hashable, CaseIterable {
    /// A folder of this machine.
    case local
    case ssh
    /// The protocol of `git daemon`.
    case daemon
    /// HTTP and HTTPS.
    case web
    /// A remote helper.
    case helper

    /// The transport of an address as it is written, before any `insteadOf`.
    init(address: String) {
        let scheme = address.firstRange(of: "://").map { address[..<$0.lowerBound].lowercased() }
        switch scheme {
        case "file": self = .local
        case "ssh", "git+ssh", "ssh+git": self = .ssh
        case "git": self = .daemon
        case "http", "https": self = .web
        case nil:
            let start = address.prefix { $0 != "/" }
            if start.contains("::") {
                self = .helper
            } else {
                self = start.contains(":") ? .ssh : .local
            }
        default: self = .helper
        }
    }
}
