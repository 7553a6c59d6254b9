import Glibc

/// A numeric address, always as the 16 bytes of an IPv6 one: IPv4 stands in its mapped form.
struct IPAddress: Hashable {
    let bytes: [UInt8]

    /// Reads `192.0.2.1` or `2001:db8::1`, without brackets or zone.
    init?(_ text: some StringProtocol) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, String(text), &four) == 1 {
            bytes = Self.mapped(withUnsafeBytes(of: four) { Array($0) })
        } else if inet_pton(AF_INET6, String(text), &six) == 1 {
            bytes = withUnsafeBytes(of: six) { Array($0) }
        } else {
            return nil
        }
    }

    /// The address of a socket; `nil` where it is of another family.
    init?(_ socketAddress: UnsafeRawBufferPointer) {
        guard socketAddress.count >= MemoryLayout<sockaddr>.size else { return nil }
        switch Int32(socketAddress.loadUnaligned(as: sockaddr.self).sa_family) {
        case AF_INET where socketAddress.count >= MemoryLayout<sockaddr_in>.size:
            bytes = Self.mapped(
                withUnsafeBytes(of: socketAddress.loadUnaligned(as: sockaddr_in.self).sin_addr, Array.init))
        case AF_INET6 where socketAddress.count >= MemoryLayout<sockaddr_in6>.size:
            bytes = withUnsafeBytes(of: socketAddress.loadUnaligned(as: sockaddr_in6.self).sin6_addr, Array.init)
        default: return nil
        }
    }

    private init(four: ArraySlice<UInt8>) { bytes = Self.mapped(Array(four)) }

    private static func mapped(_ four: [UInt8]) -> [UInt8] { [UInt8](repeating: 0, count: 10) + [255, 255] + four }

    /// The IPv4 address that is reached through this one: mapped, compatible, NAT64 or 6to4.
    private var embedded: IPAddress? {
        if AddressBlock.sixToFour.contains(self) { return IPAddress(four: bytes[2..<6]) }
        if AddressBlock.embedding.contains(where: { $0.contains(self) }) { return IPAddress(four: bytes[12...]) }
        return nil
    }

    /// Whether it is of a cloud's metadata service, which hands out the machine's keys.
    var isMetadata: Bool { isIn(AddressBlock.metadata) }

    /// Whether it is not one of a server on the public Internet.
    var isPrivate: Bool { isIn(AddressBlock.notPublic) }

    private func isIn(_ blocks: [AddressBlock]) -> Bool {
        if blocks.contains(where: { $0.contains(self) }) { return true }
        guard let embedded, embedded != self else { return false }
        return blocks.contains { $0.contains(embedded) }
    }
}

/// A block of addresses, such as `10.0.0.0/8`.
struct AddressBlock {
    private let start: IPAddress
    private let length: Int

    /// Reads an address, a slash and the number of leading bits.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let start = IPAddress(parts[0]), let bits = Int(parts[1]), bits >= 0 else { return nil }
        let isFour = !parts[0].contains(":")
        guard bits <= (isFour ? 32 : 128) else { return nil }
        self.start = start
        self.length = bits + (isFour ? 96 : 0)
    }

    func contains(_ address: IPAddress) -> Bool {
        (0..<length).allSatisfy { bit in
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            return address.bytes[bit / 8] & mask == start.bytes[bit / 8] & mask
        }
    }

    /// Amazon's, and those that followed it; Google's and Amazon's for IPv6.
    static let metadata = ["169.254.0.0/16", "fd00:ec2::/32", "fd20:ce::/32"].compactMap { AddressBlock($0) }

    /// What the registries of IANA for special addresses do not call globally reachable, and multicast.
    static let notPublic = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
        "::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "fc00::/7", "fe80::/10",
        "fec0::/10", "ff00::/8",
    ].compactMap { AddressBlock($0) }

    /// IPv4 in the last four bytes: compatible, mapped, NAT64.
    static let embedding = ["::/96", "::ffff:0:0/96", "64:ff9b::/96"].compactMap { AddressBlock($0) }
    static let sixToFour = AddressBlock(start: [0x20, 0x02], length: 16)

    private init(start: [UInt8], length: Int) {
        self.start = IPAddress(leading: start)
        self.length = length
    }
}

extension IPAddress {
    fileprivate init(leading: [UInt8]) {
        bytes = leading + [UInt8](repeating: 0, count: 16 - leading.count)
    }
}
