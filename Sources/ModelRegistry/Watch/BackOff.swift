/// How long to wait before the next look at a remote: the interval, and twice as long after each failure, up to a quarter
/// of an hour or ten intervals, whichever is more.
struct BackOff {
    private let interval: Duration
    /// How long to wait now.
    private(set) var pause: Duration
    /// Whether the last look failed.
    private(set) var isLost = false

    init(_ interval: Duration) {
        self.interval = interval
        self.pause = interval
    }

    /// Notes a failure.
    /// - Returns: how long to wait.
    mutating func next() -> Duration {
        isLost = true
        pause = min(pause * 2, max(.seconds(900), interval * 10))
        return pause
    }

    mutating func reset() {
        isLost = false
        pause = interval
    }
}
