import Glibc
import GitTypes
import RegistryCore

/// One pass over the bytes of a JSON text.
///
/// It walks a pointer and not an array, for listings of 100,000 files must be quick even in a build that is not
/// optimised. Every access is below `count`: ``byte`` answers 0 behind the end, which no rule accepts.
struct JSONReader: ~Copyable {
    private let start: UnsafePointer<UInt8>
    private let count: Int
    private let limits: JSONLimits
    private let file: String
    private var position = 0
    private var valueCount = 0

    init(_ start: UnsafePointer<UInt8>, count: Int, limits: JSONLimits, file: String) {
        self.start = start
        self.count = count
        self.limits = limits
        self.file = file
    }

    mutating func document() throws(RegistryError) -> JSONValue {
        skipBlanks()
        let value = try value(depth: 0)
        skipBlanks()
        guard position == count else { throw refusal("there is something behind the value") }
        return value
    }

    private var byte: UInt8 { position < count ? start[position] : 0 }

    private mutating func skipBlanks() {
        while position < count {
            let byte = start[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    private mutating func countValue() throws(RegistryError) {
        valueCount += 1
        if valueCount > limits.valueCount { throw Self.tooLarge(file, "has more than \(limits.valueCount) values") }
    }

    private mutating func value(depth: Int) throws(RegistryError) -> JSONValue {
        try countValue()
        switch byte {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), 0x30...0x39: return try number()
        default: throw refusal(position < count ? "there is no JSON value here" : "the text ends too early")
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(RegistryError) -> JSONValue {
        guard count - position >= word.utf8CodeUnitCount,
            memcmp(start + position, word.utf8Start, word.utf8CodeUnitCount) == 0
        else { throw refusal("there is no JSON value here") }
        position += word.utf8CodeUnitCount
        return value
    }

    private mutating func array(depth: Int) throws(RegistryError) -> JSONValue {
        try enter(depth)
        var values: [JSONValue] = []
        if byte == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        while true {
            skipBlanks()
            values.append(try value(depth: depth))
            if try isLast(closing: UInt8(ascii: "]"), of: "list") { return .array(values) }
        }
    }

    private mutating func object(depth: Int) throws(RegistryError) -> JSONValue {
        try enter(depth)
        var members: [JSONValue.Member] = []
        var keys = UniqueKeys()
        if byte == UInt8(ascii: "}") {
            position += 1
            return .object([])
        }
        while true {
            skipBlanks()
            guard byte == UInt8(ascii: "\"") else { throw refusal("there is no key in quotes here") }
            try countValue()
            let keyStart = position
            let key = try string()
            guard keys.insert(key, into: members) else {
                throw refusal("the key '\(key.terminalSafe(limit: 60))' comes twice", at: keyStart)
            }
            skipBlanks()
            guard byte == UInt8(ascii: ":") else { throw refusal("there is no ':' behind the key") }
            position += 1
            skipBlanks()
            members.append(JSONValue.Member(key, try value(depth: depth)))
            if try isLast(closing: UInt8(ascii: "}"), of: "object") { return .object(members) }
        }
    }

    private mutating func enter(_ depth: Int) throws(RegistryError) {
        if depth > limits.depth { throw refusal("it is nested deeper than \(limits.depth) levels") }
        position += 1
        skipBlanks()
    }

    /// Takes a comma, or the closing bracket: then it is `true`.
    private mutating func isLast(closing: UInt8, of what: String) throws(RegistryError) -> Bool {
        skipBlanks()
        let byte = byte
        guard byte == closing || byte == UInt8(ascii: ",") else { throw refusal("the \(what) is not closed") }
        position += 1
        return byte == closing
    }

    private mutating func string() throws(RegistryError) -> String {
        let opening = position
        let string = JSONString.read(start + position + 1, count: count - position - 1)
        guard let text = string.text else {
            throw refusal(string.problem, at: opening + 1 + string.length)
        }
        position += string.length + 2
        return text
    }

    private mutating func number() throws(RegistryError) -> JSONValue {
        let first = position
        if byte == UInt8(ascii: "-") { position += 1 }
        let hasLeadingZero = byte == 0x30
        let wholeCount = takeDigits()
        if wholeCount == 0 || (hasLeadingZero && wholeCount > 1) { throw refusal("this is no number", at: first) }
        var isWhole = true
        if byte == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            if takeDigits() == 0 { throw refusal("this is no number", at: first) }
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
            if takeDigits() == 0 { throw refusal("this is no number", at: first) }
        }
        let text = JSONString.copy(start + first, count: position - first)
        return (isWhole ? Int(text).map(JSONValue.integer) : nil) ?? .number(text)
    }

    private mutating func takeDigits() -> Int {
        let first = position
        while position < count, start[position] >= 0x30, start[position] <= 0x39 { position += 1 }
        return position - first
    }

    private func refusal(_ problem: String, at offset: Int? = nil) -> RegistryError {
        let offset = offset ?? position
        var line = 1
        var lineStart = 0
        for place in 0..<min(offset, count) where start[place] == 0x0A {
            line += 1
            lineStart = place + 1
        }
        return .inFile(
            file, YAMLMark(line: line, column: offset - lineStart + 1, offset: offset), problem,
            hint: "python3 -m json.tool checks a JSON text")
    }

    static func tooLarge(_ file: String, _ problem: String) -> RegistryError {
        RegistryError(.tooLarge, "\(file) \(problem)", subject: file)
    }
}

/// The keys of one object. Most objects have a handful, for which comparing beats hashing.
private struct UniqueKeys {
    private static let few = 8
    private var many: Set<String> = []

    mutating func insert(_ key: String, into members: [JSONValue.Member]) -> Bool {
        if members.count < Self.few { return !members.contains { $0.key == key } }
        if many.isEmpty { many = Set(members.map(\.key)) }
        return many.insert(key).inserted
    }
}
