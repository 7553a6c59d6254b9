/// Which addresses requests are not sent to, so that a redirect cannot make this machine ask its own network.
enum AddressGuard {
    /// What an address that stands in the URL itself is refused for.
    static func refusal(of url: OutboundURL, refusesPrivate: Bool) -> OutboundError.Kind? {
        let host = url.host.last == "." ? url.host.dropLast() : url.host[...]
        // The names that resolve to such addresses on every machine, also where a proxy resolves them.
        if host == "metadata.google.internal" { return .privateAddress }
        if refusesPrivate, host == "localhost" || host.hasSuffix(".localhost") { return .privateAddress }
        guard let address = IPAddress(host) else { return nil }
        return address.isMetadata || (refusesPrivate && address.isPrivate) ? .privateAddress : nil
    }

    /// What the address of a connection is refused for. One that is not known is treated as a private one.
    static func refusal(of address: IPAddress?, policy: OutboundPolicy, refusesPrivate: Bool) -> OutboundError.Kind? {
        guard let address else { return .privateAddress }
        if address.isMetadata { return .privateAddress }
        return refusesPrivate && isPrivate(address, policy: policy) ? .privateAddress : nil
    }

    static func isPrivate(_ address: IPAddress, policy: OutboundPolicy) -> Bool {
        address.isPrivate && !policy.treatedAsPublic.contains { IPAddress($0) == address }
    }
}
