/// The paragraph at the end of a message that Git takes for trailers, found as Git's `trailer.c` finds it.
///
/// It is the last paragraph, and not the first; all of its lines are trailers or continue one, or at least one was made
/// by Git (`Signed-off-by: `, `(cherry picked from commit `) and a quarter of them are trailers. Comment lines (`#`),
/// blank lines and a `Conflicts:` block at the end are passed over, and a scissors line ends the message. There is no
/// divider: `---` in the message of a tag means nothing.
struct TrailerBlock {
    /// The first byte of the block; the length of the message where there is none.
    let start: Int
    let trailers: [MessageTrailers.Trailer]

    init(_ message: [UInt8]) {
        let end = Self.end(of: message)
        let lines = Self.lines(of: message[..<end])
        guard let first = Self.firstLine(of: lines) else {
            start = message.count
            trailers = []
            return
        }
        start = lines[first].startIndex
        trailers = Self.unfold(lines[first...])
    }

    /// Git's `isspace`: no vertical tab and no form feed.
    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    /// The place of the colon after a key of ASCII letters, digits and `-`, which blanks may follow. Source:
    /// `find_separator`. At least one letter comes before it.
    static func separator(in line: ArraySlice<UInt8>) -> Int? {
        var hasBlank = false
        for position in line.indices {
            let byte = line[position]
            if byte == UInt8(ascii: ":") { return position > line.startIndex ? position : nil }
            if !hasBlank, NameGrammar.isAlphanumeric(byte) || byte == UInt8(ascii: "-") { continue }
            guard position > line.startIndex, byte == 0x20 || byte == 0x09 else { return nil }
            hasBlank = true
        }
        return nil
    }

    private static func lines(of bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var rest = bytes
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
            lines.append(rest[..<end])
            rest = rest[min(end + 1, rest.endIndex)...]
        }
        return lines
    }

    /// Where the text ends for Git: `ignore_non_trailer` of its `commit.c`.
    private static func end(of message: [UInt8]) -> Int {
        let scissors = Array("# ------------------------ >8 ------------------------".utf8)
        var end: Int?
        var isInConflicts = false
        for line in lines(of: message[...]) {
            // The cut line counts only where a newline ends it.
            if line.elementsEqual(scissors), line.endIndex < message.count { return end ?? line.startIndex }
            if line.isEmpty || line.first == UInt8(ascii: "#") {
                end = end ?? line.startIndex
            } else if line.elementsEqual("Conflicts:".utf8), line.endIndex < message.count {
                isInConflicts = true
                end = end ?? line.startIndex
            } else if isInConflicts, line.first == 0x09 {
                continue
            } else if end != nil {
                end = nil
                isInConflicts = false
            }
        }
        return end ?? message.count
    }

    /// The first line of the block: `find_trailer_start` of Git's `trailer.c`.
    private static func firstLine(of lines: [ArraySlice<UInt8>]) -> Int? {
        let title = lines.firstIndex { $0.first != UInt8(ascii: "#") && $0.allSatisfy(isSpace) }
        guard let title else { return nil }
        var trailerCount = 0
        var otherCount = 0
        var continuationCount = 0
        var isMadeByGit = false
        var hasOnlyBlanks = true
        for index in lines[title...].indices.reversed() {
            let line = lines[index]
            if line.first == UInt8(ascii: "#") {
                otherCount += continuationCount
                continuationCount = 0
            } else if line.allSatisfy(isSpace) {
                if hasOnlyBlanks { continue }
                otherCount += continuationCount
                let isBlock = isMadeByGit && trailerCount * 3 >= otherCount || trailerCount > 0 && otherCount == 0
                return isBlock ? index + 1 : nil
            } else {
                hasOnlyBlanks = false
                let isGits = gitPrefixes.contains { line.starts(with: $0.utf8) }
                if isGits || separator(in: line) != nil {
                    trailerCount += 1
                    continuationCount = 0
                    isMadeByGit = isMadeByGit || isGits
                } else if line.first.map(isSpace) == true {
                    continuationCount += 1
                } else {
                    otherCount += 1 + continuationCount
                    continuationCount = 0
                }
            }
        }
        return nil
    }

    private static let gitPrefixes = ["Signed-off-by: ", "(cherry picked from commit "]

    /// Joins lines that continue a trailer to it, with one blank for each line end: `unfold_value`.
    private static func unfold(_ lines: ArraySlice<ArraySlice<UInt8>>) -> [MessageTrailers.Trailer] {
        var trailers: [(key: [UInt8], value: [UInt8])] = []
        var isOpen = false
        for line in lines {
            if isOpen, line.first.map(isSpace) == true, let last = trailers.indices.last {
                trailers[last].value += [0x20] + trimmed(line[...], trailing: false)
                continue
            }
            isOpen = false
            guard let separator = separator(in: line) else { continue }
            trailers.append((trimmed(line[..<separator]), Array(line[(separator + 1)...])))
            isOpen = true
        }
        return trailers.map { key, value in
            MessageTrailers.Trailer(
                String(decoding: key, as: UTF8.self), String(decoding: trimmed(value[...]), as: UTF8.self))
        }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>, trailing: Bool = true) -> [UInt8] {
        var bytes = bytes.drop(while: isSpace)
        while trailing, let last = bytes.last, isSpace(last) { bytes.removeLast() }
        return Array(bytes)
    }
}
