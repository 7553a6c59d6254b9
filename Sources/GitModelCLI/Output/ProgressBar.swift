import Glibc
import ModelRegistry
import Synchronization

/// A line on the terminal that says how far a download is: files, bytes, rate, and the time that is left.
///
/// It appears when the work has lasted half a second, and is gone when it is done.
final class ProgressBar: Sendable {
    private struct State: Sendable {
        var isShown = false
        /// Readings of the last seconds, to tell the rate by.
        var samples: [(time: ContinuousClock.Instant, bytes: Int)] = []
    }

    private let start = ContinuousClock.now
    private let state = Mutex(State())

    /// Draws the line anew.
    func update(_ status: DownloadStatus) {
        let now = ContinuousClock.now
        guard start.duration(to: now) > .milliseconds(500) else { return }
        state.withLock { state in
            state.samples.append((now, status.bytesDone - status.bytesResumed))
            state.samples.removeAll { $0.time.duration(to: now) > .seconds(5) }
            state.isShown = true
            Self.write("\r" + Self.line(status, rate: Self.rate(state.samples), width: Self.columns()) + "\u{1B}[K")
        }
    }

    /// Takes the line away, so that something else can be printed.
    func clear() {
        state.withLock { state in
            if state.isShown { Self.write("\r\u{1B}[K") }
            state.isShown = false
        }
    }

    /// The line for a terminal of so many columns.
    static func line(_ status: DownloadStatus, rate: Int, width: Int) -> String {
        let done = min(status.bytesDone, status.byteCount ?? .max)
        var parts: [String] = []
        if let total = status.byteCount, total > 0 {
            parts.append("\(ByteCount.text(done)) of \(ByteCount.text(total))")
        } else {
            parts.append(ByteCount.text(done))
        }
        if status.fileCount > 1 { parts.append("\(status.filesDone) of \(status.fileCount) files") }
        if rate > 0 {
            parts.append("\(ByteCount.text(rate))/s")
            if let total = status.byteCount, total > done { parts.append("\(duration((total - done) / rate)) left") }
        }
        var line = parts.joined(separator: ", ")
        if let total = status.byteCount, total > 0 {
            let percent = Int(Double(done) / Double(total) * 100)
            let number = String(repeating: " ", count: percent < 10 ? 2 : percent < 100 ? 1 : 0) + "\(percent)%"
            let room = min(width - line.count - 10, 30)
            if room >= 5 {
                let filled = room * percent / 100
                let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: room - filled)
                line = "\(number) [\(bar)] \(line)"
            } else {
                line = "\(number) \(line)"
            }
        }
        // The last column would wrap the line on some terminals.
        return String(line.prefix(max(width - 1, 10)))
    }

    private static func rate(_ samples: [(time: ContinuousClock.Instant, bytes: Int)]) -> Int {
        guard let first = samples.first, let last = samples.last else { return 0 }
        let seconds = first.time.duration(to: last.time) / .seconds(1)
        return seconds > 0 ? Int(Double(last.bytes - first.bytes) / seconds) : 0
    }

    private static func duration(_ seconds: Int) -> String {
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min" }
        return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }

    private static func columns() -> Int {
        var size = winsize()
        if ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return 80
    }

    private static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
