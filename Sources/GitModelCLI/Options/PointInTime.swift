import GitTypes
import Glibc
import RegistryCore

/// A moment as people write it: a day, a time of ISO 8601, or how long ago.
struct PointInTime {
    let timestamp: Timestamp

    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidArguments``.
    init(_ text: String) throws(RegistryError) {
        guard let seconds = Self.ago(text) ?? Self.iso8601(text) else {
            throw RegistryError(
                .invalidArguments, "'\(text)' is no time", subject: text,
                hints: ["write 2026-11-01, 2026-11-01T12:00:00Z, 90m, 12h or 7d"])
        }
        self.timestamp = Timestamp(seconds: seconds)
    }

    /// `90m`, `12h`, `7d`.
    private static func ago(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let unit = text.last.flatMap({ units[$0] }), let number = number(text.dropLast(), digits: 1...6) else {
            return nil
        }
        return Int64(time(nil)) - Int64(number) * unit
    }

    /// `2026-11-01`, `2026-11-01T12:00:00Z`, `2026-11-01 12:00:00+01:00`; UTC where no zone is named.
    private static func iso8601(_ text: String) -> Int64? {
        let date = text.prefix(10).split(separator: "-", omittingEmptySubsequences: false)
        guard date.count == 3, let year = number(date[0], digits: 4...4), let month = number(date[1], digits: 2...2),
            let day = number(date[2], digits: 2...2), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var fields = tm()
        fields.tm_year = Int32(year - 1900)
        fields.tm_mon = Int32(month - 1)
        fields.tm_mday = Int32(day)
        var rest = text.dropFirst(10)
        var offset: Int64 = 0
        if !rest.isEmpty {
            guard let mark = rest.popFirst(), mark == "T" || mark == " " else { return nil }
            let clock = rest.prefix(8).split(separator: ":", omittingEmptySubsequences: false)
            guard clock.count == 3, let hour = number(clock[0], digits: 2...2), hour < 24,
                let minute = number(clock[1], digits: 2...2), minute < 60,
                let second = number(clock[2], digits: 2...2), second < 61
            else { return nil }
            fields.tm_hour = Int32(hour)
            fields.tm_min = Int32(minute)
            fields.tm_sec = Int32(second)
            guard let zone = zoneOffset(rest.dropFirst(8)) else { return nil }
            offset = zone
        }
        let wanted = (fields.tm_mon, fields.tm_mday)
        let seconds = timegm(&fields)
        // February 30 would be a day of March.
        return (fields.tm_mon, fields.tm_mday) == wanted ? Int64(seconds) - offset : nil
    }

    /// Seconds east of UTC.
    private static func zoneOffset(_ text: Substring) -> Int64? {
        if text.isEmpty || text == "Z" { return 0 }
        guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
        let digits = text.dropFirst().filter { $0 != ":" }
        guard let number = number(digits, digits: 4...4), number % 100 < 60, number < 2400 else { return nil }
        let seconds = Int64(number / 100 * 3600 + number % 100 * 60)
        return sign == "-" ? -seconds : seconds
    }

    private static func number(_ text: some StringProtocol, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}
