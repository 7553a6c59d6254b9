import RegistryCore

/// How long to wait between two looks, as people write it: `30s`, `5m`, `1h`, `1d`, or seconds.
struct WatchInterval {
    let duration: Duration

    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidArguments``.
    init(_ text: String) throws(RegistryError) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        let unit = text.last.flatMap { units[$0] }
        let digits = unit == nil ? text[...] : text.dropLast()
        guard (1...6).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(digits), (1...86_400).contains(number * (unit ?? 1))
        else {
            throw RegistryError(
                .invalidArguments, "'\(text)' is no interval from 1 second to 1 day", subject: "--interval",
                hints: ["--interval 30s", "--interval 5m"])
        }
        self.duration = .seconds(number * (unit ?? 1))
    }
}
