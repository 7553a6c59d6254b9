/// The text of a tag's message that someone wrote, made safe to stand before trailers.
enum MessageText {
    /// Ends lines with LF, drops blanks around the text, and puts `> ` before each line that would be taken for
    /// something else: ``MessageTrailers/compose(message:facts:)`` says which.
    static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var lastWasReturn = false
        for byte in text.utf8 {
            if byte == 0x0D {
                bytes.append(0x0A)
            } else if byte != 0x0A || !lastWasReturn {
                bytes.append(byte)
            }
            lastWasReturn = byte == 0x0D
        }
        let end = bytes.lastIndex { !TrailerBlock.isSpace($0) }.map { $0 + 1 } ?? 0
        let start = bytes[..<end].firstIndex { !TrailerBlock.isSpace($0) } ?? end

        var result: [UInt8] = []
        var isInTitle = true
        for line in bytes[start..<end].split(separator: 0x0A, omittingEmptySubsequences: false) {
            if !result.isEmpty { result.append(0x0A) }
            if line.allSatisfy(TrailerBlock.isSpace) { isInTitle = false }
            if stopsReading(line) || !isInTitle && holdsOurKey(line) { result += Array("> ".utf8) }
            result += line
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Lines that end the text for someone: `interpret-trailers` stops at `---` and a blank (`find_patch_start`), and
    /// at a scissors line behind any comment character (`wt_status_locate_end`); a signature starts at the last line
    /// that begins like one (`parse_signed_buffer`).
    private static func stopsReading(_ line: ArraySlice<UInt8>) -> Bool {
        if line.starts(with: "---".utf8) {
            guard let next = line.dropFirst(3).first else { return true }
            if TrailerBlock.isSpace(next) { return true }
        }
        if line.starts(with: "-----BEGIN ".utf8) { return true }
        let scissors = Array("------------------------ >8 ------------------------".utf8)
        return line.count >= scissors.count && line.suffix(scissors.count).elementsEqual(scissors)
    }

    private static func holdsOurKey(_ line: ArraySlice<UInt8>) -> Bool {
        guard let separator = TrailerBlock.separator(in: line) else { return false }
        var key = line[..<separator]
        while let last = key.last, TrailerBlock.isSpace(last) { key.removeLast() }
        let text = String(decoding: key, as: UTF8.self).lowercased()
        return MessageTrailers.keys.contains { $0.lowercased() == text }
    }
}
