public import GitTypes
public import RegistryCore

/// Reads JSON as RFC 8259 has it, within a budget.
///
/// Stricter than most readers: refused are a byte order mark, text that is not UTF-8, half a pair of surrogates, `NaN`
/// and `Infinity`, anything behind the value, and a key that comes twice in one object (canonically equivalent ones
/// too), for readers differ in which of the two they take.
public enum JSONDocument {
    /// Reads the one value of a text. A whole number that fits is ``JSONValue/integer(_:)``; every other number keeps
    /// its text.
    /// - Parameter file: what errors call the text.
    /// - Throws: ``RegistryError`` with code ``ErrorCode/invalidFile`` and `file:line:column` in its message, the column
    ///   counted in bytes; ``ErrorCode/tooLarge`` where the budget is exceeded.
    public static func parse(
        _ bytes: [UInt8], limits: JSONLimits = .response, file: String
    ) throws(RegistryError) -> JSONValue {
        guard bytes.count <= limits.byteCount else {
            throw JSONReader.tooLarge(file, "has more than \(limits.byteCount) bytes")
        }
        return try bytes.withUnsafeBufferPointer { buffer throws(RegistryError) in
            guard let start = buffer.baseAddress else {
                throw .inFile(file, nil, "the text is empty", hint: "a JSON text holds one value")
            }
            var reader = JSONReader(start, count: buffer.count, limits: limits, file: file)
            return try reader.document()
        }
    }
}
