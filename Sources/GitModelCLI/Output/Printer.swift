import Glibc
import GitTypes

/// The one way out: data to stdout, everything else to stderr.
///
/// A pipe that was closed at the other end ends the program quietly, as `head` expects.
struct Printer: Sendable {
    /// Leaves out what is only said for a person's comfort: reminders and progress.
    var isQuiet = false
    /// Goes on where the pipe was closed at the other end, and prints into the void.
    private var outlivesReader = false

    init(isQuiet: Bool = false) { self.isQuiet = isQuiet }

    /// The same for work that must come to its end whether somebody listens or not.
    var outlivingReader: Printer {
        var printer = self
        printer.outlivesReader = true
        return printer
    }

    /// Prints one line of data. Text from outside must have passed ``GitTypes/Swift/String/terminalSafe(keepingLines:limit:)``.
    func data(_ line: String) {
        write(line + "\n", to: STDOUT_FILENO)
    }

    /// Prints many lines of data.
    func data(_ lines: [String]) {
        var bytes: [UInt8] = []
        for line in lines {
            bytes += line.utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        write(bytes, to: STDOUT_FILENO)
    }

    /// Prints JSON, whose text holds ASCII only.
    func json(_ value: JSONValue, _ layout: JSONValue.Layout = .indented) {
        var bytes: [UInt8] = []
        value.write(to: &bytes, layout)
        bytes.append(UInt8(ascii: "\n"))
        write(bytes, to: STDOUT_FILENO)
    }

    /// Prints a list as JSON, a few of its values at a time: there may be a million.
    func json(_ values: some Sequence<JSONValue>) {
        var bytes = Array("[".utf8)
        var isFirst = true
        for value in values {
            bytes += (isFirst ? "\n    " : ",\n    ").utf8
            isFirst = false
            value.write(to: &bytes, depth: 1)
            if bytes.count < 1 << 16 { continue }
            write(bytes, to: STDOUT_FILENO)
            bytes.removeAll(keepingCapacity: true)
        }
        bytes += (isFirst ? "]\n" : "\n]\n").utf8
        write(bytes, to: STDOUT_FILENO)
    }

    /// Prints a note for a person.
    func note(_ line: String) {
        if !isQuiet { write(line + "\n", to: STDERR_FILENO) }
    }

    /// Prints what must be seen in any case: a warning, an error.
    func warning(_ line: String) {
        write(line + "\n", to: STDERR_FILENO)
    }

    private func write(_ text: String, to descriptor: Int32) {
        write(Array(text.utf8), to: descriptor)
    }

    private func write(_ content: [UInt8], to descriptor: Int32) {
        var bytes = content[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                if outlivesReader { return }
                // Nobody reads any more, or the disk is full: there is nobody to tell on stdout.
                if descriptor == STDOUT_FILENO, errno != EPIPE { GitModelCLI.end(1) }
                GitModelCLI.end(descriptor == STDOUT_FILENO ? 0 : 1)
            }
            bytes = bytes.dropFirst(written)
        }
    }
}
