/// A moment as Git stores it: seconds since 1970-01-01 UTC and the writer's offset from UTC.
///
/// Two timestamps are ordered by their seconds alone: the zone says how a moment is shown, never when it was.
public struct Timestamp: Hashable, Sendable {
    /// Seconds since 1970-01-01 00:00 UTC; negative before it.
    public let seconds: Int64
    /// Minutes east of UTC, from -1439 to 1439.
    public let offsetMinutes: Int

    /// Creates a timestamp. An offset of a day or more, which no clock has, is read as zero.
    public init(seconds: Int64, offsetMinutes: Int = 0) {
        self.seconds = seconds
        self.offsetMinutes = abs(offsetMinutes) < 1440 ? offsetMinutes : 0
    }

    /// The offset as Git writes it: `+0000`, `-0730`.
    public var gitOffset: String {
        let (hours, minutes) = abs(offsetMinutes).quotientAndRemainder(dividingBy: 60)
        return "\(offsetMinutes < 0 ? "-" : "+")\(hours.padded(to: 2))\(minutes.padded(to: 2))"
    }

    /// ISO 8601 in the writer's zone, as Python's `isoformat` and so GTO write it: `2023-09-04T07:59:49+00:00`.
    public var iso8601: String { text(separator: "T") }

    /// The same with a space, as GTO's tables show it: `2023-09-04 07:59:49+00:00`.
    public var tableText: String { text(separator: " ") }

    /// The day in the writer's zone: `2023-09-04`.
    public var day: String { String(text(separator: " ").prefix { $0 != " " }) }

    private func text(separator: String) -> String {
        let local = seconds.addingReportingOverflow(Int64(offsetMinutes) * 60)
        let (day, second) = (local.overflow ? seconds : local.partialValue).flooredQuotientAndRemainder(by: 86_400)
        let date = Self.civilDate(daysSince1970: day)
        let clock = [second / 3600, second / 60 % 60, second % 60].map { Int($0).padded(to: 2) }.joined(separator: ":")
        let (hours, minutes) = abs(offsetMinutes).quotientAndRemainder(dividingBy: 60)
        let zone = "\(offsetMinutes < 0 ? "-" : "+")\(hours.padded(to: 2)):\(minutes.padded(to: 2))"
        return "\(date)\(separator)\(clock)\(zone)"
    }

    /// The proleptic Gregorian date of a day number, by Howard Hinnant's `civil_from_days`.
    private static func civilDate(daysSince1970 days: Int64) -> String {
        let shifted = days + 719_468
        let (era, dayOfEra) = shifted.flooredQuotientAndRemainder(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(Int(year).padded(to: 4))-\(Int(month).padded(to: 2))-\(Int(day).padded(to: 2))"
    }
}

extension Int {
    /// The decimal digits with zeros in front, at least `width` of them; a minus sign comes first.
    fileprivate func padded(to width: Int) -> String {
        let digits = String(magnitude)
        let zeros = String(repeating: "0", count: Swift.max(0, width - digits.count))
        return (self < 0 ? "-" : "") + zeros + digits
    }
}

extension Int64 {
    fileprivate func flooredQuotientAndRemainder(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
